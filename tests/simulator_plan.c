/* simulator_plan.c -- from a seed to a world: each seed picks its own configuration,
 * load and service times, a subset of the faults, and a rate for each of them. What a
 * seed leaves out lets the rest go further (swarm testing). See simulator.h. */
#include "simulator.h"

const char *const sim_fault_names[SIM_FAULT_COUNT] = {
#define SIM_NAME(name, text) #name,
    SIM_FAULTS(SIM_NAME)
#undef SIM_NAME
};

const char *const sim_fault_texts[SIM_FAULT_COUNT] = {
#define SIM_TEXT(name, text) text,
    SIM_FAULTS(SIM_TEXT)
#undef SIM_TEXT
};

static uint64_t mix(uint64_t z) { /* the finaliser of splitmix64 */
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t sim_hash(uint64_t seed, uint64_t purpose, uint64_t key) {
    return mix(mix(mix(seed + 0x9e3779b97f4a7c15u) ^ purpose) + key * 0x9e3779b97f4a7c15u);
}

/* The draws of a plan are in sequence: a plan is never shrunk. */
typedef struct dice {
    uint64_t seed;
    uint64_t throws;
} dice;

static uint32_t below(dice *d, uint32_t bound) {
    return (uint32_t)(sim_hash(d->seed, 1000, d->throws++) % bound);
}

/* Between least and least * 2^doublings, all magnitudes alike. */
static uint64_t magnitude(dice *d, uint64_t least, uint32_t doublings) {
    uint64_t scaled = least << below(d, doublings);

    return scaled + scaled * below(d, 1000) / 1000;
}

static void choose_sizes(dice *d, hlx_broker_config *config) {
    config->worker_count = 1 + below(d, below(d, 8) == 0 ? 32 : 6);
    config->slot_count = config->worker_count + 1 + below(d, config->worker_count);
    config->queue_capacity = 1 + below(d, below(d, 3) == 0 ? 400 : 12);
    config->hedging = below(d, 6) != 0;
    config->hedge_ratio_ppm = below(d, 3) == 0 ? below(d, 20001) : below(d, 1000001);
    config->hedge_burst = below(d, 3) == 0 ? 1000000 : below(d, 6);
}

static void choose_durations(dice *d, const sim_plan *plan, hlx_broker_config *config) {
    config->hedge_delay_ns = below(d, 8) == 0 ? 0 : magnitude(d, plan->service_ns / 4, 6);
    config->deadline_ns = magnitude(d, plan->service_ns * 2, 9);
    config->start_timeout_ns = magnitude(d, plan->start_ns * 2, 6);
    config->kill_grace_ns = magnitude(d, plan->poll_ns * 2, 8);
    config->backoff_min_ns = magnitude(d, SIM_MS / 10, 8);
    config->backoff_max_ns = config->backoff_min_ns << below(d, 10);
}

static void choose_load(dice *d, sim_plan *plan) {
    plan->request_count = 20 + below(d, below(d, 8) == 0 ? 1600 : 400);
    plan->client_count = below(d, 2) == 0 ? 0 : 1 + below(d, 12);
    plan->service_ns = magnitude(d, SIM_MS / 4, 6);
    plan->shape = (enum sim_shape)below(d, SIM_RECORDED);
    plan->gap_ns = magnitude(d, plan->service_ns / 16, 8);
    plan->poll_ns = magnitude(d, 10000, 6);
    plan->flight_ns = magnitude(d, 1000, 8);
    plan->start_ns = magnitude(d, SIM_MS / 2, 5);
    plan->stall_ns = magnitude(d, plan->service_ns * 4, 8);
    plan->slowness = 2 + below(d, 40);
    plan->job_mb10 = 1 + below(d, 300);
    if (below(d, 2) == 0) {
        plan->broker.rotate_mb10 = 1 + below(d, 5000);
    }
    if (below(d, 3) == 0) {
        plan->broker.rotate_major = 1 + below(d, 60);
    }
}

/* Faults that end or shape the whole run are rarer than those of a request. */
static void choose_faults(dice *d, sim_plan *plan) {
    uint32_t boldness = 1 + below(d, 3); /* one fault in so many is left out */

    for (uint32_t fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        if (below(d, 4) < boldness) {
            plan->rate_ppm[fault] = (uint32_t)magnitude(d, 500, 9);
        }
    }
    plan->rate_ppm[SIM_ALL_DIE] /= 20;
    plan->rate_ppm[SIM_PAUSE] /= 8;
    plan->rate_ppm[SIM_BURST] /= 4;
    plan->rate_ppm[SIM_DRAIN] = below(d, 4) == 0 ? 2 * SIM_PPM / plan->request_count : 0;
}

sim_plan sim_plan_of(uint64_t seed) {
    dice d = {.seed = seed};
    sim_plan plan = {.request_count = 0};

    choose_load(&d, &plan);
    choose_sizes(&d, &plan.broker);
    choose_durations(&d, &plan, &plan.broker);
    choose_faults(&d, &plan);
    return plan;
}
