/* simulator_shrink.c -- a failing run with fewer requests and fewer faults.
 *
 * The choices of the failing run are cut into pieces; a piece that can be left out
 * while the run still breaks the same clause is left out for good; then the pieces are
 * halved (delta debugging). See simulator.h. */
#include "simulator.h"

#include <stdlib.h>
#include <string.h>

#define CLAUSE_LENGTH 6 /* of "BRK-07" */

static int compare_choices(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one;
    uint64_t b = *(const uint64_t *)other;

    return (a > b) - (a < b);
}

void sim_choices_add(sim_choices *choices, uint64_t choice) {
    if (choices->count == choices->room) {
        choices->room = choices->room == 0 ? 256 : choices->room * 2;
        choices->list = realloc(choices->list, choices->room * sizeof choices->list[0]);
        if (choices->list == NULL) {
            perror("simulator");
            exit(2);
        }
    }
    choices->list[choices->count++] = choice;
}

void sim_choices_sort(sim_choices *choices) {
    if (choices->count > 0) {
        qsort(choices->list, choices->count, sizeof choices->list[0], compare_choices);
    }
}

bool sim_choices_have(const sim_choices *choices, uint64_t choice) {
    return choices->count > 0 && bsearch(&choice, choices->list, choices->count,
                                         sizeof choices->list[0], compare_choices) != NULL;
}

void sim_choices_free(sim_choices *choices) {
    free(choices->list);
    *choices = (sim_choices){.list = NULL};
}

bool sim_same_failure(const char *one, const char *other) {
    return one != NULL && other != NULL && strncmp(one, other, CLAUSE_LENGTH) == 0;
}

static bool still_fails(uint64_t seed, const sim_plan *plan, const sim_choices *allowed,
                        const char *clause) {
    sim_wishes wishes = {.allowed = allowed};
    sim_totals ignored = {.requests = 0};

    return sim_same_failure(sim_run(seed, plan, &wishes, &ignored), clause);
}

/* True when the piece could be left out. */
static bool leave_out(uint64_t seed, const sim_plan *plan, sim_choices *kept, uint32_t first,
                      uint32_t count, const char *clause) {
    sim_choices rest = {.list = NULL};
    bool fails = false;

    for (uint32_t i = 0; i < kept->count; i++) {
        if (i < first || i >= first + count) {
            sim_choices_add(&rest, kept->list[i]);
        }
    }
    fails = still_fails(seed, plan, &rest, clause);
    if (fails) {
        sim_choices swap = *kept;

        *kept = rest;
        rest = swap;
    }
    sim_choices_free(&rest);
    return fails;
}

static bool pass(uint64_t seed, const sim_plan *plan, sim_choices *kept, uint32_t piece,
                 const char *clause) {
    bool smaller = false;
    uint32_t first = kept->count;

    while (first > 0) { /* from the end: what came last often only followed */
        uint32_t count = piece < first ? piece : first;

        first -= count;
        smaller = leave_out(seed, plan, kept, first, count, clause) || smaller;
    }
    return smaller;
}

bool sim_shrink(uint64_t seed, const sim_plan *plan, sim_choices *kept) {
    sim_wishes wishes = {.made = kept};
    sim_totals ignored = {.requests = 0};
    const char *broken = sim_run(seed, plan, &wishes, &ignored);
    char clause[CLAUSE_LENGTH + 1] = "";

    if (broken == NULL) {
        return false;
    }
    memcpy(clause, broken, CLAUSE_LENGTH);
    sim_choices_sort(kept);
    for (uint32_t piece = kept->count / 2 + 1; piece > 0; piece /= 2) {
        while (pass(seed, plan, kept, piece, clause) && piece == 1) {
        }
    }
    return true;
}
