/* delay.c -- a percentile without sorting: the interval that must hold it is halved, and each
 * half counted, until one value is left. That reads the memory once for each bit of the
 * rails' distance and writes nothing (J. I. Munro, M. S. Paterson, "Selection and sorting
 * with limited storage", Theoretical Computer Science 12, 1980). Contracts are in delay.h. */
#include "delay.h"

void hlx_delay_init(hlx_delay *delay, const hlx_delay_config *config) {
    delay->config = *config;
    delay->count = 0u;
    delay->next = 0u;
}

/* spec: BRK-44 */
void hlx_delay_observe(hlx_delay *delay, uint64_t duration_ns) {
    delay->observed_ns[delay->next] = duration_ns;
    if (delay->count < HLX_DELAY_MEMORY) {
        delay->count++;
    }
    delay->next++;
    if (delay->next == HLX_DELAY_MEMORY) {
        delay->next = 0u;
    }
}

/*@ requires readable: \valid_read(observed + (0 .. count - 1));
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures counted: \result == AtMost(observed, count, value_ns);
*/
static uint32_t count_at_most(const uint64_t *observed, uint32_t count, uint64_t value_ns) {
    uint32_t found = 0u;

    /*@ loop invariant bounds: i <= count;
        loop invariant counted: found == AtMost(observed, i, value_ns);
        loop invariant some: found <= i;
        loop assigns i, found;
        loop variant count - i;
    */
    for (uint32_t i = 0u; i < count; i++) {
        if (observed[i] <= value_ns) {
            found++;
        }
    }
    return found;
}

/*@ requires count: count <= HLX_DELAY_MEMORY;
    requires share: ppm <= HLX_DELAY_PPM;
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures rank: \result == Rank(count, ppm);
*/
static uint32_t rank_of(uint32_t count, uint32_t ppm) {
    return (count * ppm + HLX_DELAY_PPM - 1u) / HLX_DELAY_PPM;
}

/* spec: BRK-44 to BRK-46 */
uint64_t hlx_delay_ns(const hlx_delay *delay) {
    uint32_t rank = rank_of(delay->count, delay->config.percentile_ppm);
    uint64_t low_ns = delay->config.lower_ns;
    uint64_t high_ns = delay->config.upper_ns;

    if (delay->count < delay->config.warm_up) {
        return delay->config.fixed_ns;
    }
    /*@ loop invariant rails: delay->config.lower_ns <= low_ns <= high_ns <=
          delay->config.upper_ns;
        loop invariant enough: high_ns < delay->config.upper_ns ==>
          AtMost(&delay->observed_ns[0], delay->count, high_ns) >= rank;
        loop invariant least: low_ns > delay->config.lower_ns ==>
          AtMost(&delay->observed_ns[0], delay->count, low_ns - 1) < rank;
        loop assigns low_ns, high_ns;
        loop variant high_ns - low_ns;
    */
    while (low_ns < high_ns) {
        uint64_t middle_ns = low_ns + (high_ns - low_ns) / 2u;

        if (count_at_most(delay->observed_ns, delay->count, middle_ns) >= rank) {
            high_ns = middle_ns;
        } else {
            low_ns = middle_ns + 1u;
        }
    }
    return low_ns;
}
