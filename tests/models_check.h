/* models_check.h -- what proofs/models/lanes.h says of the operations on vectors, on the processor.
 *
 * A contract of lanes.h cannot be executed; here its rule stands once more, lane by lane in plain
 * C. The file that includes this has included the operations of one set of instructions, and lists
 * in MODEL(...) those that it checks: the proofs refuse an operation that is not listed there.
 * Every lane meets every byte, or pair of bytes, that the operation tells apart; words are tried
 * all, or, of more than sixteen bits, with few bits, with runs of bits, and at random. */
#ifndef HLX_MODELS_CHECK_H
#define HLX_MODELS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kernel.h"
#include "test_support.h"

#define MODEL(operation) cmocka_unit_test(check_##operation)
#define CASES 1000000u
#define MARGIN 64u

static random_source numbers = {2026};

/* The lanes of a vector, without an intrinsic. */
typedef struct bytes_of_block {
    uint8_t at[BLOCK];
} bytes_of_block;

TARGET static inline bytes_of_block lanes(vector v) {
    bytes_of_block bytes;
    memcpy(bytes.at, &v, sizeof bytes.at);
    return bytes;
}

TARGET static inline vector vector_of(const bytes_of_block *bytes) {
    vector v;
    memcpy(&v, bytes->at, sizeof v);
    return v;
}

/* Lane i has first + step * i: with an odd step and every first, each lane meets each byte. */
static inline bytes_of_block counting(uint32_t first, uint32_t step) {
    bytes_of_block bytes;
    for (uint32_t i = 0; i < BLOCK; i++) {
        bytes.at[i] = (uint8_t)(first + step * i);
    }
    return bytes;
}

static inline bytes_of_block random_bytes(void) {
    bytes_of_block bytes;
    for (uint32_t i = 0; i < BLOCK; i++) {
        bytes.at[i] = (uint8_t)random_below(&numbers, 256);
    }
    return bytes;
}

static inline bool holds(lane_set mask, uint32_t place) {
    return (mask >> BIT_OF_PLACE(place) & 1u) != 0;
}

/* A word whose bits are all below `bits`: case k of CASES. */
static inline lane_set some_word(uint32_t k, uint32_t bits) {
    lane_set all = bits == PLACES_BITS ? ~(lane_set)0 : ((lane_set)1 << bits) - 1u;
    if (k < 1u << 16) {
        return (lane_set)k & all;
    }
    lane_set mask = 0;
    for (uint32_t i = 0; i < PLACES_BITS; i += 16) {
        mask |= (lane_set)random_below(&numbers, 1u << 16) << i;
    }
    uint32_t from = random_below(&numbers, bits);
    switch (k % 4) {
    case 0:
        return mask & all;
    case 1:
        return (lane_set)1 << from;
    case 2:
        return all >> from << random_below(&numbers, from + 1u) & all;
    default:
        return (lane_set)1 << from | (lane_set)1 << random_below(&numbers, bits);
    }
}

/* The set of the places that are a word's bits. */
static inline lane_set some_set(uint32_t k, uint32_t bits) {
    lane_set word = some_word(k, bits);
    lane_set set = 0;
    for (uint32_t i = 0; i < bits; i++) {
        set |= (word >> i & 1u) << BIT_OF_PLACE(i);
    }
    return set;
}

static inline uint8_t kind_of_category_rule(uint8_t category) {
    switch (category) {
    case HLX_CATEGORY_BEGIN_GROUP:
    case HLX_CATEGORY_END_GROUP:
    case HLX_CATEGORY_MATH_SHIFT:
    case HLX_CATEGORY_ALIGNMENT_TAB:
    case HLX_CATEGORY_PARAMETER:
    case HLX_CATEGORY_SUBSCRIPT:
    case HLX_CATEGORY_SPACE:
    case HLX_CATEGORY_LETTER:
    case HLX_CATEGORY_OTHER:
    case HLX_CATEGORY_ACTIVE:
        return category;
    default:
        return 0;
    }
}

/* A column in which every row has a known value, and whether only these rows changed. */
typedef struct rows {
    int32_t at[BLOCK + 2 * MARGIN];
} rows;

static inline rows untouched(void) {
    rows column;
    for (uint32_t i = 0; i < BLOCK + 2 * MARGIN; i++) {
        column.at[i] = (int32_t)(0x5A000000u + i);
    }
    return column;
}

static inline bool only_changed(const rows *column, uint32_t from, uint32_t count) {
    rows before = untouched();
    return memcmp(column->at, before.at, from * sizeof before.at[0]) == 0 &&
           memcmp(column->at + from + count, before.at + from + count,
                  (BLOCK + 2 * MARGIN - from - count) * sizeof before.at[0]) == 0;
}

