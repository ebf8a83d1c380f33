#!/bin/bash -eu
# build.sh -- the fuzz targets in the convention of OSS-Fuzz and ClusterFuzzLite.
#
# Compiler, flags, engine and destination come from the environment: CC, CFLAGS,
# LIB_FUZZING_ENGINE, OUT. For each target: the program, its seeds, its dictionary.
cd "$(dirname "$0")/.."

objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
compile() { # SOURCE FLAG...
    local source=$1
    shift
    # shellcheck disable=SC2086 # CFLAGS is a list of words
    $CC $CFLAGS -std=c11 "$@" -Isrc/core -c "$source" -o "$objects/$(basename "$source" .c).o"
}

for source in src/core/*.c src/simd/*.c; do
    [ -e "$source" ] && compile "$source" -ffreestanding
done
for source in src/shell/*.c; do
    case $source in
    */hedgelexd.c | */hedgelex.c) ;; # the two programs' main
    *) compile "$source" -D_GNU_SOURCE -Isrc/simd ;;
    esac
done
ar rcs "$objects/all.a" "$objects"/*.o

for source in fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    target=${name#fuzz_}
    [ "$target" = canary ] && continue # it is there to crash
    compile "$source" -D_GNU_SOURCE -Isrc/simd -Isrc/shell -Itests -Ifuzz
    # shellcheck disable=SC2086
    $CC $CFLAGS "$objects/$name.o" "$objects/all.a" $LIB_FUZZING_ENGINE -lm -o "$OUT/$name"
    (cd "fuzz/corpus/$target" && python3 -m zipfile -c "$OUT/${name}_seed_corpus.zip" ./*)
    if [ -e "fuzz/dictionaries/$target.dict" ]; then
        cp "fuzz/dictionaries/$target.dict" "$OUT/$name.dict"
    fi
done
