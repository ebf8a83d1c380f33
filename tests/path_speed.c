/* path_speed.c -- what a request must cost: the document tokenized in this process, and
 * its bytes through a socket to another process and a reply back; and what it does cost:
 * the round trip through a service that has nothing else to do. The same with the token
 * columns as the reply.
 *
 *      path_speed SOCKET DOCUMENT ROUNDS
 *
 * All are measured in turn, round after round, so that whatever slows the machine
 * slows all of them. Printed are medians in ns, and the processor time of the first two
 * (user and system, of all processes that take part), for path_speed.py. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "client.h"
#include "clock.h"
#include "hedgelex.h"
#include "mapping.h"
#include "query.h"

#define LARGEST_ROUNDS 10000u

#define TOKEN_COLUMNS 7u
#define ROW_BYTES (3u * sizeof(int32_t)) /* of the three token columns */

/* A request of version 2 up to its document; its last four bytes and the document are one
 * of version 1. */
static uint8_t query[HLX_QUERY_BEGIN_BYTES + HLX_MAX_DOCUMENT_BYTES];
static uint8_t *const request = query + HLX_QUERY_BEGIN_BYTES - HLX_CLIENT_HEADER_BYTES;
static uint32_t request_bytes;
static uint8_t answer[HLX_QUERY_REPLY_BYTES + (size_t)HLX_ARENA_MAX_TOKENS * ROW_BYTES];
static hlx_mapping mapping;
static hlx_regime regime;
static uint32_t tokens;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static void read_document(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail(path);
    }
    size_t size = fread(request + HLX_CLIENT_HEADER_BYTES, 1, HLX_MAX_DOCUMENT_BYTES, file);
    (void)fclose(file);
    hlx_query_encode_request(
        query, &(hlx_query_request){.mask = TOKEN_COLUMNS, .document_length = (uint32_t)size});
    request_bytes = HLX_CLIENT_HEADER_BYTES + (uint32_t)size;
}

/* What a worker does, into memory like a worker's. */
static void tokenize(hlx_arena *arena) {
    hlx_columns columns;
    hlx_counts counts;
    hlx_arena_columns(arena, mapping.words, &columns);
    if (hlx_tokenize(&regime, request + HLX_CLIENT_HEADER_BYTES,
                     request_bytes - HLX_CLIENT_HEADER_BYTES, &columns, &counts) != HLX_STATUS_OK) {
        fail("hlx_tokenize");
    }
    hlx_arena_swap(arena);
    tokens = counts.tokens;
}

static void receive_all(int socket, uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t got = recv(socket, bytes, count, 0);
        if (got <= 0) {
            fail("recv");
        }
        bytes += got;
        count -= (size_t)got;
    }
}

static void send_all(int socket, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(socket, bytes, count, MSG_NOSIGNAL);
        if (sent <= 0) {
            fail("send");
        }
        bytes += sent;
        count -= (size_t)sent;
    }
}

/* Take a request, answer with so many bytes, until the other end goes. */
static _Noreturn void echo(int socket, size_t answer_bytes) {
    for (;;) {
        if (recv(socket, query, 1, MSG_PEEK) <= 0) {
            _exit(0);
        }
        receive_all(socket, request, request_bytes);
        send_all(socket, answer, answer_bytes);
    }
}

static pid_t start_echo(int *socket, size_t answer_bytes) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        fail("socketpair");
    }
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        echo(ends[1], answer_bytes);
    }
    (void)close(ends[1]);
    *socket = ends[0];
    return child;
}

static int connect_service(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    if (strlen(path) >= sizeof address.sun_path) {
        fail(path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) != 0) {
        fail(path);
    }
    return descriptor;
}

static uint64_t round_trip(int socket, const uint8_t *bytes, size_t count, size_t answer_bytes) {
    uint64_t started_ns = hlx_clock_now_ns();
    send_all(socket, bytes, count);
    receive_all(socket, answer, answer_bytes);
    return hlx_clock_now_ns() - started_ns;
}

static void expect(bool right) {
    if (!right) {
        (void)fprintf(stderr, "path_speed: a wrong reply\n");
        exit(1);
    }
}

static void check_reply(void) {
    hlx_reply reply;
    expect(hlx_client_decode_reply(answer, &reply) && reply.status == HLX_REPLY_OK &&
           reply.tokens == tokens);
}

/* The kinds are those of this process, and as many bytes followed as there should be. */
static void check_columns(const hlx_arena *arena) {
    hlx_query_reply reply;
    hlx_columns columns;
    hlx_arena last = *arena;
    hlx_arena_swap(&last);
    hlx_arena_columns(&last, mapping.words, &columns);
    expect(hlx_query_decode_reply(answer, &reply) && reply.status == HLX_REPLY_OK &&
           reply.tokens == tokens && reply.mask == TOKEN_COLUMNS &&
           memcmp(answer + HLX_QUERY_REPLY_BYTES, columns.kinds, tokens * sizeof(int32_t)) == 0);
}

