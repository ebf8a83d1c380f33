/* shim.c -- a library to preload under hedgelexd: system calls that fail or fall
 * short when a test says so. The program under test is the one that ships.
 *
 *      test --writes--> control block (a file, mapped by all) <--reads-- service, workers
 *
 * The test arms the block with a call, a role and a count; the count-th such call of
 * that role fails with an error number, or transfers no more than so many bytes.
 * Besides it can make workers misbehave at the moment at which they send a response:
 * pause, die, spin, lie. A fault that is not armed costs one load; every fault that
 * happened is counted, so that a test can tell a passed one from a missed one.
 * shim.py reads enum shim_call and struct shim_control from this file. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum role { ROLE_SERVICE = 1, ROLE_WORKER = 2 };

/* The calls that can be made to fail. */
enum shim_call {
    CALL_accept4,
    CALL_epoll_add,
    CALL_epoll_wait,
    CALL_fclose,
    CALL_fopen,
    CALL_fork,
    CALL_mmap,
    CALL_pidfd_open,
    CALL_poll,
    CALL_read,
    CALL_recv,
    CALL_rename,
    CALL_send,
    CALL_sendmsg,
    CALL_socketpair,
    CALL_waitid,
    CALL_write,
    CALL_epoll_create1,
    CALL_signalfd,
    CALL_timerfd_create,
    CALL_socket,
    CALL_bind,
    CALL_listen,
    CALL_flock,
    CALL_calloc
};

enum response_fault {
    RESPONSE_NONE,
    RESPONSE_CRASH,   /* SIGSEGV */
    RESPONSE_SPIN,    /* busy for ever, deaf to cancels */
    RESPONSE_FLOOD,   /* says that it is ready, for ever */
    RESPONSE_CORRUPT, /* one token more than there is; once */
    RESPONSE_REQUEST, /* a request of the same length instead; once */
    RESPONSE_BOAST    /* more tokens than a worker has rows; once */
};

typedef struct shim_control {
    _Atomic uint32_t role;      /* of the armed fault; 0: none */
    _Atomic uint32_t call;      /* enum shim_call */
    _Atomic int32_t countdown;  /* 1: the next call */
    _Atomic uint32_t repeat;    /* how many calls in a row, from then on */
    _Atomic uint32_t error;     /* errno; 0: a short transfer */
    _Atomic uint32_t bytes;     /* of a short transfer, at most */
    _Atomic uint32_t hits;      /* faults that happened */
    _Atomic uint32_t all_bytes; /* every transfer of everybody is at most so long; 0: any */
    _Atomic uint32_t service;   /* its process */
    _Atomic uint32_t responses; /* sent by workers, readiness not counted */
    _Atomic uint32_t cancelled; /* of them: they say that they were cancelled */
    _Atomic uint32_t stall_ppm; /* of them are late */
    _Atomic uint32_t stall_ms;
    _Atomic uint32_t stalls;
    _Atomic uint32_t fault;        /* enum response_fault */
    _Atomic uint32_t fault_tokens; /* of responses with so many tokens */
    _Atomic uint32_t faults;
    _Atomic uint32_t ready_ms;  /* a worker is ready so much later */
    _Atomic uint32_t linger_ms; /* a worker exits so much later */
    _Atomic uint32_t major;     /* major page faults that it did not have */
} shim_control;

static shim_control none;
static shim_control *control = &none;

__attribute__((constructor)) static void attach(void) {
    const char *path = getenv("HEDGELEX_SHIM");
    int file = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    void *memory = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    (void)close(file);
    if (memory != MAP_FAILED) {
        control = memory;
        control->service = (uint32_t)getpid();
    }
}

static enum role my_role(void) {
    return (uint32_t)getpid() == control->service ? ROLE_SERVICE : ROLE_WORKER;
}

/* Is this call one of those that the fault is for? Counts it. */
static bool strikes(enum shim_call call) {
    if (control->role == 0 || control->call != call || control->role != my_role()) {
        return false;
    }
    int32_t left = --control->countdown;
    if (left > 0 || left <= -(int32_t)control->repeat) {
        return false;
    }
    control->hits++;
    return true;
}

/* True when the call must fail; errno is set. */
static bool fails(enum shim_call call) {
    if (control->error == 0 || !strikes(call)) {
        return false;
    }
    errno = (int)control->error;
    return true;
}