TARGET static void check_load_block(void **state) {
    (void)state;
    guarded memory = guarded_new(4096);
    for (uint32_t k = 0; k < CASES / 64; k++) {
        bytes_of_block bytes = random_bytes();
        uint32_t beyond = random_below(&numbers, 65);
        uint8_t *at = guarded_last(&memory, BLOCK + beyond);
        memcpy(at, bytes.at, BLOCK);
        bytes_of_block found = lanes(load_block(at));
        assert_memory_equal(found.at, bytes.at, BLOCK);
    }
    guarded_free(&memory);
}

TARGET static void check_lanes_equal(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block bytes = counting(k >> 8, k % 2 == 0 ? 1 : 37);
        uint8_t value = (uint8_t)k;
        lane_set found = lanes_equal(vector_of(&bytes), value);
        for (uint32_t i = 0; i < PLACES_BITS; i++) {
            assert_int_equal(holds(found, i), i < BLOCK && bytes.at[i] == value);
        }
    }
}

TARGET static void check_lanes_equal_either(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 18; k++) {
        bytes_of_block bytes = counting(k >> 8, k % 2 == 0 ? 1 : 37);
        uint8_t one = (uint8_t)k;
        uint8_t other = (uint8_t)random_below(&numbers, 256);
        lane_set found = lanes_equal_either(vector_of(&bytes), one, other);
        lane_set turned = lanes_equal_either(vector_of(&bytes), other, one);
        for (uint32_t i = 0; i < PLACES_BITS; i++) {
            bool expected = i < BLOCK && (bytes.at[i] == one || bytes.at[i] == other);
            assert_true(holds(found, i) == expected && holds(turned, i) == expected);
        }
    }
}

TARGET static void check_first_place(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        lane_set mask = some_set(k, BLOCK);
        uint32_t expected = 0;
        while (expected < BLOCK && !holds(mask, expected)) {
            expected++;
        }
        assert_int_equal(first_place(mask), expected);
    }
}

TARGET static void check_places_behind(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 4; k++) {
        lane_set mask = some_set(k, BLOCK);
        lane_set found = places_behind(mask);
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(holds(found, i), i > 0 && holds(mask, i - 1u));
        }
    }
}

TARGET static void check_last_of(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        lane_set mask = some_set(k, BLOCK);
        assert_true(last_of(mask) == (holds(mask, BLOCK - 1u) ? 1u : 0u));
    }
}

TARGET static void check_blanked(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block bytes = counting(k >> 8, 1);
        bytes_of_block kinds = counting(k, 37);
        bytes_of_block found = lanes(blanked(vector_of(&bytes), vector_of(&kinds)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i], kinds.at[i] == HLX_CATEGORY_SPACE ? ' ' : bytes.at[i]);
        }
    }
}

/* Neither rows before the group nor rows behind it are there. */
TARGET static void check_rows_one_or_next(void **state) {
    (void)state;
    int32_t column[BLOCK];
    guarded memory = guarded_new(4096);
    for (uint32_t k = 0; k < CASES; k++) {
        uint32_t from = random_below(&numbers, BLOCK - GROUP + 1u);
        int32_t one = k % 8 == 0   ? INT32_MIN + (int32_t)(k % 3)
                      : k % 8 == 1 ? INT32_MAX - 1 - (int32_t)(k % 3)
                                   : (int32_t)random_below(&numbers, 5) - 1;
        for (uint32_t i = 0; i < BLOCK; i++) {
            uint32_t kind = random_below(&numbers, 8);
            column[i] = kind < 5   ? (int32_t)kind
                        : kind < 6 ? one + (int32_t)(k % 2)
                        : kind < 7 ? (int32_t)((uint32_t)one ^ 1u << random_below(&numbers, 32))
                                   : -1;
        }
        int32_t *group =
            k % 2 == 0 ? guarded_first_rows(&memory) : guarded_last_rows(&memory, GROUP);
        memcpy(group, column + from, GROUP * sizeof column[0]);
        lane_set found = rows_one_or_next(group - from, from, one);
        for (uint32_t i = 0; i < PLACES_BITS; i++) {
            bool inside = i >= from && i < from + GROUP;
            assert_int_equal(holds(found, i), inside && (column[i] == one || column[i] == one + 1));
        }
    }
    guarded_free(&memory);
}

#ifdef CHECK_STORE_GROUP
TARGET static void check_store_group(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 256u * (BLOCK / GROUP); k++) {
        bytes_of_block bytes = counting(k / (BLOCK / GROUP), 37);
        uint32_t group = k % (BLOCK / GROUP);
        rows column = untouched();
        store_group(column.at + MARGIN, vector_of(&bytes), group);
        assert_true(only_changed(&column, MARGIN + group * GROUP, GROUP));
        for (uint32_t i = group * GROUP; i < group * GROUP + GROUP; i++) {
            assert_int_equal(column.at[MARGIN + i], bytes.at[i]);
        }
    }
}
#endif

