/* fuzz_delay.c -- whatever was observed, the delay is the percentile, and within its rails.
 *
 *      bytes 0 .. 4           5 ...
 *      configuration          what was observed: how often, what
 *
 * What is checked is the definition, over books of the target's own. spec: BRK-44 to BRK-46 */
#include "delay.h"

#include "fuzz_support.h"

#define CONFIG_BYTES 5u
#define MOST 4096u
#define MANY 300u

static uint64_t past[MOST];
static uint32_t past_count;

/* Of all magnitudes, from few bits. */
static uint64_t duration(uint8_t byte) {
    return byte == 255 ? UINT64_MAX : (uint64_t)(4u + (byte & 3u)) << (byte >> 2) >> 2;
}

static hlx_delay_config read_config(fuzz_input *input) {
    hlx_delay_config config = {.lower_ns = duration(fuzz_byte(input))};
    uint64_t more = duration(fuzz_byte(input));
    uint64_t room = UINT64_MAX - config.lower_ns;
    config.upper_ns = config.lower_ns + (more < room ? more : room);
    config.fixed_ns =
        config.lower_ns + (config.upper_ns - config.lower_ns) / 256u * fuzz_byte(input);
    config.percentile_ppm = HLX_DELAY_PPM - fuzz_byte(input) * 3921u;
    config.warm_up = 1u + fuzz_byte(input) * 4u;
    return config;
}

static void observe(hlx_delay *delay, uint64_t duration_ns, uint32_t times) {
    for (uint32_t i = 0; i < times && past_count < MOST; i++) {
        past[past_count++] = duration_ns;
        hlx_delay_observe(delay, duration_ns);
    }
}

/* Is the number of durations up to `value_ns`, of the last ones, the wanted share? */
static bool enough(const hlx_delay_config *config, uint64_t value_ns) {
    uint32_t count = past_count < HLX_DELAY_MEMORY ? past_count : HLX_DELAY_MEMORY;
    uint64_t found = 0;
    for (uint32_t i = past_count - count; i < past_count; i++) {
        found += past[i] <= value_ns;
    }
    return found * HLX_DELAY_PPM >= (uint64_t)count * config->percentile_ppm;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hlx_delay *delay;
    fuzz_input input = {data, size, 0};
    hlx_delay_config config = read_config(&input);
    delay = fuzz_keep(delay, sizeof *delay);
    fuzz_forget(delay, sizeof *delay);
    hlx_delay_init(delay, &config);
    past_count = 0;
    while (fuzz_left(&input) > 1) {
        uint8_t times = fuzz_byte(&input);
        observe(delay, duration(fuzz_byte(&input)), times < 128 ? times % 8u : MANY);
    }
    uint64_t delay_ns = hlx_delay_ns(delay);
    fuzz_expect(config.lower_ns <= delay_ns && delay_ns <= config.upper_ns,
                "BRK-45: the delay is within its rails");
    if (past_count < config.warm_up) {
        fuzz_expect(delay_ns == config.fixed_ns, "BRK-46: the fixed delay until it is warm");
        return 0;
    }
    fuzz_expect(delay_ns == config.upper_ns || enough(&config, delay_ns),
                "BRK-44: no fewer than the share lie at or below the delay");
    fuzz_expect(delay_ns == config.lower_ns || !enough(&config, delay_ns - 1),
                "BRK-44: no shorter delay would do");
    return 0;
}
