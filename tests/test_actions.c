/* test_actions.c -- what lands in the list of actions, up to its last place. */
#include "broker_support.h"

#include "actions.h"

static void test_an_action_has_all_its_fields(void **state) {
    const hlx_reply reply = {HLX_REPLY_OK, 12, 3, HLX_ORIGIN_HEDGE};

    (void)state;
    actions.count = 0;
    hlx_emit_full(&actions, HLX_ACTION_SEND_REQUEST, 5, 77, HLX_ORIGIN_HEDGE, reply);
    expect(0, HLX_ACTION_SEND_REQUEST, 5, 77);
    assert_int_equal(actions.list[0].origin, HLX_ORIGIN_HEDGE);
    assert_memory_equal(&actions.list[0].reply, &reply, sizeof reply);
    hlx_emit_reply(&actions, 78, reply);
    expect(1, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 78);
    assert_memory_equal(&actions.list[1].reply, &reply, sizeof reply);
    expect_count(2);
}

/* spec: BRK-07, BRK-10, BRK-24, BRK-29 */
static void test_a_refusal_carries_nothing_and_releases(void **state) {
    const hlx_reply reply = {HLX_REPLY_OVERLOADED, 0, 0, HLX_ORIGIN_NONE};

    (void)state;
    actions.count = 0;
    hlx_refuse(&actions, 79, HLX_REPLY_OVERLOADED);
    expect(0, HLX_ACTION_REPLY, HLX_BROKER_NO_SLOT, 79);
    assert_memory_equal(&actions.list[0].reply, &reply, sizeof reply);
    expect(1, HLX_ACTION_RELEASE, HLX_BROKER_NO_SLOT, 79);
    expect_count(2);
}

static void test_the_last_place_is_used(void **state) {
    (void)state;
    actions.count = HLX_BROKER_MAX_ACTIONS - 1;
    hlx_emit(&actions, HLX_ACTION_KILL, 9, 0);
    expect_count(HLX_BROKER_MAX_ACTIONS);
    expect(HLX_BROKER_MAX_ACTIONS - 1, HLX_ACTION_KILL, 9, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_action_has_all_its_fields),
        cmocka_unit_test(test_a_refusal_carries_nothing_and_releases),
        cmocka_unit_test(test_the_last_place_is_used),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