#ifdef CHECK_LOOK_UP
TARGET static void check_lanes_joined(void **state) {
    (void)state;
    for (uint32_t k = 0; k < 1u << 16; k++) {
        bytes_of_block a = counting(k, 37);
        bytes_of_block b = random_bytes();
        for (uint32_t i = 0; i < BLOCK; i++) {
            *(random_below(&numbers, 2) == 0 ? &a.at[i] : &b.at[i]) = 0;
        }
        bytes_of_block found = lanes(lanes_joined(vector_of(&a), vector_of(&b)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i], a.at[i] + b.at[i]);
        }
    }
}

TARGET static void check_kinds_by_category(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        bytes_of_block categories = k < 16 ? counting(k, 1) : random_bytes();
        for (uint32_t i = 0; i < BLOCK; i++) {
            categories.at[i] %= 16;
        }
        bytes_of_block found = lanes(kinds_by_category(vector_of(&categories)));
        for (uint32_t i = 0; i < BLOCK; i++) {
            assert_int_equal(found.at[i], kind_of_category_rule(categories.at[i]));
        }
    }
}
#endif

#ifdef CHECK_WORDS
typedef struct integers {
    int32_t at[GROUP];
} integers;

static integers integers_of(words w) {
    integers found;
    memcpy(found.at, &w, sizeof found.at);
    return found;
}

static void check_positions_from(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        uint32_t first = k % 2 == 0 ? k : (uint32_t)INT32_MAX - GROUP - k;
        integers found = integers_of(positions_from(first));
        for (uint32_t i = 0; i < GROUP; i++) {
            assert_int_equal(found.at[i], first + i);
        }
    }
}

static words some_words(uint32_t k, integers *values) {
    words w;
    for (uint32_t i = 0; i < GROUP; i++) {
        uint32_t high = random_below(&numbers, 1u << 16);
        values->at[i] =
            k < 256 ? (int32_t)k : (int32_t)(high << 16 | random_below(&numbers, 1u << 16));
    }
    memcpy(&w, values->at, sizeof w);
    return w;
}

static void check_next_positions(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        integers values;
        integers found = integers_of(next_positions(some_words(k, &values)));
        for (uint32_t i = 0; i < GROUP; i++) {
            if (values.at[i] <= INT32_MAX - (int32_t)GROUP) {
                assert_int_equal(found.at[i], values.at[i] + (int32_t)GROUP);
            }
        }
    }
}

static void check_store_words(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        uint32_t from = random_below(&numbers, BLOCK);
        integers values;
        rows column = untouched();
        store_words(column.at + MARGIN, from, some_words(k, &values));
        assert_true(only_changed(&column, MARGIN + from, GROUP));
        assert_memory_equal(column.at + MARGIN + from, values.at, sizeof values.at);
    }
}

TARGET static void check_without_first(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 4; k++) {
        lane_set mask = some_set(k, BLOCK);
        bool found_first = false;
        if (mask != 0) {
            lane_set found = without_first(mask);
            for (uint32_t i = 0; i < PLACES_BITS; i++) {
                assert_int_equal(holds(found, i), holds(mask, i) && found_first);
                found_first = found_first || holds(mask, i);
            }
        }
    }
}
#endif

#ifdef CHECK_STORE_RISING_AND_SET
TARGET static void check_store_rising(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES / 16; k++) {
        uint32_t from = random_below(&numbers, BLOCK);
        uint32_t first =
            k % 2 == 0 ? k : (uint32_t)INT32_MAX - GROUP - random_below(&numbers, 1u << 30);
        rows column = untouched();
        store_rising(column.at + MARGIN, from, first);
        assert_true(only_changed(&column, MARGIN + from, GROUP));
        for (uint32_t i = 0; i < GROUP; i++) {
            assert_int_equal(column.at[MARGIN + from + i], first + i);
        }
    }
}

/* Rows behind those that are in the set may become anything, within the block. */
TARGET static void check_store_set(void **state) {
    (void)state;
    for (uint32_t k = 0; k < CASES; k++) {
        lane_set mask = some_word(k, BLOCK);
        uint32_t first = k % 3 == 0 ? UINT32_MAX - BLOCK - k : k;
        uint32_t expected[BLOCK];
        uint32_t count = 0;
        for (uint32_t i = 0; i < BLOCK; i++) {
            if (holds(mask, i)) {
                expected[count] = first + i;
                count++;
            }
        }
        rows column = untouched();
        assert_int_equal(store_set((uint32_t *)column.at + MARGIN, first, mask), count);
        assert_memory_equal(column.at + MARGIN, expected, count * sizeof expected[0]);
        assert_true(only_changed(&column, MARGIN, BLOCK));
    }
}
#endif

#endif
