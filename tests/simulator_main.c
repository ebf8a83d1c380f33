/* simulator_main.c -- run seeds, count, and show a failing one.
 *
 *      simulator [--first=N] [--seeds=N] [--trace] [--no-shrink]
 *
 * Runs seeds N, N+1, ... The first that breaks a rule is shrunk; with --trace the run
 * that is left is printed in the words of trace.h, with faults as comments. A run of many
 * seeds in which some fault or some reply never occurred shows nothing and fails; in a
 * shorter one that is not checked. Exit code: 0; 1 for a broken rule or a blind run; 64
 * for a wrong command line. */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MANY_SEEDS 1000u

typedef struct request {
    uint64_t first;
    uint64_t seeds;
    bool trace;
    bool shrink;
} request;

static double seconds(void) {
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* `--name=N` into `number`. */
static bool parse_number(const char *argument, const char *name, uint64_t *number) {
    size_t length = strlen(name);
    char *end = NULL;

    if (strncmp(argument, name, length) != 0 || argument[length] < '0' || argument[length] > '9') {
        return false;
    }
    *number = strtoull(argument + length, &end, 10);
    return *end == '\0';
}

static bool parse(int argc, char **argv, request *wanted) {
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0) {
            wanted->trace = true;
        } else if (strcmp(argv[i], "--no-shrink") == 0) {
            wanted->shrink = false;
        } else if (!parse_number(argv[i], "--first=", &wanted->first) &&
                   !parse_number(argv[i], "--seeds=", &wanted->seeds)) {
            fprintf(stderr,
                    "simulator: '%s' (accepted: --first=N, --seeds=N, --trace, --no-shrink)\n",
                    argv[i]);
            return false;
        }
    }
    if (wanted->seeds == 0) {
        fprintf(stderr, "simulator: --seeds=0 runs nothing (accepted: 1 and more)\n");
    }
    return wanted->seeds > 0;
}

static uint32_t count_requests(const sim_choices *choices) {
    uint32_t count = 0;

    for (uint32_t i = 0; i < choices->count; i++) {
        count += choices->list[i] >> 56 == SIM_REQUEST;
    }
    return count;
}

static void list_choices(const sim_choices *choices) {
    for (uint32_t i = 0; i < choices->count; i++) {
        uint64_t kind = choices->list[i] >> 56;
        unsigned long long key = choices->list[i] & ((1ull << 56) - 1);

        if (kind == SIM_REQUEST) {
            printf("  request %llu\n", key);
        } else {
            printf("  %s %llu: %s\n", sim_fault_names[kind], key, sim_fault_texts[kind]);
        }
    }
}

static void show_failure(uint64_t seed, const char *broken, const request *wanted) {
    sim_plan plan = sim_plan_of(seed);
    sim_choices kept = {.list = NULL};
    sim_totals ignored = {.requests = 0};
    sim_wishes wishes = {.trace = wanted->trace ? stdout : NULL};

    printf("seed %llu: %s\n", (unsigned long long)seed, broken);
    if (wanted->shrink && sim_shrink(seed, &plan, &kept)) {
        printf("It still fails with %u requests and %u faults:\n", count_requests(&kept),
               kept.count - count_requests(&kept));
        list_choices(&kept);
        wishes.allowed = &kept;
    }
    if (wanted->trace || wanted->shrink) {
        broken = sim_run(seed, &plan, &wishes, &ignored);
        printf("seed %llu, what is left of it: %s\n", (unsigned long long)seed, broken);
    }
    printf("Again, step by step: make sim SEED=%llu TRACE=1\n", (unsigned long long)seed);
    sim_choices_free(&kept);
}

static void print_totals(const sim_totals *totals, uint64_t seeds, double duration) {
    const hlx_broker_counters *counters = &totals->counters;

    for (uint32_t fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        printf("%10llu  %-16s %s\n", (unsigned long long)totals->faults[fault],
               sim_fault_names[fault], sim_fault_texts[fault]);
    }
    for (uint32_t status = 0; status < HLX_REPLY_STATUS_COUNT; status++) {
        static const char *const texts[] = {
#define REPLY_TEXT(code, enumerator, text) text,
            HLX_REPLIES(REPLY_TEXT)
#undef REPLY_TEXT
        };

        printf("%10llu  answered \"%s\"\n", (unsigned long long)totals->answers[status],
               texts[status]);
    }
    printf("%10llu  hedges, %llu answered first, %llu suppressed\n",
           (unsigned long long)counters->hedges_granted,
           (unsigned long long)counters->answered_by_hedge,
           (unsigned long long)counters->hedges_suppressed);
    printf("%10llu  rotations, %llu retries, %llu mismatches, %llu protocol errors\n",
           (unsigned long long)counters->rotations, (unsigned long long)counters->retries,
           (unsigned long long)counters->mismatches, (unsigned long long)counters->protocol_errors);
    printf("%llu seeds, %llu requests, %llu steps in %.1f s of processor time: %.2f million "
           "requests a minute\n",
           (unsigned long long)seeds, (unsigned long long)totals->requests,
           (unsigned long long)totals->steps, duration,
           (double)totals->requests / duration * 60e-6);
}

/* What never occurred was not tested. */
static bool saw_everything(const sim_totals *totals) {
    const hlx_broker_counters *counters = &totals->counters;
    bool all = counters->answered_by_hedge > 0 && counters->rotations > 0 &&
               counters->mismatches > 0 && counters->hedges_suppressed > 0;

    for (uint32_t fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        all = all && totals->faults[fault] > 0;
    }
    for (uint32_t status = 0; status < HLX_REPLY_STATUS_COUNT; status++) {
        all = all && totals->answers[status] > 0;
    }
    return all;
}

int main(int argc, char **argv) {
    request wanted = {.first = 1, .seeds = 1, .trace = false, .shrink = true};
    static sim_totals totals;
    double start = seconds();

    if (!parse(argc, argv, &wanted)) {
        return 64;
    }
    for (uint64_t i = 0; i < wanted.seeds; i++) {
        sim_plan plan = sim_plan_of(wanted.first + i);
        sim_wishes wishes = {.trace = NULL};
        const char *broken = sim_run(wanted.first + i, &plan, &wishes, &totals);

        if (broken != NULL) {
            show_failure(wanted.first + i, broken, &wanted);
            return 1;
        }
    }
    if (wanted.seeds == 1 && wanted.trace) {
        sim_plan plan = sim_plan_of(wanted.first);
        sim_wishes wishes = {.trace = stdout};

        (void)sim_run(wanted.first, &plan, &wishes, &totals);
        return 0;
    }
    print_totals(&totals, wanted.seeds, seconds() - start);
    if (wanted.seeds < MANY_SEEDS) {
        printf("NOT CHECKED: whether everything above occurred; that takes %u seeds.\n",
               MANY_SEEDS);
    } else if (!saw_everything(&totals)) {
        printf("Something above never occurred: this run shows nothing about it.\n");
        return 1;
    }
    return 0;
}
