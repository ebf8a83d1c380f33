/* fuzz_canary.c -- a target that must crash: who fuzzes checks that the fuzzer finds it.
 *
 * Behind a short magic word, which a fuzzer with coverage feedback finds within seconds and
 * blind luck does not, one byte too many is read from the heap, and one that was never
 * written decides something. Nothing aborts by itself: only a sanitizer or valgrind sees it.
 * The dictionary has the word's halves.
 * An engine, a flavour or a CI job under which this target survives finds nothing. */
#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char word[] = "hlx!";
    uint8_t *copy = fuzz_copy(data, size);
    size_t match = 0;
    while (match < 4 && match < size && copy[match] == (uint8_t)word[match]) {
        match++;
    }
    if (match == 4) {
        uint8_t *unwritten = fuzz_new(1);
        volatile uint8_t sink = copy[size];
        if (*(volatile uint8_t *)unwritten != 0) {
            sink = 0;
        }
        (void)sink;
        free(unwritten);
    }
    free(copy);
    return 0;
}
