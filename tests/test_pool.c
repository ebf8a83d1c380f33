/* test_pool.c -- what a worker may send to the service, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "frame.h"
#include "pool.h"
#include "worker.h"

#define RESPONSE_BYTES (HLX_FRAME_HEADER_BYTES + HLX_FRAME_RESPONSE_BYTES)

static hlx_pool pool; /* one slot; its worker is this test */
static hlx_link *const it = &pool.links[0];
static int worker;
static hlx_event event;

static int start(void **state) {
    (void)state;
    int ends[2];
    pool.epoll = epoll_create1(EPOLL_CLOEXEC);
    if (pool.epoll < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    *it = (hlx_link){.stream = ends[0]};
    hlx_frame_decoder_init(&it->decoder);
    hlx_lease_init(&it->lease);
    worker = ends[1];
    return 0;
}

static int stop(void **state) {
    (void)state;
    (void)close(worker);
    (void)close(it->stream);
    (void)close(pool.epoll);
    return 0;
}

static void send_frame(uint32_t type, uint64_t id, uint32_t payload_length, size_t sent) {
    uint8_t bytes[RESPONSE_BYTES + 200] = {0};
    hlx_frame_header header = {type, id, payload_length};
    hlx_frame_encode_header(bytes, &header);
    assert_int_equal(send(worker, bytes, sent, 0), sent);
}

static void respond(uint64_t id, uint32_t tokens, uint32_t issues) {
    uint8_t bytes[RESPONSE_BYTES];
    hlx_frame_header header = {HLX_FRAME_RESPONSE, id, HLX_FRAME_RESPONSE_BYTES};
    hlx_summary summary = {.tokens = tokens, .issues = issues};
    hlx_frame_encode_header(bytes, &header);
    hlx_frame_encode_summary(bytes + HLX_FRAME_HEADER_BYTES, &summary);
    assert_int_equal(send(worker, bytes, sizeof bytes, 0), sizeof bytes);
}

static void expect_taken(enum hlx_event_type type, uint64_t id, uint32_t tokens, uint32_t issues) {
    assert_true(hlx_pool_receive(&pool, 0, &event));
    assert_int_equal(event.type, type);
    assert_int_equal(event.request_id, id);
    assert_int_equal(event.summary.tokens, tokens);
    assert_int_equal(event.summary.issues, issues);
    assert_false(it->broken);
}

/* The end; what was sent behind it is not listened to, not even when the worker is dead. */
static void expect_broken(void) {
    respond(9, 1, 0);
    assert_false(hlx_pool_receive(&pool, 0, &event));
    assert_true(it->broken);
    assert_false(hlx_pool_receive(&pool, 0, &event));
}

/* spec: SRV-20, SRV-25 */
static void test_responses(void **state) {
    (void)state;
    assert_false(hlx_pool_receive(&pool, 0, &event));
    respond(HLX_WORKER_READY_ID, 0, 0);
    respond(7, 5, 2);
    expect_taken(HLX_EVENT_WORKER_READY, HLX_WORKER_READY_ID, 0, 0);
    expect_taken(HLX_EVENT_WORKER_RESPONSE, 7, 5, 2);
    assert_false(hlx_pool_receive(&pool, 0, &event));
    assert_false(it->broken);
}

/* spec: SRV-20, QRY-12 */
static void test_most_rows(void **state) {
    (void)state;
    const uint32_t issues = HLX_MAX_DOCUMENT_BYTES + HLX_ARENA_MAX_TOKENS;
    respond(7, HLX_ARENA_MAX_TOKENS, issues);
    expect_taken(HLX_EVENT_WORKER_RESPONSE, 7, HLX_ARENA_MAX_TOKENS, issues);
}

/* Its side is not taken for finished, either. spec: SRV-20, QRY-12, ARN-11 */
static void test_too_many_tokens(void **state) {
    (void)state;
    assert_true(hlx_lease_begin(&it->lease));
    respond(7, HLX_ARENA_MAX_TOKENS + 1, 0);
    expect_broken();
    assert_true(it->lease.busy);
}

/* spec: SRV-20 */
static void test_too_many_issues(void **state) {
    (void)state;
    respond(7, 3, HLX_MAX_DOCUMENT_BYTES + 4);
    expect_broken();
}

/* spec: SRV-20 */
static void test_readiness_with_tokens(void **state) {
    (void)state;
    respond(HLX_WORKER_READY_ID, UINT32_MAX, UINT32_MAX);
    expect_broken();
}

/* spec: SRV-20 */
static void test_cancel(void **state) {
    (void)state;
    send_frame(HLX_FRAME_CANCEL, 7, 0, HLX_FRAME_HEADER_BYTES);
    expect_broken();
}

/* The end of the requests, for a worker; the number of a stream that was closed may be another's by
 * now. spec: BRK-34, SRV-25 */
static void test_retire(void **state) {
    (void)state;
    char byte;
    hlx_pool_retire(&pool, 0);
    assert_int_equal(recv(worker, &byte, 1, MSG_DONTWAIT), -1);
    it->process = getpid();
    hlx_pool_retire(&pool, 0);
    assert_int_equal(recv(worker, &byte, 1, MSG_DONTWAIT), 0);
    it->process = 0;
}

/* As long as a response is. spec: SRV-20 */
static void test_small_request(void **state) {
    (void)state;
    send_frame(HLX_FRAME_REQUEST, 7, HLX_FRAME_RESPONSE_BYTES, RESPONSE_BYTES);
    expect_broken();
}

/* There is no room for it. spec: SRV-20 */
static void test_large_request(void **state) {
    (void)state;
    send_frame(HLX_FRAME_REQUEST, 7, HLX_FRAME_MAX_PAYLOAD_BYTES, RESPONSE_BYTES + 200);
    expect_broken();
    assert_int_equal(it->decoder.received, HLX_FRAME_HEADER_BYTES);
}

/* spec: SRV-20, FRM-23, FRM-24 */
static void test_no_frame(void **state) {
    (void)state;
    send_frame(4, 7, HLX_FRAME_RESPONSE_BYTES, RESPONSE_BYTES);
    expect_broken();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_responses, start, stop),
        cmocka_unit_test_setup_teardown(test_most_rows, start, stop),
        cmocka_unit_test_setup_teardown(test_too_many_tokens, start, stop),
        cmocka_unit_test_setup_teardown(test_too_many_issues, start, stop),
        cmocka_unit_test_setup_teardown(test_readiness_with_tokens, start, stop),
        cmocka_unit_test_setup_teardown(test_cancel, start, stop),
        cmocka_unit_test_setup_teardown(test_retire, start, stop),
        cmocka_unit_test_setup_teardown(test_small_request, start, stop),
        cmocka_unit_test_setup_teardown(test_large_request, start, stop),
        cmocka_unit_test_setup_teardown(test_no_frame, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
