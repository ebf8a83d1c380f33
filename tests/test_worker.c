/* test_worker.c -- one worker process, spoken to frame by frame. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "frame.h"
#include "worker.h"

#define LARGE 150000u /* several slices, and still less than a socket takes at once */

static hlx_mapping mapping;
static int stream;
static pid_t process;
static hlx_frame_header header; /* of the last frame received */
static hlx_summary summary;     /* likewise */
static uint8_t frame[HLX_FRAME_MAX_BYTES + 64];

static void send_bytes(size_t count) {
    for (size_t sent = 0; sent < count;) {
        ssize_t now = send(stream, frame + sent, count - sent, MSG_NOSIGNAL);
        assert_true(now > 0);
        sent += (size_t)now;
    }
}

/* A request frame at `frame`; its length. Without a regime it has no options block. */
static size_t make_request(uint64_t id, const char *fill, uint32_t length,
                           const hlx_regime *regime) {
    uint8_t *document = frame + HLX_FRAME_REQUEST_PREFIX_BYTES;
    uint32_t payload = 4u + length + (regime != NULL ? HLX_FRAME_OPTIONS_BYTES : 0u);
    hlx_frame_header request = {HLX_FRAME_REQUEST, id, payload};
    hlx_frame_encode_header(frame, &request);
    for (uint32_t i = 0; i < 4; i++) {
        frame[HLX_FRAME_HEADER_BYTES + i] = (uint8_t)(length >> (24 - 8 * i));
    }
    for (size_t i = 0; i < length; i++) {
        document[i] = (uint8_t)fill[i % strlen(fill)];
    }
    if (regime != NULL) {
        hlx_frame_encode_options(document + length, regime);
    }
    return HLX_FRAME_HEADER_BYTES + (size_t)payload;
}

static size_t make_cancel(uint8_t *bytes, uint64_t id) {
    hlx_frame_header cancel = {HLX_FRAME_CANCEL, id, 0};
    hlx_frame_encode_header(bytes, &cancel);
    return HLX_FRAME_HEADER_BYTES;
}

static void receive_response(void) {
    uint8_t bytes[HLX_FRAME_HEADER_BYTES + HLX_FRAME_RESPONSE_BYTES];
    assert_int_equal(recv(stream, bytes, sizeof bytes, MSG_WAITALL), sizeof bytes);
    assert_int_equal(hlx_frame_decode_header(bytes, &header), HLX_FRAME_COMPLETE);
    assert_int_equal(header.type, HLX_FRAME_RESPONSE);
    hlx_frame_decode_summary(bytes + HLX_FRAME_HEADER_BYTES, &summary);
}

static void expect_response(uint64_t id, uint32_t status, uint32_t tokens) {
    receive_response();
    assert_int_equal(header.request_id, id);
    assert_int_equal(summary.status, status);
    assert_int_equal(summary.tokens, tokens);
}

static void expect_exit(int code) {
    int status = 0;
    uint8_t byte = 0;
    assert_true(recv(stream, &byte, 1, 0) <= 0); /* no further response */
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), code);
    process = 0;
}

static int start(void **state) {
    (void)state;
    int ends[2];
    pid_t service = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        return -1;
    }
    hlx_mapping_inherit(&mapping, true);
    process = fork();
    if (process == 0) {
        hlx_worker_main(ends[1], &mapping, HLX_WORKER_UNPINNED, service);
    }
    (void)close(ends[1]);
    stream = ends[0];
    return process > 0 ? 0 : -1;
}

static int stop(void **state) {
    (void)state;
    (void)close(stream);
    if (process > 0) {
        (void)kill(process, SIGKILL);
        (void)waitpid(process, NULL, 0);
    }
    return 0;
}

static int map(void **state) {
    (void)state;
    return hlx_mapping_create(&mapping) ? 0 : -1;
}

/* spec: SRV-20, SRV-25 */
static void test_ready_and_retired(void **state) {
    (void)state;
    expect_response(HLX_WORKER_READY_ID, HLX_STATUS_OK, 0);
    assert_int_equal(summary.alloc_mb10, 0);
    assert_int_equal(shutdown(stream, SHUT_WR), 0);
    expect_exit(0);
}

/* One response each, in order, the two sides of the arena in turn. spec: SRV-24, SRV-25 */
static void test_requests(void **state) {
    (void)state;
    hlx_arena arena;
    hlx_columns columns[2];
    hlx_mapping_arena(&arena);
    hlx_arena_columns(&arena, mapping.words, &columns[0]);
    hlx_arena_swap(&arena);
    hlx_arena_columns(&arena, mapping.words, &columns[1]);
    receive_response();
    send_bytes(make_request(7, "ab", 2, NULL));
    expect_response(7, HLX_STATUS_OK, 3);
    send_bytes(make_request(8, "}\\par", 5, NULL));
    expect_response(8, HLX_STATUS_OK, 2);
    assert_int_equal(summary.issues, 1);
    assert_int_equal(columns[0].kinds[0], HLX_CATEGORY_LETTER);
    assert_int_equal(columns[0].codes[1], 'b');
    assert_int_equal(columns[1].kinds[0], HLX_CATEGORY_END_GROUP);
    assert_int_equal(columns[1].kinds[1], HLX_KIND_CONTROL_SEQUENCE);
    assert_int_equal(columns[1].issue_codes[0], HLX_ISSUE_UNMATCHED_END_GROUP);
}

