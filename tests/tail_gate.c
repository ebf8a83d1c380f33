/* tail_gate.c -- the latency gate without noise: the broker in virtual time, with the
 * tokenizer's recorded service times.
 *
 *      tail_gate SERVICE_TIMES
 *
 *      load      4 clients, each asking again as soon as it is answered;
 *                and an open loop at half of what two processors can do
 *      hedges    after 10 ms, at most 2 % of the requests and 10
 *      workers   rotated as in the service; a busy one has a processor of its own:
 *                2 without stalls, as `make gate` has them, or
 *                16 with stalls: 1 % of all attempts stand still for 200 ms, need no
 *                processor and read no cancel
 *
 * For several seeds, both loads and both pools: every answer is ok, P99.9 is at most 20 ms,
 * at most 2 % of the requests are hedged; under stalls with hedging off P99.9 must be at
 * least ten times as long, or the gate would show nothing. What it does not show: contention
 * for processors and the cost of sockets, which the gate with real processes measures (make
 * gate). */
#include <stdlib.h>
#include <string.h>

#include "simulator.h"

#define REQUESTS 40000u
#define SEEDS 5u
#define WORKERS_UNDER_STALLS 16u
#define PROCESSORS 2u
#define BOUND_NS (20u * SIM_MS)
#define MOST_HEDGES_PPM 20000u
#define BURST 10u
#define LEAST_RATIO 10u
#define MOST_TIMES 4096u

typedef struct outcome {
    uint64_t p50_ns, p99_ns, p999_ns, max_ns;
    uint32_t beyond; /* of REQUESTS, more than BOUND_NS */
    uint64_t hedges;
    bool sound;
} outcome;

static uint64_t times_ns[MOST_TIMES];
static uint64_t latencies_ns[REQUESTS];

static uint32_t read_times(const char *path) {
    FILE *stream = fopen(path, "r");
    char word[64];
    uint32_t count = 0;
    bool comment = false;

    if (stream == NULL) {
        perror(path);
        return 0;
    }
    while (fscanf(stream, "%63s", word) == 1) {
        comment = comment || word[0] == '#';
        if (!comment && count < MOST_TIMES) {
            times_ns[count++] = strtoull(word, NULL, 10);
        }
        int next = fgetc(stream);
        comment = comment && next != '\n';
    }
    (void)fclose(stream);
    return count;
}

static sim_plan plan_of(uint32_t time_count, bool open_loop, bool stalls, bool hedging) {
    uint64_t mean_ns = 0;
    uint32_t workers = stalls ? WORKERS_UNDER_STALLS : PROCESSORS;

    for (uint32_t i = 0; i < time_count; i++) {
        mean_ns += times_ns[i] / time_count;
    }
    sim_plan plan = {
        .broker = {.worker_count = workers,
                   .slot_count = workers + 1,
                   .queue_capacity = 1024,
                   .hedge_ratio_ppm = MOST_HEDGES_PPM,
                   .hedge_burst = BURST,
                   .rotate_mb10 = 50000,
                   .rotate_major = 50,
                   .hedging = hedging,
                   .hedge_delay_ns = 10 * SIM_MS,
                   .deadline_ns = (uint64_t)30000 * SIM_MS,
                   .start_timeout_ns = (uint64_t)10000 * SIM_MS,
                   .kill_grace_ns = 1000 * SIM_MS,
                   .backoff_min_ns = 10 * SIM_MS,
                   .backoff_max_ns = (uint64_t)5000 * SIM_MS},
        .request_count = REQUESTS,
        .client_count = open_loop ? 0 : 4,
        .gap_ns = open_loop ? 2 * mean_ns / PROCESSORS : 0,
        .shape = SIM_RECORDED,
        .recorded_ns = times_ns,
        .recorded_count = time_count,
        .poll_ns = SIM_MS / 5,
        .flight_ns = SIM_MS / 5,
        .start_ns = 20 * SIM_MS,
        .stall_ns = 200 * SIM_MS,
        .job_mb10 = 250,
    };
    plan.rate_ppm[SIM_STALL] = stalls ? 10000 : 0;
    return plan;
}

static int compare(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;

    return (a > b) - (a < b);
}

/* The smallest value that at least so many of a million do not exceed. */
static uint64_t percentile(uint32_t ppm) {
    return latencies_ns[((uint64_t)REQUESTS * ppm + SIM_PPM - 1) / SIM_PPM - 1];
}

