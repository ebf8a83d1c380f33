/* path_speed.c -- what a request must cost: the document tokenized in this process, and
 * its bytes through a socket to another process and a reply back; and what it does cost:
 * the round trip through a service that has nothing else to do.
 *
 *      path_speed SOCKET DOCUMENT ROUNDS
 *
 * The three are measured in turn, round after round, so that whatever slows the machine
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

#define LARGEST_ROUNDS 10000u

static uint8_t request[HLX_CLIENT_HEADER_BYTES + HLX_MAX_DOCUMENT_BYTES];
static uint32_t request_bytes;
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
    hlx_store_u32(request, (uint32_t)size);
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

/* Take a request, answer with as many bytes as a reply has, until the other end goes. */
static _Noreturn void echo(int socket) {
    static uint8_t bytes[sizeof request];
    uint8_t reply[HLX_CLIENT_REPLY_BYTES] = {0};
    for (;;) {
        if (recv(socket, bytes, 1, MSG_PEEK) <= 0) {
            _exit(0);
        }
        receive_all(socket, bytes, request_bytes);
        send_all(socket, reply, sizeof reply);
    }
}

static pid_t start_echo(int *socket) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        fail("socketpair");
    }
    pid_t child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        echo(ends[1]);
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

static uint64_t round_trip(int socket, bool check) {
    uint8_t bytes[HLX_CLIENT_REPLY_BYTES];
    hlx_reply reply;
    uint64_t started_ns = hlx_clock_now_ns();
    send_all(socket, request, request_bytes);
    receive_all(socket, bytes, sizeof bytes);
    uint64_t elapsed_ns = hlx_clock_now_ns() - started_ns;
    if (check && (!hlx_client_decode_reply(bytes, &reply) || reply.status != HLX_REPLY_OK ||
                  reply.tokens != tokens)) {
        (void)fprintf(stderr, "path_speed: a wrong reply\n");
        exit(1);
    }
    return elapsed_ns;
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

static void print_median(const char *name, uint64_t *times, uint32_t rounds) {
    qsort(times, rounds, sizeof *times, compare);
    (void)printf("%s %llu\n", name, (unsigned long long)times[rounds / 2]);
}

static uint64_t tokenize_timed(hlx_arena *arena, uint64_t *cpu_ns) {
    uint64_t cpu_before_ns = processor_ns(RUSAGE_SELF);
    uint64_t started_ns = hlx_clock_now_ns();
    tokenize(arena);
    uint64_t elapsed_ns = hlx_clock_now_ns() - started_ns;
    *cpu_ns += processor_ns(RUSAGE_SELF) - cpu_before_ns;
    return elapsed_ns;
}

int main(int argc, char **argv) {
    static uint64_t tokenize_ns[LARGEST_ROUNDS], echo_ns[LARGEST_ROUNDS], trip_ns[LARGEST_ROUNDS];
    uint32_t rounds = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
    if (rounds == 0 || rounds > LARGEST_ROUNDS) {
        (void)fprintf(stderr, "usage: path_speed SOCKET DOCUMENT ROUNDS (1 to 10000)\n");
        return 64;
    }
    int echo_socket = -1;
    hlx_arena arena;
    uint64_t tokenize_cpu_ns = 0;
    uint64_t echo_cpu_ns = 0;
    read_document(argv[2]);
    pid_t child = start_echo(&echo_socket);
    int service = connect_service(argv[1]);
    hlx_mapping_arena(&arena);
    if (!hlx_mapping_create(&mapping) ||
        !hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES)) {
        fail("memory");
    }
    tokenize(&arena);
    for (uint32_t i = 0; i < rounds; i++) {
        tokenize_ns[i] = tokenize_timed(&arena, &tokenize_cpu_ns);
        uint64_t cpu_before_ns = processor_ns(RUSAGE_SELF);
        echo_ns[i] = round_trip(echo_socket, false);
        echo_cpu_ns += processor_ns(RUSAGE_SELF) - cpu_before_ns;
        trip_ns[i] = round_trip(service, true);
    }
    (void)close(echo_socket);
    (void)waitpid(child, NULL, 0);
    echo_cpu_ns += processor_ns(RUSAGE_CHILDREN);
    (void)printf("bytes %u\ntokens %u\n", request_bytes - HLX_CLIENT_HEADER_BYTES, tokens);
    print_median("tokenize_ns", tokenize_ns, rounds);
    print_median("echo_ns", echo_ns, rounds);
    print_median("round_trip_ns", trip_ns, rounds);
    (void)printf("tokenize_cpu_ns %llu\necho_cpu_ns %llu\n",
                 (unsigned long long)(tokenize_cpu_ns / rounds),
                 (unsigned long long)(echo_cpu_ns / rounds));
    return 0;
}