/* User and system time; of the children when they have ended. */
static uint64_t processor_ns(int who) {
    struct rusage usage;
    (void)getrusage(who, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * HLX_NS_PER_SECOND +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
}

static int compare(const void *left, const void *right) {
    uint64_t one = *(const uint64_t *)left;
    uint64_t other = *(const uint64_t *)right;
    return (one > other) - (one < other);
}

static uint64_t tokenize_timed(hlx_arena *arena, uint64_t *cpu_ns) {
    uint64_t cpu_before_ns = processor_ns(RUSAGE_SELF);
    uint64_t started_ns = hlx_clock_now_ns();
    tokenize(arena);
    uint64_t elapsed_ns = hlx_clock_now_ns() - started_ns;
    *cpu_ns += processor_ns(RUSAGE_SELF) - cpu_before_ns;
    return elapsed_ns;
}

/* One way to measure, and what it gave. */
typedef struct series {
    const char *name;
    uint64_t ns[LARGEST_ROUNDS];
} series;

static series in_process = {.name = "tokenize_ns"}, echoed = {.name = "echo_ns"},
              served = {.name = "round_trip_ns"}, columns_echoed = {.name = "columns_echo_ns"},
              columns_served = {.name = "columns_round_trip_ns"};

static void print_medians(uint32_t rounds) {
    series *const all[] = {&in_process, &echoed, &served, &columns_echoed, &columns_served};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        qsort(all[i]->ns, rounds, sizeof all[i]->ns[0], compare);
        (void)printf("%s %llu\n", all[i]->name, (unsigned long long)all[i]->ns[rounds / 2]);
    }
}

/* The processor time of the echoes is measured apart, as it is that of two processes. */
static uint64_t measure(const char *path, uint32_t rounds, hlx_arena *arena) {
    size_t column_bytes = HLX_QUERY_REPLY_BYTES + (size_t)tokens * ROW_BYTES;
    size_t query_bytes = HLX_QUERY_BEGIN_BYTES - HLX_CLIENT_HEADER_BYTES + (size_t)request_bytes;
    int near = -1;
    int near_columns = -1;
    pid_t child = start_echo(&near, HLX_CLIENT_REPLY_BYTES);
    int service = connect_service(path);
    int service_columns = connect_service(path);
    uint64_t cpu_ns = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        in_process.ns[i] = tokenize_timed(arena, &cpu_ns);
        echoed.ns[i] = round_trip(near, request, request_bytes, HLX_CLIENT_REPLY_BYTES);
        served.ns[i] = round_trip(service, request, request_bytes, HLX_CLIENT_REPLY_BYTES);
        check_reply();
    }
    (void)close(near);
    (void)waitpid(child, NULL, 0);
    child = start_echo(&near_columns, column_bytes);
    for (uint32_t i = 0; i < rounds; i++) {
        columns_echoed.ns[i] = round_trip(near_columns, request, request_bytes, column_bytes);
        columns_served.ns[i] = round_trip(service_columns, query, query_bytes, column_bytes);
        check_columns(arena);
    }
    (void)close(near_columns);
    (void)waitpid(child, NULL, 0);
    return cpu_ns / rounds;
}

/* User and system time of both ends of an echo. */
static uint64_t echo_cpu(uint32_t rounds) {
    int near = -1;
    uint64_t before_ns = processor_ns(RUSAGE_SELF) + processor_ns(RUSAGE_CHILDREN);
    pid_t child = start_echo(&near, HLX_CLIENT_REPLY_BYTES);
    for (uint32_t i = 0; i < rounds; i++) {
        (void)round_trip(near, request, request_bytes, HLX_CLIENT_REPLY_BYTES);
    }
    (void)close(near);
    (void)waitpid(child, NULL, 0);
    return (processor_ns(RUSAGE_SELF) + processor_ns(RUSAGE_CHILDREN) - before_ns) / rounds;
}

int main(int argc, char **argv) {
    uint32_t rounds = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
    if (rounds == 0 || rounds > LARGEST_ROUNDS) {
        (void)fprintf(stderr, "usage: path_speed SOCKET DOCUMENT ROUNDS (1 to 10000)\n");
        return 64;
    }
    hlx_arena arena;
    read_document(argv[2]);
    hlx_mapping_arena(&arena);
    if (!hlx_mapping_create(&mapping) ||
        !hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES)) {
        fail("memory");
    }
    tokenize(&arena);
    uint64_t tokenize_cpu_ns = measure(argv[1], rounds, &arena);
    (void)printf("bytes %u\ntokens %u\n", request_bytes - HLX_CLIENT_HEADER_BYTES, tokens);
    (void)printf("tokenize_cpu_ns %llu\necho_cpu_ns %llu\n", (unsigned long long)tokenize_cpu_ns,
                 (unsigned long long)echo_cpu(rounds));
    print_medians(rounds);
    return 0;
}