/* How many of `count` bytes may be transferred. */
static size_t allowed(enum shim_call call, size_t count) {
    size_t most = control->all_bytes > 0 ? control->all_bytes : count;
    if (control->error == 0 && strikes(call)) {
        most = control->bytes;
    }
    return count < most ? count : most;
}

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* A call that can only fail: its type, name, failure value, parameters, arguments. */
#define WRAP(type, name, failure, parameters, arguments)                                           \
    type name parameters {                                                                         \
        static __typeof__(&(name)) real;                                                           \
        if (real == NULL) {                                                                        \
            real = REAL(name);                                                                     \
        }                                                                                          \
        return fails(CALL_##name) ? (failure) : real arguments;                                    \
    }

int pidfd_open(pid_t process, unsigned flags);
int signalfd(int descriptor, const sigset_t *set, int flags);
int timerfd_create(int clock, int flags);
int flock(int descriptor, int operation);

WRAP(int, accept4, -1, (int s, struct sockaddr *a, socklen_t *l, int f), (s, a, l, f))
WRAP(int, bind, -1, (int s, const struct sockaddr *a, socklen_t l), (s, a, l))
WRAP(int, epoll_create1, -1, (int f), (f))
WRAP(int, epoll_wait, -1, (int e, struct epoll_event *v, int n, int t), (e, v, n, t))
WRAP(FILE *, fopen, NULL, (const char *p, const char *m), (p, m))
WRAP(int, flock, -1, (int d, int o), (d, o))
WRAP(pid_t, fork, -1, (void), ())
WRAP(int, listen, -1, (int s, int n), (s, n))
WRAP(void *, mmap, MAP_FAILED, (void *a, size_t n, int p, int f, int d, off_t o),
     (a, n, p, f, d, o))
WRAP(int, pidfd_open, -1, (pid_t p, unsigned f), (p, f))
WRAP(int, poll, -1, (struct pollfd * p, nfds_t n, int t), (p, n, t))
WRAP(int, rename, -1, (const char *o, const char *n), (o, n))
WRAP(int, signalfd, -1, (int d, const sigset_t *s, int f), (d, s, f))
WRAP(int, socket, -1, (int d, int t, int p), (d, t, p))
WRAP(int, socketpair, -1, (int d, int t, int p, int s[2]), (d, t, p, s))
WRAP(int, timerfd_create, -1, (int c, int f), (c, f))
WRAP(int, waitid, -1, (idtype_t t, id_t i, siginfo_t *s, int o), (t, i, s, o))

/* Only the addition of a descriptor can fail for want of memory. */
int epoll_ctl(int epoll, int operation, int descriptor, struct epoll_event *event) {
    if (operation == EPOLL_CTL_ADD && fails(CALL_epoll_add)) {
        return -1;
    }
    return REAL(epoll_ctl)(epoll, operation, descriptor, event);
}

/* What was buffered is lost, the stream is closed. */
int fclose(FILE *stream) {
    bool failed = fails(CALL_fclose);
    int error = errno;
    int result = REAL(fclose)(stream);
    errno = failed ? error : errno;
    return failed ? EOF : result;
}

void *calloc(size_t count, size_t size) {
    static __typeof__(&calloc) real;
    static bool looking;
    if (real == NULL && !looking) { /* dlsym may allocate */
        looking = true;
        real = REAL(calloc);
    }
    return real == NULL || fails(CALL_calloc) ? NULL : real(count, size);
}

ssize_t read(int descriptor, void *bytes, size_t count) {
    if (fails(CALL_read)) {
        return -1;
    }
    return REAL(read)(descriptor, bytes, count);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    if (fails(CALL_write)) {
        return -1;
    }
    return REAL(write)(descriptor, bytes, count);
}

ssize_t recv(int socket, void *bytes, size_t count, int flags) {
    if (fails(CALL_recv)) {
        return -1;
    }
    return REAL(recv)(socket, bytes, (flags & MSG_PEEK) ? count : allowed(CALL_recv, count), flags);
}

/* ---- workers that misbehave ---- */

static void pause_ms(uint32_t duration_ms) {
    struct timespec duration = {duration_ms / 1000, (long)(duration_ms % 1000) * 1000000};
    (void)nanosleep(&duration, NULL);
}

/* Every response has the same chance, whatever the order in which workers come. */
static bool is_late(uint32_t number) {
    uint64_t mixed = (number + 1) * UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 31)) * UINT64_C(0xBF58476D1CE4E5B9);
    return (mixed >> 32) % 1000000 < control->stall_ppm;
}

