/* record_service_times.c -- how long the tokenizer takes, as the tail gate needs to know.
 *
 *      record_service_times DOCUMENT PROCESSES RUNS
 *
 * PROCESSES processes, each with an arena like a worker's, tokenize DOCUMENT RUNS times,
 * all at once. On standard output: where the figures come from, and as many quantiles of
 * all times, in nanoseconds, as tail_gate.c reads. The last one is the maximum. What is
 * recorded has the machine's own noise in it; the gate that uses it has none. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "document.h"
#include "mapping.h"

#define QUANTILES 500u
#define WARM_UP 20u
#define PER_LINE 10u

static uint64_t tokenize_once(const hlx_document *document, const hlx_regime *regime,
                              hlx_arena *arena, const hlx_mapping *mapping) {
    hlx_columns columns;
    hlx_counts counts = {0, 0};
    uint64_t start_ns = hlx_clock_now_ns();

    hlx_arena_columns(arena, mapping->words, &columns);
    if (hlx_tokenize(regime, document->bytes, document->size, &columns, &counts) != HLX_STATUS_OK) {
        _exit(1);
    }
    hlx_arena_swap(arena);
    return hlx_clock_now_ns() - start_ns;
}

static _Noreturn void work(const hlx_document *document, uint32_t runs, uint64_t *times) {
    hlx_regime regime;
    hlx_mapping mapping;
    hlx_arena arena;

    if (!hlx_regime_preset(&regime, HLX_PRESET_LATEX, HLX_ENCODING_BYTES) ||
        !hlx_mapping_create(&mapping)) {
        _exit(1);
    }
    hlx_mapping_arena(&arena);
    for (uint32_t i = 0; i < WARM_UP; i++) {
        (void)tokenize_once(document, &regime, &arena, &mapping);
    }
    for (uint32_t i = 0; i < runs; i++) {
        times[i] = tokenize_once(document, &regime, &arena, &mapping);
    }
    _exit(0);
}

static bool run_all(const hlx_document *document, uint32_t processes, uint32_t runs,
                    uint64_t *times) {
    bool all = true;

    for (uint32_t i = 0; i < processes; i++) {
        if (fork() == 0) {
            work(document, runs, times + (size_t)i * runs);
        }
    }
    for (uint32_t i = 0; i < processes; i++) {
        int status = 0;

        all = wait(&status) > 0 && status == 0 && all;
    }
    return all;
}

static int compare(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;

    return (a > b) - (a < b);
}

static void print(const hlx_document *document, uint32_t processes, uint32_t count,
                  uint64_t *times) {
    struct utsname system = {.machine = ""};

    qsort(times, count, sizeof times[0], compare);
    (void)uname(&system);
    printf("# Service times in ns: %u quantiles of %u runs of hlx_tokenize on a document of\n"
           "# %u bytes, in %u process(es) at once on %ld processors (%s). Made by\n"
           "# tests/record_service_times.c (make service-times).\n",
           QUANTILES, count, document->size, processes, sysconf(_SC_NPROCESSORS_ONLN),
           system.machine);
    for (uint32_t i = 0; i < QUANTILES; i++) {
        uint32_t rank = (uint32_t)((uint64_t)(i + 1) * count / QUANTILES) - 1;

        printf("%llu%c", (unsigned long long)times[rank], (i + 1) % PER_LINE == 0 ? '\n' : ' ');
    }
}

int main(int argc, char **argv) {
    hlx_document document;
    uint32_t processes = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    uint32_t runs = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;
    uint64_t count = (uint64_t)processes * runs;

    if (processes == 0 || count < QUANTILES || count > UINT32_MAX) {
        fprintf(stderr, "record_service_times: DOCUMENT PROCESSES RUNS (at least %u runs in all)\n",
                QUANTILES);
        return 64;
    }
    int exit_code = hlx_document_read(&document, argv[1]);
    if (exit_code != 0) {
        return exit_code;
    }
    uint64_t *times = mmap(NULL, count * sizeof *times, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (times == MAP_FAILED || !run_all(&document, processes, runs, times)) {
        fprintf(stderr, "record_service_times: a process could not do its work\n");
        return 1;
    }
    print(&document, processes, (uint32_t)count, times);
    return 0;
}
