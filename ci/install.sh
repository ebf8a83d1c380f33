#!/bin/sh
# Install the Debian packages that a purpose needs; silent when all are there.
#
#     ci/install.sh run      build, and run the service on a document
#     ci/install.sh prove    the provers
#     ci/install.sh leap     the provers of the leaps
#     ci/install.sh gate     load tests and their pictures
#     ci/install.sh bench    benchmarks
#     ci/install.sh afl      fuzzing with AFL++
#     ci/install.sh check    everything that `make check` uses
set -eu

build="gcc libc6-dev python3"
provers="frama-c-base why3 z3 cvc4"
solvers="clang-14 llvm-14 cadical minisat"
engines="texlive-binaries texlive-base texlive-latex-base texlive-latex-recommended texlive-luatex"
analysis="clang clang-tidy clang-format libclang-rt-14-dev llvm-14 libcmocka-dev git python3-yaml"
pictures="gnuplot-nox"
aarch64="gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user"
bench="g++ libbenchmark-dev re2c flex valgrind"

case "${1:-}" in
run) packages="$build" ;;
prove) packages="$build $provers" ;;
leap) packages="$build $solvers" ;;
gate) packages="$build $pictures" ;;
bench) packages="$build $bench" ;;
afl) packages="$build afl++ clang" ;;
check) packages="$build $provers $solvers $engines $analysis $pictures $aarch64 $bench" ;;
*)
    echo "usage: ci/install.sh run|prove|leap|gate|bench|afl|check" >&2
    exit 64
    ;;
esac

missing=""
for package in $packages; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
        missing="$missing $package"
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
