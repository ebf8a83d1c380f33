/* names.h -- the hashes of all names of a block from one table of sums.
 *
 *      place      0 1 2 3 4 5 6 7 8 9       p   an escape character's place
 *      bytes      a   \ f o o   \ % x       l   the last place of its name
 *                     p     l   p l
 *
 * A name's hash (LEX-40) is h = F^(l-p) S + the sum of F^(l-i) (b[i] + 1) over p < i <= l, with
 * the start S and the factor F, modulo 2^32. F is odd, so it has an inverse, and
 *
 *      h = F^l (T[l] - (T[p] - S F^-p))     where T[k] is the sum of F^-i (b[i] + 1) up to k:
 *
 * no loop goes over a name's bytes, whose number the processor would guess wrong. Tables have four
 * words of sixteen entries, place p in word p % 4, entry p / 4: sums run over the words first. */
#ifndef HLX_NAMES_H
#define HLX_NAMES_H

#include <stdint.h>

#define START 2166136261u
#define FACTOR 16777619u
#define INVERSE 899433627u

/* x f^p by place. */
#define FOURTH(f) ((f) * (f) * (f) * (f))
#define FOUR(x, f) (x), (x) * (f), (x) * (f) * (f), (x) * (f) * (f) * (f)
#define WORD(x, f)                                                                                 \
    FOUR(x, f), FOUR((x)*FOURTH(f), f), FOUR((x)*FOURTH(f) * FOURTH(f), f),                        \
        FOUR((x)*FOURTH(f) * FOURTH(f) * FOURTH(f), f)
#define GEOMETRIC(x, f)                                                                            \
    {                                                                                              \
        WORD(x, FOURTH(f)), WORD((x) * (f), FOURTH(f)), WORD((x) * (f) * (f), FOURTH(f)),          \
            WORD((x) * (f) * (f) * (f), FOURTH(f))                                                 \
    }

static const _Alignas(64) uint32_t powers[64] = GEOMETRIC(1u, FACTOR);
static const _Alignas(64) uint32_t inverse_powers[64] = GEOMETRIC(1u, INVERSE);
static const _Alignas(64) uint32_t inverse_starts[64] = GEOMETRIC(START, INVERSE);

/* Where a table has a place: its entry, and in the bits above its word. */
static const _Alignas(64) uint8_t index_of_place[64] = {
    0,  16, 32, 48, 1,  17, 33, 49, 2,  18, 34, 50, 3,  19, 35, 51, 4,  20, 36, 52, 5,  21,
    37, 53, 6,  22, 38, 54, 7,  23, 39, 55, 8,  24, 40, 56, 9,  25, 41, 57, 10, 26, 42, 58,
    11, 27, 43, 59, 12, 28, 44, 60, 13, 29, 45, 61, 14, 30, 46, 62, 15, 31, 47, 63};

#endif
