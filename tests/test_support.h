/* test_support.h -- what several unit tests need: memory with guard pages on both
 * sides, random numbers from a seed that is printed, and an encoder of UTF-8.
 *
 *      | no access | first ........ first + size | no access |
 *
 * A byte read or written just outside ends the test with a segmentation fault. The
 * seed is HLX_SEED from the environment, else the same in every run. */
#ifndef HLX_TEST_SUPPORT_H
#define HLX_TEST_SUPPORT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef struct guarded {
    uint8_t *first;
    size_t size; /* a whole number of pages */
    size_t page;
} guarded;

/* At least `size` bytes between two guard pages. */
static inline guarded guarded_new(size_t size) {
    guarded memory;
    memory.page = (size_t)sysconf(_SC_PAGESIZE);
    memory.size = (size / memory.page + 1) * memory.page;
    uint8_t *map =
        mmap(NULL, memory.size + 2 * memory.page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memory.first = map + memory.page;
    if (map == MAP_FAILED || mprotect(memory.first, memory.size, PROT_READ | PROT_WRITE) != 0) {
        perror("guarded_new");
        abort();
    }
    return memory;
}

static inline void guarded_free(const guarded *memory) {
    munmap(memory->first - memory->page, memory->size + 2 * memory->page);
}

/* The last `size` bytes before the guard page. */
static inline uint8_t *guarded_last(const guarded *memory, size_t size) {
    return memory->first + memory->size - size;
}

/* `size` bytes of `content`, copied so that the guard page follows them. */
static inline const uint8_t *guarded_copy(const guarded *memory, const void *content, size_t size) {
    uint8_t *to = guarded_last(memory, size);
    if (size > 0) {
        memcpy(to, content, size);
    }
    return to;
}

/* The same as int32 columns: the first rows, and the last ones. */
static inline int32_t *guarded_first_rows(const guarded *memory) {
    return (int32_t *)(void *)memory->first;
}

static inline int32_t *guarded_last_rows(const guarded *memory, size_t count) {
    return (int32_t *)(void *)guarded_last(memory, count * sizeof(int32_t));
}

/* The UTF-8 form of a code point, by shifting six bits at a time; returns its length. */
static inline uint32_t utf8_encode(uint32_t code, uint8_t bytes[4]) {
    static const uint8_t leads[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (uint32_t i = length; i-- > 1; code >>= 6) {
        bytes[i] = (uint8_t)(0x80 | (code & 0x3F));
    }
    bytes[0] = (uint8_t)(leads[length] | code);
    return length;
}

typedef struct random_source {
    uint64_t state;
} random_source;

/* A source for one test; the seed is printed under the test's name. */
static inline random_source random_from_environment(const char *test) {
    const char *text = getenv("HLX_SEED");
    random_source source = {text != NULL ? strtoull(text, NULL, 0) : 20261123u};
    printf("%s: HLX_SEED=%llu\n", test, (unsigned long long)source.state);
    source.state = (source.state + 1) * 0x9E3779B97F4A7C15u | 1u;
    return source;
}

/* xorshift64* (Marsaglia; Vigna) */
static inline uint64_t random_next(random_source *source) {
    source->state ^= source->state >> 12;
    source->state ^= source->state << 25;
    source->state ^= source->state >> 27;
    return source->state * 0x2545F4914F6CDD1Du;
}

/* 0 to bound - 1 */
static inline uint32_t random_below(random_source *source, uint32_t bound) {
    return (uint32_t)((random_next(source) >> 32) * bound >> 32);
}

#endif
