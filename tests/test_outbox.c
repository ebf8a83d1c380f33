/* test_outbox.c -- what is queued for a worker arrives whole and in order, however
 * little the socket takes at a time; and buffers come back when nothing needs them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "outbox.h"
#include "submission.h"

#define DOCUMENT 1000000u

static hlx_submissions table;
static hlx_outbox outbox;
static int ends[2];
static uint8_t received[2 * HLX_FRAME_MAX_BYTES];

static int open_all(void **state) {
    (void)state;
    hlx_regime regime;
    outbox = (hlx_outbox){0};
    return hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES) &&
                   hlx_submissions_init(&table, 3, (size_t)8 << 20, &regime) &&
                   socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0
               ? 0
               : -1;
}

static int close_all(void **state) {
    (void)state;
    free(table.rows);
    (void)close(ends[0]);
    return close(ends[1]);
}

static hlx_submission *submission_of(uint32_t length) {
    hlx_submission *submission = hlx_submission_take(&table, length);
    assert_non_null(submission);
    for (uint32_t i = 0; i < 4 + length; i++) {
        hlx_submission_bytes(submission)[i] = (uint8_t)(i * 7u + i / 256u);
    }
    hlx_submission_seal(&table, submission);
    return submission;
}

/* Other bytes in front, as many as the socket takes. */
static size_t fill(void) {
    static const uint8_t junk[1000];
    size_t filled = 0;
    ssize_t count = 1;
    while (count > 0) {
        count = send(ends[0], junk, sizeof junk, MSG_DONTWAIT);
        filled += count > 0 ? (size_t)count : 0;
    }
    return filled;
}

static size_t receive_some(size_t have, size_t most) {
    ssize_t count = recv(ends[1], received + have, most, 0);
    return count > 0 ? (size_t)count : 0;
}

/* A cancel, a request and its cancel, byte for byte, through a socket that takes little at
 * a time. spec: SRV-22, SRV-27 */
static void test_in_pieces(void **state) {
    (void)state;
    uint8_t expected[HLX_OUTBOX_BYTES] = {0};
    hlx_frame_header headers[3] = {{HLX_FRAME_CANCEL, 6, 0},
                                   {HLX_FRAME_REQUEST, 7, 4 + HLX_FRAME_OPTIONS_BYTES},
                                   {HLX_FRAME_CANCEL, 7, 0}};
    hlx_frame_encode_header(expected, &headers[0]);
    hlx_frame_encode_header(expected + 16, &headers[1]);
    memcpy(expected + 36, table.options, HLX_FRAME_OPTIONS_BYTES);
    hlx_frame_encode_header(expected + 36 + HLX_FRAME_OPTIONS_BYTES, &headers[2]);
    for (size_t step = 1; step < 40; step++) {
        size_t junk = fill();
        assert_true(hlx_outbox_add_cancel(&outbox, 6));
        assert_true(hlx_outbox_add_request(&outbox, 7, table.options));
        assert_true(hlx_outbox_add_cancel(&outbox, 7));
        assert_int_equal(hlx_outbox_flush(&outbox, ends[0]), HLX_OUTBOX_WAITING);
        size_t have = 0;
        while (have < junk + sizeof expected) {
            size_t count = receive_some(have, have < junk ? junk - have : step);
            have += count;
            (void)hlx_outbox_flush(&outbox, ends[0]);
        }
        assert_int_equal(outbox.count, 0);
        assert_memory_equal(received + junk, expected, sizeof expected);
    }
}

/* Cancel, request, cancel is the most that can wait; more is refused. spec: SRV-22 */
static void test_room_for_three(void **state) {
    (void)state;
    assert_true(hlx_outbox_add_cancel(&outbox, 1));
    assert_true(hlx_outbox_add_request(&outbox, 2, table.options));
    assert_true(hlx_outbox_add_cancel(&outbox, 2));
    assert_false(hlx_outbox_add_cancel(&outbox, 3));
    assert_false(hlx_outbox_add_request(&outbox, 4, table.options));
    assert_int_equal(outbox.count, HLX_OUTBOX_BYTES);
}

/* spec: SRV-22 */
static void test_other_side_gone(void **state) {
    (void)state;
    (void)shutdown(ends[1], SHUT_RDWR);
    assert_true(hlx_outbox_add_cancel(&outbox, 1));
    assert_int_equal(hlx_outbox_flush(&outbox, ends[0]), HLX_OUTBOX_BROKEN);
}

/* A released buffer is used again; a row whose reply is being sent is not.
 * spec: SRV-30, SRV-64 */
static void test_released(void **state) {
    (void)state;
    hlx_submission *submission = submission_of(DOCUMENT);
    uint64_t id = submission->id;
    uint8_t *buffer = submission->buffer;
    submission->replying = true;
    hlx_submission_release(&table, submission);
    assert_ptr_equal(hlx_submission_find(&table, id), submission);
    hlx_submission *other = submission_of(DOCUMENT);
    assert_ptr_equal(other->buffer, buffer);
    assert_ptr_not_equal(other, submission);
    hlx_submission_replied(&table, submission);
    assert_null(hlx_submission_find(&table, id));
}

/* Ids are new each time, rows and memory bounded. spec: SRV-30, SRV-31 */
static void test_bounds(void **state) {
    (void)state;
    uint64_t last_id = 0;
    for (int i = 0; i < 1000; i++) {
        hlx_submission *submission = submission_of(10);
        assert_true(submission->id > last_id);
        last_id = submission->id;
        hlx_submission_release(&table, submission);
    }
    hlx_submission *three[3] = {submission_of(1), submission_of(2), submission_of(3)};
    assert_null(hlx_submission_take(&table, 4));
    assert_null(hlx_submission_find(&table, last_id));
    for (int i = 0; i < 3; i++) {
        hlx_submission_release(&table, three[i]);
    }
    table.buffers.limit_bytes = (size_t)5 << 20;
    three[0] = submission_of(HLX_MAX_DOCUMENT_BYTES);
    three[1] = submission_of(HLX_MAX_DOCUMENT_BYTES);
    assert_null(hlx_submission_take(&table, HLX_MAX_DOCUMENT_BYTES));
    hlx_submission_release(&table, three[0]);
    /* 1 MiB does not fit beside what is kept for reuse, which is given back. */
    assert_non_null(hlx_submission_take(&table, 1000000));
    assert_true(table.buffers.mapped_bytes <= table.buffers.limit_bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_pieces, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_released, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_room_for_three, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_other_side_gone, open_all, close_all),
        cmocka_unit_test_setup_teardown(test_bounds, open_all, close_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
