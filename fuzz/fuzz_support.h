/* fuzz_support.h -- what every fuzz target needs: taking choices from the input,
 * failing by name, memory of exactly the size that may be touched, and mutation.
 *
 * A choice taken behind the end of the input is 0, so every byte string is a legal
 * input and shorter ones are simpler. A target knows nothing of the input before: what it
 * does not allocate anew, because that takes long, it forgets (fuzz_forget).
 *
 * LLVMFuzzerMutate is libFuzzer's own mutator of a few bytes; other engines lack it, so
 * it is weak, and LLVMFuzzerCustomMutator is only called by engines that have it. */
#ifndef FUZZ_SUPPORT_H
#define FUZZ_SUPPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __has_feature
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define FUZZ_MSAN
#endif
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size) __attribute__((weak));

static inline void fuzz_expect(bool holds, const char *text) {
    if (!holds) {
        (void)fprintf(stderr, "fuzz: does not hold: %s\n", text);
        abort();
    }
}

/* ---- choices ---- */

typedef struct fuzz_input {
    const uint8_t *bytes;
    size_t size;
    size_t at;
} fuzz_input;

static inline uint8_t fuzz_byte(fuzz_input *input) {
    return input->at < input->size ? input->bytes[input->at++] : 0;
}

/* 0 to bound - 1; bound is at most 256 */
static inline uint32_t fuzz_below(fuzz_input *input, uint32_t bound) {
    return fuzz_byte(input) % bound;
}

static inline uint32_t fuzz_u32(fuzz_input *input) {
    uint32_t value = 0;
    for (unsigned i = 0; i < 4; i++) {
        value = value << 8 | fuzz_byte(input);
    }
    return value;
}

static inline size_t fuzz_left(const fuzz_input *input) {
    return input->size - input->at;
}

/* The next byte says how many bytes, or what is left of them, are moves: skip these, and
 * return where they begin. */
static inline size_t fuzz_skip_moves(fuzz_input *input) {
    size_t moves = fuzz_byte(input);
    size_t first = input->at;
    input->at += moves < fuzz_left(input) ? moves : fuzz_left(input);
    return first;
}

/* ---- memory ---- */

/* Exactly `size` bytes, so that the sanitizers see the first one too many. */
static inline void *fuzz_new(size_t size) {
    void *memory = malloc(size > 0 ? size : 1);
    fuzz_expect(memory != NULL, "harness: there is memory");
    return memory;
}

static inline uint8_t *fuzz_copy(const uint8_t *bytes, size_t size) {
    uint8_t *copy = fuzz_new(size);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    return copy;
}

/* What is in memory that is kept for the next input is lost: MSan takes it as never
 * written, and everywhere else it is what no check expects. */
static inline void fuzz_forget(void *memory, size_t size) {
    memset(memory, 0xA5, size);
#ifdef FUZZ_MSAN
    __msan_allocated_memory(memory, size);
#endif
}

/* Memory of exactly `size` bytes that is kept for the next input. */
static inline void *fuzz_keep(void *kept, size_t size) {
    return kept != NULL ? kept : fuzz_new(size);
}

/* ---- mutation ---- */

/* xorshift32 (Marsaglia) */
static inline uint32_t fuzz_random(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static inline uint32_t fuzz_seeded(unsigned seed) {
    return seed * 2654435761u | 1u;
}

/* Put `count` bytes in the place of `cut` ones at `at`; false when they do not fit. */
static inline bool fuzz_splice(uint8_t *data, size_t *size, size_t max_size, size_t at, size_t cut,
                               const uint8_t *bytes, size_t count) {
    if (at > *size || cut > *size - at || *size - cut + count > max_size) {
        return false;
    }
    memmove(data + at + count, data + at + cut, *size - at - cut);
    if (count > 0) {
        memcpy(data + at, bytes, count);
    }
    *size = *size - cut + count;
    return true;
}

#endif