#define STATUS_CANCELLED 1 /* HLX_STATUS_CANCELLED */

static uint32_t load_u32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* A response of a worker: type 2, request id, payload of status, tokens, ... */
static bool is_response(const uint8_t *bytes, size_t count) {
    return my_role() == ROLE_WORKER && count >= 36 && load_u32(bytes) == 2;
}

static bool is_readiness(const uint8_t *bytes) {
    return load_u32(bytes + 4) == 0 && load_u32(bytes + 8) == 0;
}

_Noreturn static void flood(int socket, const uint8_t *response) {
    uint8_t frames[100][36];
    for (size_t i = 0; i < 100; i++) {
        memcpy(frames[i], response, 36);
        memset(&frames[i][4], 0, 8); /* the id of readiness */
    }
    for (;;) {
        (void)REAL(send)(socket, frames, sizeof frames, MSG_NOSIGNAL);
    }
}

static void misbehave(int socket, uint32_t fault, uint8_t *response) {
    /* Of two workers that answer at once, one lies. */
    if (fault >= RESPONSE_CORRUPT &&
        !atomic_compare_exchange_strong(&control->fault, &fault, RESPONSE_NONE)) {
        return;
    }
    control->faults++;
    switch ((enum response_fault)fault) {
    case RESPONSE_CRASH:
        *(volatile int *)NULL = 0;
        break;
    case RESPONSE_SPIN:
        for (volatile uint64_t turns = 0;; turns++) {
        }
    case RESPONSE_FLOOD:
        flood(socket, response);
    case RESPONSE_CORRUPT:
        response[23] ^= 1;
        break;
    case RESPONSE_REQUEST:
        response[3] = 1;
        break;
    case RESPONSE_BOAST:
        response[21] |= 0x80;
        break;
    case RESPONSE_NONE:
        break;
    }
}

/* A stalled worker hears its cancel, as one that waits for memory or a processor between
 * two slices of work does. */
static void respond(int socket, uint8_t *response) {
    if (is_readiness(response)) {
        pause_ms(control->ready_ms);
        return;
    }
    control->cancelled += load_u32(response + 16) == STATUS_CANCELLED;
    if (is_late(control->responses++)) {
        struct pollfd cancel = {.fd = socket, .events = POLLIN};
        control->stalls++;
        (void)REAL(poll)(&cancel, 1, (int)control->stall_ms);
    }
    uint32_t fault = control->fault;
    if (fault != RESPONSE_NONE && load_u32(response + 20) == control->fault_tokens) {
        misbehave(socket, fault, response);
    }
}

ssize_t send(int socket, const void *bytes, size_t count, int flags) {
    uint8_t response[64];
    if (fails(CALL_send)) {
        return -1;
    }
    if (control != &none && count <= sizeof response && is_response(bytes, count)) {
        memcpy(response, bytes, count);
        respond(socket, response);
        bytes = response;
    }
    return REAL(send)(socket, bytes, allowed(CALL_send, count), flags);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags) {
    struct iovec pieces[16];
    struct msghdr cut = *message;
    if (fails(CALL_sendmsg)) {
        return -1;
    }
    size_t total = 0;
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        total += message->msg_iov[i].iov_len;
    }
    size_t left = allowed(CALL_sendmsg, total);
    if (left < total && message->msg_iovlen <= 16) {
        for (cut.msg_iovlen = 0; left > 0; cut.msg_iovlen++) {
            pieces[cut.msg_iovlen] = message->msg_iov[cut.msg_iovlen];
            if (pieces[cut.msg_iovlen].iov_len > left) {
                pieces[cut.msg_iovlen].iov_len = left;
            }
            left -= pieces[cut.msg_iovlen].iov_len;
        }
        cut.msg_iov = pieces;
    }
    return REAL(sendmsg)(socket, &cut, flags);
}

int getrusage(__rusage_who_t who, struct rusage *usage) {
    int result = REAL(getrusage)(who, usage);
    usage->ru_majflt += control->major;
    return result;
}

void _exit(int code) {
    if (control != &none && my_role() == ROLE_WORKER) {
        pause_ms(control->linger_ms);
    }
    REAL(_exit)(code);
    __builtin_unreachable();
}
