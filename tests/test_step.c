/* test_step.c -- the table of LEX-22, each category in each state. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "lexer_support.h"
#include "step.h"

static guarded memory;

static int prepare(void **state) {
    (void)state;
    memory = guarded_new(MOST_ROWS);
    return 0;
}

/* In the table of LEX-22: what the character x gives, and what comes after it. */
enum gives { NO_TOKEN, CHARACTER, SPACE, PAR, NAME };
enum after { N, M, S, STAYS, REST_DROPPED };

typedef struct cell {
    enum gives gives;
    enum after after;
} cell;

/* Rows are categories, columns the states N, M, S. spec: LEX-20, LEX-22 */
static const cell step_table[16][3] = {
    {{NAME, M}, {NAME, M}, {NAME, M}}, /* the name is the digit behind x */
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{PAR, REST_DROPPED}, {SPACE, REST_DROPPED}, {NO_TOKEN, REST_DROPPED}}, /* spec: LEX-26 */
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}},
    {{NO_TOKEN, STAYS}, {SPACE, S}, {NO_TOKEN, STAYS}}, /* spec: LEX-27 */
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{CHARACTER, M}, {CHARACTER, M}, {CHARACTER, M}},
    {{NO_TOKEN, REST_DROPPED}, {NO_TOKEN, REST_DROPPED}, {NO_TOKEN, REST_DROPPED}},
    {{NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}, {NO_TOKEN, STAYS}},
};

static void check_step(const hlx_step *step, const cell *expected, uint32_t category,
                       uint32_t before) {
    const int32_t kinds[] = {0, (int32_t)category, HLX_CATEGORY_SPACE, 0, 0};
    const int32_t codes[] = {0, 'x', ' ', hlx_code_of_par(), code_of_control_sequence("1")};
    assert_int_equal(step->has_token, expected->gives != NO_TOKEN);
    if (step->has_token) {
        assert_int_equal(step->kind, kinds[expected->gives]);
        assert_int_equal(step->code, codes[expected->gives]);
    }
    if (expected->after == REST_DROPPED) {
        assert_int_equal(step->next, 4); /* the end-of-line character too */
    } else {
        assert_int_equal(step->next, expected->gives == NAME ? 2 : 1);
        assert_int_equal(step->state, expected->after == STAYS ? before : expected->after);
    }
    assert_int_equal(step->issue,
                     category == HLX_CATEGORY_INVALID ? HLX_ISSUE_INVALID_CHARACTER : 0);
}

static void every_category_in_every_state(void **state) {
    (void)state;
    hlx_regime regime = regime_of("");
    const uint8_t *input = guarded_copy(&memory, "x1x", 3);
    hlx_line line = hlx_line_at(input, 3, 0);
    for (uint32_t category = 0; category < 16; category++) {
        regime.category['x'] = (uint8_t)category;
        for (uint32_t before = HLX_STATE_NEW_LINE; before <= HLX_STATE_SKIP_BLANKS; before++) {
            hlx_step step = hlx_step_at(&line, &regime, input, 3, 0, before);
            check_step(&step, &step_table[category][before], category, before);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_category_in_every_state),
    };
    return cmocka_run_group_tests_name("step", tests, prepare, NULL);
}
