/* test_service_client.c -- one exchange over a socket pair whose other end is the test.
 * spec: CLI-12, CMD-05 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bytes.h"
#include "clock.h"
#include "complaint.h"
#include "service_client.h"

static int ends[2]; /* client, service */
static hlx_exchange exchange;

static void begin(const hlx_document *document) {
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    hlx_exchange_begin(&exchange, document);
}

static void end(void) {
    assert_int_equal(close(ends[0]), 0);
    assert_true(close(ends[1]) == 0 || ends[1] == -1);
}

static void reply_bytes(uint8_t bytes[HLX_CLIENT_REPLY_BYTES]) {
    const hlx_reply reply = {
        .status = HLX_REPLY_OK, .tokens = 7, .issues = 1, .origin = HLX_ORIGIN_HEDGE};
    hlx_client_encode_reply(bytes, &reply);
}

static hlx_document small_document(void) {
    static uint8_t bytes[] = "abc";
    return (hlx_document){.name = "small", .bytes = bytes, .size = 3};
}

static void sends_length_and_document(void **state) {
    (void)state;
    const hlx_document document = small_document();
    uint8_t got[16];
    begin(&document);
    assert_true(hlx_exchange_sending(&exchange));
    assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_WAITING);
    assert_false(hlx_exchange_sending(&exchange));
    assert_int_equal(recv(ends[1], got, sizeof got, 0), 7);
    assert_memory_equal(got, "\0\0\0\3abc", 7);
    end();
}

static void takes_a_reply_in_any_pieces(void **state) {
    (void)state;
    const hlx_document document = small_document();
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    reply_bytes(bytes);
    begin(&document);
    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_WAITING);
        assert_int_equal(send(ends[1], bytes + i, 1, 0), 1);
    }
    assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_DONE);
    assert_int_equal(exchange.reply.tokens, 7);
    assert_int_equal(exchange.reply.issues, 1);
    assert_string_equal(hlx_reply_status_text(exchange.reply.status), "ok");
    assert_string_equal(hlx_origin_text(exchange.reply.origin), "hedge");
    end();
}

/* A document larger than the socket takes at once, and a service that reads slowly. */
static void sends_as_the_service_reads(void **state) {
    (void)state;
    hlx_document document = {.name = "large", .bytes = calloc(1, 2000000), .size = 2000000};
    static uint8_t got[4096];
    size_t count = 0;
    begin(&document);
    for (;;) {
        assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_WAITING);
        ssize_t part = recv(ends[1], got, sizeof got, 0);
        if (part < 0) {
            break;
        }
        count += (size_t)part;
    }
    assert_int_equal(count, 2000004);
    assert_false(hlx_exchange_sending(&exchange));
    end();
    free(document.bytes);
}

/* "Too large" or "overloaded" may come before the document was read, and the service
 * may hang up at once. */
static void takes_an_early_reply(void **state) {
    (void)state;
    hlx_document document = {.name = "large", .bytes = calloc(1, 2000000), .size = 2000000};
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    reply_bytes(bytes);
    begin(&document);
    assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_WAITING);
    assert_int_equal(send(ends[1], bytes, sizeof bytes, 0), sizeof bytes);
    assert_int_equal(close(ends[1]), 0);
    ends[1] = -1;
    assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_DONE);
    assert_true(hlx_exchange_sending(&exchange)); /* so the connection is of no more use */
    end();
    free(document.bytes);
}

static void notices_a_closed_connection(void **state) {
    (void)state;
    const hlx_document document = small_document();
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    reply_bytes(bytes);
    for (size_t sent = 0; sent < sizeof bytes; sent++) {
        begin(&document);
        assert_int_equal(send(ends[1], bytes, sent, 0), sent);
        assert_int_equal(shutdown(ends[1], SHUT_WR), 0);
        assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_CLOSED);
        end();
    }
    assert_int_equal(hlx_exchange_status_exit(HLX_EXCHANGE_CLOSED), HLX_EXIT_UNAVAILABLE);
}

static void notices_a_reply_of_another_protocol(void **state) {
    (void)state;
    const hlx_document document = small_document();
    begin(&document);
    assert_int_equal(send(ends[1], "HTTP/1.1 400 Bad Request", 24, 0), 24);
    assert_int_equal(hlx_exchange_advance(&exchange, ends[0]), HLX_EXCHANGE_GARBLED);
    assert_int_equal(hlx_exchange_status_exit(HLX_EXCHANGE_GARBLED), HLX_EXIT_PROTOCOL);
    end();
}

static void stops_at_the_deadline(void **state) {
    (void)state;
    const hlx_document document = small_document();
    begin(&document);
    uint64_t deadline_ns = hlx_clock_now_ns() + (uint64_t)20 * HLX_NS_PER_MS;
    assert_int_equal(hlx_exchange_run(&exchange, ends[0], deadline_ns), HLX_EXCHANGE_TIMED_OUT);
    assert_true(hlx_clock_now_ns() >= deadline_ns);
    end();
}

static void refuses_paths_without_a_service(void **state) {
    (void)state;
    char longest[200];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(hlx_service_connect("/no/such/socket", HLX_NS_PER_SECOND),
                     -HLX_EXIT_UNAVAILABLE);
    assert_int_equal(hlx_service_connect("/dev/null", HLX_NS_PER_SECOND), -HLX_EXIT_UNAVAILABLE);
    assert_int_equal(hlx_service_connect(longest, HLX_NS_PER_SECOND), -HLX_EXIT_UNAVAILABLE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends_length_and_document),
        cmocka_unit_test(takes_a_reply_in_any_pieces),
        cmocka_unit_test(sends_as_the_service_reads),
        cmocka_unit_test(takes_an_early_reply),
        cmocka_unit_test(notices_a_closed_connection),
        cmocka_unit_test(notices_a_reply_of_another_protocol),
        cmocka_unit_test(stops_at_the_deadline),
        cmocka_unit_test(refuses_paths_without_a_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
