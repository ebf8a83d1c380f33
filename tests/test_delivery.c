/* test_delivery.c -- a reply of version 2 on its way: all of it and in order, in whatever shares,
 * and from other memory, too. spec: QRY-13, SRV-63, SRV-64 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "delivery.h"
#include "test_support.h"

#define ROWS 5000
#define COLUMN_BYTES ((size_t)ROWS * HLX_QUERY_ROW_BYTES)
#define ALL_BYTES (HLX_QUERY_REPLY_BYTES + 2 * COLUMN_BYTES)

static int32_t kinds[ROWS], starts[ROWS], copy[2 * ROWS];
static uint8_t received[ALL_BYTES + 1];

static void begin(hlx_delivery *delivery) {
    const hlx_query_reply reply = {
        .id = 7, .tokens = ROWS, .mask = HLX_COLUMN_KINDS | HLX_COLUMN_STARTS};
    const hlx_columns columns = {.kinds = kinds,
                                 .codes = kinds,
                                 .starts = starts,
                                 .issue_codes = kinds,
                                 .issue_offsets = kinds};
    for (int32_t i = 0; i < ROWS; i++) {
        kinds[i] = i % 14;
        starts[i] = 3 * i;
    }
    hlx_delivery_begin(delivery, &reply, &columns);
    assert_int_equal(hlx_delivery_columns_left(delivery), 2 * COLUMN_BYTES);
}

static void check(const hlx_delivery *delivery) {
    assert_memory_equal(received, delivery->beginning, HLX_QUERY_REPLY_BYTES);
    assert_memory_equal(received + HLX_QUERY_REPLY_BYTES, kinds, COLUMN_BYTES);
    assert_memory_equal(received + HLX_QUERY_REPLY_BYTES + COLUMN_BYTES, starts, COLUMN_BYTES);
}

/* Never more than a share, which is used up while the socket takes bytes; after `move_at` bytes
 * the columns come from a copy, and what they were is overwritten. */
static void deliver(size_t share_bytes, size_t move_at) {
    hlx_delivery delivery;
    int ends[2];
    size_t count = 0;
    enum hlx_delivery_state state = HLX_DELIVERY_WAITING;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    begin(&delivery);
    while (state == HLX_DELIVERY_WAITING) {
        size_t share = share_bytes;
        state = hlx_delivery_send(&delivery, ends[0], &share);
        ssize_t more = recv(ends[1], received + count, sizeof received - count, MSG_DONTWAIT);
        assert_true(more > 0);
        assert_int_equal((size_t)more, share_bytes - share);
        assert_true(state == HLX_DELIVERY_DONE || share == 0);
        count += (size_t)more;
        if (delivery.moved == NULL && count >= move_at) {
            hlx_delivery_move(&delivery, (uint8_t *)copy);
            memset(kinds, 255, sizeof kinds);
            memset(starts, 255, sizeof starts);
        }
    }
    assert_int_equal(state, HLX_DELIVERY_DONE);
    assert_int_equal(count, ALL_BYTES);
    begin(&delivery); /* the columns, as they were */
    check(&delivery);
    (void)close(ends[1]);
    size_t share = 1;
    assert_int_equal(hlx_delivery_send(&delivery, ends[0], &share), HLX_DELIVERY_BROKEN);
    (void)close(ends[0]);
}

static void shares(void **state) {
    (void)state;
    for (size_t share = 1000; share < 1100; share += 7) {
        deliver(share, SIZE_MAX);
    }
    deliver(HLX_QUERY_REPLY_BYTES, SIZE_MAX);
    deliver(ALL_BYTES, SIZE_MAX);
    deliver(2 * ALL_BYTES, SIZE_MAX);
}

static void moved(void **state) {
    (void)state;
    for (size_t at = 1; at < ALL_BYTES; at += 1777) {
        deliver(997, at);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(shares), cmocka_unit_test(moved)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