/* spec: SRV-25 */
static void test_options_and_budgets(void **state) {
    (void)state;
    hlx_regime regime;
    assert_true(hlx_regime_preset(&regime, HLX_PRESET_INITEX, HLX_ENCODING_BYTES));
    regime.end_of_line_char = HLX_NO_END_OF_LINE_CHAR;
    receive_response();
    send_bytes(make_request(1, "ab", 2, &regime));
    expect_response(1, HLX_STATUS_OK, 2);
    send_bytes(make_request(2, "a", 100000, NULL));
    expect_response(2, HLX_STATUS_OK, 100001);
    uint32_t expected = hlx_arena_mb10((uint64_t)12 * (2 + 100001));
    assert_int_equal(summary.alloc_mb10, expected);
    size_t length = make_request(3, "ab", 2, &regime);
    frame[length - 1] = 16; /* no category code */
    send_bytes(length);
    expect_response(3, HLX_STATUS_BAD_ARGUMENT, 0);
    length = make_request(4, "ab", 2, &regime);
    frame[HLX_FRAME_HEADER_BYTES + 3] = 3; /* not the length of the document */
    send_bytes(length);
    expect_response(4, HLX_STATUS_BAD_ARGUMENT, 0);
    send_bytes(make_request(5, "ab", 2, NULL));
    expect_response(5, HLX_STATUS_OK, 3);
}

/* The cancel is behind the request: found after the first slice. spec: SRV-21, SRV-25 */
static void test_cancelled(void **state) {
    (void)state;
    receive_response();
    size_t length = make_request(1, "a", LARGE, NULL);
    length += make_cancel(frame + length, 1);
    send_bytes(length);
    receive_response();
    assert_int_equal(header.request_id, 1);
    assert_int_equal(summary.status, HLX_STATUS_CANCELLED);
    assert_in_range(summary.tokens, 1, 2 * 16384); /* slices, spec: SRV-21 */
    send_bytes(make_request(2, "a", LARGE, NULL));
    expect_response(2, HLX_STATUS_OK, LARGE + 1);
}

/* A document in the worker's memory is read there, and only for the request that it was
 * placed for. spec: SRV-27 */
static void test_placed_document(void **state) {
    (void)state;
    receive_response();
    for (uint64_t id = 1; id < 4; id++) {
        hlx_mapping_place(&mapping, id, (const uint8_t *)"abcdef", 6);
        send_bytes(make_request(id, "x", 0, NULL));
        expect_response(id, HLX_STATUS_OK, 7);
        send_bytes(make_request(id + 10, "x", 0, NULL));
        expect_response(id + 10, HLX_STATUS_OK, 1); /* an empty line: \par */
        send_bytes(make_request(id, "x", 3, NULL));
        expect_response(id, HLX_STATUS_OK, 4);
    }
    mapping.placement->document_length = HLX_MAX_DOCUMENT_BYTES;
    send_bytes(make_request(3, "x", 0, NULL));
    receive_response();
    assert_int_equal(summary.status, HLX_STATUS_OK);
}

/* Cancels of requests answered before: dropped between jobs and during one.
 * spec: SRV-21, SRV-25 */
static void test_late_cancels(void **state) {
    (void)state;
    receive_response();
    send_bytes(make_request(1, "a", 10, NULL));
    expect_response(1, HLX_STATUS_OK, 11);
    send_bytes(make_cancel(frame, 1));
    send_bytes(make_cancel(frame, 1));
    size_t length = make_request(2, "a", LARGE, NULL);
    length += make_cancel(frame + length, 1);
    send_bytes(length);
    expect_response(2, HLX_STATUS_OK, LARGE + 1);
    length = make_request(3, "a", LARGE, NULL);
    length += make_cancel(frame + length, 1);
    length += make_cancel(frame + length, 3);
    send_bytes(length);
    receive_response();
    assert_int_equal(summary.status, HLX_STATUS_CANCELLED);
}

/* spec: SRV-20 */
static void test_bad_frames(void **state) {
    (void)state;
    hlx_frame_header response = {HLX_FRAME_RESPONSE, 1, HLX_FRAME_RESPONSE_BYTES};
    receive_response();
    hlx_frame_encode_header(frame, &response);
    send_bytes(HLX_FRAME_HEADER_BYTES + HLX_FRAME_RESPONSE_BYTES);
    expect_exit(2);
}

/* spec: SRV-20 */
static void test_garbage(void **state) {
    (void)state;
    receive_response();
    memset(frame, 0xFF, HLX_FRAME_HEADER_BYTES);
    send_bytes(HLX_FRAME_HEADER_BYTES);
    expect_exit(2);
}

/* A second request while a job runs is against the rules. spec: SRV-20 */
static void test_request_during_a_job(void **state) {
    (void)state;
    static uint8_t second[64];
    receive_response();
    size_t small = make_request(2, "a", 10, NULL);
    memcpy(second, frame, small);
    size_t length = make_request(1, "a", LARGE, NULL);
    memcpy(frame + length, second, small);
    send_bytes(length + small);
    expect_exit(2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ready_and_retired, start, stop),
        cmocka_unit_test_setup_teardown(test_requests, start, stop),
        cmocka_unit_test_setup_teardown(test_options_and_budgets, start, stop),
        cmocka_unit_test_setup_teardown(test_cancelled, start, stop),
        cmocka_unit_test_setup_teardown(test_placed_document, start, stop),
        cmocka_unit_test_setup_teardown(test_late_cancels, start, stop),
        cmocka_unit_test_setup_teardown(test_bad_frames, start, stop),
        cmocka_unit_test_setup_teardown(test_garbage, start, stop),
        cmocka_unit_test_setup_teardown(test_request_during_a_job, start, stop),
    };
    return cmocka_run_group_tests(tests, map, NULL);
}
