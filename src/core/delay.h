/* delay.h -- after which time without an answer a hedge is due: a percentile of the recent
 * past, between two rails.
 *
 *      durations --observe-->  +---+---+---+-- ... --+    a ring of the last 1,024
 *                              +---+---+---+-- ... --+
 *                                        |
 *                         delay: the percentile by nearest rank
 *                                        |
 *            lower rail <= ------------------------------ <= upper rail
 *
 * A hedge after the 95th percentile of the expected latency costs one request in twenty a
 * second attempt and cuts the tail (J. Dean, L. A. Barroso, "The Tail at Scale", CACM 56(2),
 * 2013). Until so many durations were observed as the warm-up says, the delay is a fixed
 * one. The rails hold always: no past, however strange, makes the delay shorter or longer.
 *
 * What it does not do: measure, or know what was measured. spec: BRK-44 to BRK-46 */
#ifndef HLX_DELAY_H
#define HLX_DELAY_H

#include <stdint.h>

#define HLX_DELAY_MEMORY 1024u /* ten durations lie above the 99th percentile */
#define HLX_DELAY_PPM 1000000u

typedef struct hlx_delay_config {
    uint64_t fixed_ns; /* the delay until the warm-up is over */
    uint64_t lower_ns;
    uint64_t upper_ns;
    uint32_t percentile_ppm; /* 1 to 1,000,000 */
    uint32_t warm_up;        /* in durations, 1 to HLX_DELAY_MEMORY */
} hlx_delay_config;

typedef struct hlx_delay {
    hlx_delay_config config;
    uint32_t count; /* durations remembered */
    uint32_t next;  /* the place of the next one; when all are taken it is the oldest's */
    uint64_t observed_ns[HLX_DELAY_MEMORY];
} hlx_delay;

/*@ predicate DelayConfigValid(hlx_delay_config c) =
      c.lower_ns <= c.fixed_ns <= c.upper_ns &&
      1 <= c.percentile_ppm <= HLX_DELAY_PPM && 1 <= c.warm_up <= HLX_DELAY_MEMORY;

    predicate DelayValid{L}(hlx_delay *delay) =
      DelayConfigValid(delay->config) &&
      delay->count <= HLX_DELAY_MEMORY && delay->next < HLX_DELAY_MEMORY &&
      (delay->count < HLX_DELAY_MEMORY ==> delay->next == delay->count);

    // How many of the first n durations are at most `value`?
    logic integer AtMost{L}(uint64_t *observed, integer n, integer value) =
      n <= 0 ? 0
             : AtMost(observed, n - 1, value) + (observed[n - 1] <= value ? 1 : 0);

    // Nearest rank: the least whole number that is no less than the share of the count.
    logic integer Rank(integer count, integer ppm) =
      (count * ppm + HLX_DELAY_PPM - 1) / HLX_DELAY_PPM;
*/

/* Nothing is remembered. spec: BRK-46 */
/*@ requires writable: \valid(delay);
    requires readable: \valid_read(config);
    requires separate: \separated(delay, config);
    requires config: DelayConfigValid(*config);
    terminates \true;
    exits \false;
    assigns delay->config, delay->count, delay->next;
    ensures valid: DelayValid(delay);
    ensures config: delay->config == *config;
    ensures empty: delay->count == 0;
*/
void hlx_delay_init(hlx_delay *delay, const hlx_delay_config *config);

/* Remember a duration; of HLX_DELAY_MEMORY others the oldest is forgotten. spec: BRK-44 */
/*@ requires usable: \valid(delay);
    requires valid: DelayValid(delay);
    terminates \true;
    exits \false;
    assigns delay->observed_ns[delay->next], delay->count, delay->next;
    ensures valid: DelayValid(delay);
    ensures remembered: delay->observed_ns[\old(delay->next)] == duration_ns;
    ensures count: delay->count ==
      (\old(delay->count) < HLX_DELAY_MEMORY ? \old(delay->count) + 1 : HLX_DELAY_MEMORY);
    ensures oldest: delay->next ==
      (\old(delay->next) + 1 < HLX_DELAY_MEMORY ? \old(delay->next) + 1 : 0);
*/
void hlx_delay_observe(hlx_delay *delay, uint64_t duration_ns);

/* The delay: the least value between the rails that is no less than the wanted share of
 * the durations remembered, or the upper rail when there is none; the fixed delay while
 * fewer are remembered than the warm-up wants. spec: BRK-44 to BRK-46 */
/*@ requires readable: \valid_read(delay);
    requires valid: DelayValid(delay);
    terminates \true;
    exits \false;
    assigns \nothing;
    ensures rails: delay->config.lower_ns <= \result <= delay->config.upper_ns;
    ensures cold: delay->count < delay->config.warm_up ==> \result == delay->config.fixed_ns;
    ensures enough: delay->count >= delay->config.warm_up && \result < delay->config.upper_ns ==>
      AtMost(&delay->observed_ns[0], delay->count, \result) >=
        Rank(delay->count, delay->config.percentile_ppm);
    ensures least: delay->count >= delay->config.warm_up && \result > delay->config.lower_ns ==>
      AtMost(&delay->observed_ns[0], delay->count, \result - 1) <
        Rank(delay->count, delay->config.percentile_ppm);
*/
uint64_t hlx_delay_ns(const hlx_delay *delay);

#endif