static outcome run(uint64_t seed, const sim_plan *plan) {
    sim_wishes wishes = {.latencies_ns = latencies_ns};
    sim_totals totals = {.requests = 0};
    const char *broken = sim_run(seed, plan, &wishes, &totals);
    outcome result = {.hedges = totals.counters.hedges_granted, .sound = broken == NULL};

    if (broken != NULL || wishes.latency_count != REQUESTS) {
        printf("seed %llu: %u of %u answered ok; %s\n", (unsigned long long)seed,
               wishes.latency_count, REQUESTS, broken == NULL ? "no rule broken" : broken);
        result.sound = false;
        return result;
    }
    qsort(latencies_ns, REQUESTS, sizeof latencies_ns[0], compare);
    result.p50_ns = percentile(500000);
    result.p99_ns = percentile(990000);
    result.p999_ns = percentile(999000);
    result.max_ns = latencies_ns[REQUESTS - 1];
    for (uint32_t i = REQUESTS; i > 0 && latencies_ns[i - 1] > BOUND_NS; i--) {
        result.beyond++;
    }
    return result;
}

static double ms(uint64_t duration_ns) {
    return (double)duration_ns / SIM_MS;
}

static void print(const char *name, const outcome *o) {
    printf("  %-8s P50 %6.2f  P99 %7.2f  P99.9 %7.2f  max %7.2f ms, %4u beyond %u ms, hedged "
           "%.2f %%\n",
           name, ms(o->p50_ns), ms(o->p99_ns), ms(o->p999_ns), ms(o->max_ns), o->beyond,
           BOUND_NS / SIM_MS, (double)o->hedges * 100.0 / REQUESTS);
}

static bool within_limits(const outcome *hedged) {
    bool good = hedged->sound; /* else it is said already */

    if (hedged->p999_ns > BOUND_NS) {
        printf("  FAILED: P99.9 with hedges is beyond its bound\n");
        good = false;
    }
    if (hedged->hedges > (uint64_t)REQUESTS * MOST_HEDGES_PPM / SIM_PPM + BURST) {
        printf("  FAILED: more hedges than the budget\n");
        good = false;
    }
    return good;
}

static const char *name_of(bool open_loop) {
    return open_loop ? "open loop at half of the capacity" : "4 clients";
}

static bool without_stalls(uint32_t time_count, bool open_loop, uint64_t seed) {
    sim_plan plan = plan_of(time_count, open_loop, false, true);
    outcome steady = run(2 * seed + open_loop, &plan);

    printf("%u workers, no stalls, %s, %u requests, seed %llu\n", PROCESSORS, name_of(open_loop),
           REQUESTS, (unsigned long long)seed);
    print("hedged", &steady);
    return within_limits(&steady);
}

static bool under_stalls(uint32_t time_count, bool open_loop, uint64_t seed) {
    sim_plan hedged = plan_of(time_count, open_loop, true, true);
    sim_plan plain = plan_of(time_count, open_loop, true, false);
    outcome with = run(2 * seed + open_loop, &hedged);
    outcome without = run(2 * seed + open_loop, &plain);
    bool good = within_limits(&with) && without.sound;

    printf("%u workers, stalls, %s, %u requests, seed %llu: P99.9 is %.1f times shorter with "
           "hedges\n",
           WORKERS_UNDER_STALLS, name_of(open_loop), REQUESTS, (unsigned long long)seed,
           with.p999_ns > 0 ? (double)without.p999_ns / (double)with.p999_ns : 0.0);
    print("hedged", &with);
    print("plain", &without);
    if (without.p999_ns < LEAST_RATIO * with.p999_ns) {
        printf("  FAILED: hedges make P99.9 less than %u times shorter\n", LEAST_RATIO);
        good = false;
    }
    return good;
}

int main(int argc, char **argv) {
    uint32_t time_count = argc == 2 ? read_times(argv[1]) : 0;
    bool good = true;

    if (time_count == 0) {
        fprintf(stderr, "tail_gate: no service times (accepted: a file of them)\n");
        return 64;
    }
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        for (int open_loop = 0; open_loop <= 1; open_loop++) {
            good = without_stalls(time_count, open_loop != 0, seed) && good;
            good = under_stalls(time_count, open_loop != 0, seed) && good;
        }
    }
    return good ? 0 : 1;
}
