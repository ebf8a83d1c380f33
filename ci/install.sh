#!/bin/sh
# Install the Debian packages that a purpose needs; silent when all are there.
#
#     ci/install.sh run      build, and run the service on a document
#     ci/install.sh test     unit tests
#     ci/install.sh tidy     clang-format and clang-tidy
#     ci/install.sh prove    the provers
#     ci/install.sh leap     the provers of the leaps
#     ci/install.sh gate     load tests and their pictures
#     ci/install.sh bench    benchmarks
#     ci/install.sh fuzz     fuzzing with libFuzzer, coverage, valgrind
#     ci/install.sh afl      fuzzing with AFL++
#     ci/install.sh engines  the TeX engines
#     ci/install.sh aarch64  a cross compiler and an emulator
#     ci/install.sh check    everything that `make check` uses
#
# The Makefile calls it before what needs a set; two calls at a time take turns.
set -eu

build="gcc libc6-dev python3"
provers="frama-c-base why3 z3 cvc4"
solvers="clang-14 llvm-14 cadical minisat"
engines="texlive-binaries texlive-base texlive-latex-base texlive-latex-recommended texlive-luatex"
tidy="clang-tidy clang-format"
fuzz="clang libclang-rt-14-dev llvm-14 valgrind"
pictures="gnuplot-nox"
aarch64="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
bench="g++ libbenchmark-dev re2c flex valgrind"

case "${1:-}" in
run) packages="$build" ;;
test) packages="$build libcmocka-dev" ;;
tidy) packages="$build libcmocka-dev $tidy" ;;
prove) packages="$build $provers" ;;
leap) packages="$build $solvers" ;;
gate) packages="$build $pictures" ;;
bench) packages="$build $bench" ;;
fuzz) packages="$build $fuzz" ;;
afl) packages="$build $fuzz afl++" ;;
engines) packages="$build $engines" ;;
aarch64) packages="$build libcmocka-dev $aarch64" ;;
check)
    packages="$build $provers $solvers $engines $tidy $fuzz $pictures $aarch64 $bench"
    packages="$packages libcmocka-dev git python3-yaml"
    ;;
*)
    sets="run|test|tidy|prove|leap|gate|bench|fuzz|afl|engines|aarch64|check"
    echo "usage: ci/install.sh $sets" >&2
    exit 64
    ;;
esac
command -v dpkg-query >/dev/null || {
    echo "install.sh: this is no Debian, where the packages would be: $packages" >&2
    exit 0
}

exec 9<"$0"
flock 9
# shellcheck disable=SC2086 # a list of words
installed=$(dpkg-query -W -f='${Package} ${Status}\n' $packages 2>/dev/null |
    sed -n 's/ install ok installed$//p' | tr '\n' ' ')
missing=""
for package in $packages; do
    case " $installed" in
    *" $package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "install.sh: not root and no sudo; install these packages first:$missing" >&2
        exit 77
    }
    as_root="sudo"
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
# shellcheck disable=SC2086 # a list of words
$as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
