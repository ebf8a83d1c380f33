/* fuzz_canary.c -- a target that must crash: who fuzzes checks that the fuzzer finds it.
 *
 * One byte too many is read from the heap behind a short magic word, which a fuzzer
 * with coverage feedback and a sanitizer finds within seconds and blind luck does not;
 * the dictionary has the word's halves.
 * An engine, a flavour or a CI job under which this target survives finds nothing. */
#include "fuzz_support.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char word[] = "hlx!";
    uint8_t *copy = fuzz_copy(data, size);
    size_t match = 0;
    while (match < 4 && match < size && copy[match] == (uint8_t)word[match]) {
        match++;
    }
    volatile uint8_t sink = 0;
    if (match == 4) {
        sink = copy[size];
        fuzz_expect(false, "the canary: this is the crash that must be found");
    }
    (void)sink;
    free(copy);
    return 0;
}
