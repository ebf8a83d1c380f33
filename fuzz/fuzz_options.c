/* fuzz_options.c -- any environment and command line of the service.
 *
 * The input is lines. A line HEDGELEX_NAME=VALUE is put into the environment, any
 * other is an argument. What comes out is a whole configuration that every part
 * accepts, or one message; never both, never neither. Each value is what the command line,
 * else the environment gives, read again here; numbers in 128 bits. spec: SRV-01 to SRV-05,
 * SRV-07, SRV-08, SRV-56, BRK-20, CAT-02 */
#include "fuzz_support.h"
#include "service_options.h"

#define MOST_LINES 64u
#define PREFIX "HEDGELEX_"

typedef struct lines {
    char *text;
    char *arguments[MOST_LINES + 2];
    int argument_count;
    char *variables[MOST_LINES];
    uint32_t variable_count;
} lines;

static void take_line(lines *all, char *line) {
    char *equals = strchr(line, '=');
    if (strncmp(line, PREFIX, strlen(PREFIX)) == 0 && equals != NULL) {
        *equals = '\0';
        (void)setenv(line, equals + 1, 1);
        all->variables[all->variable_count++] = line;
    } else {
        all->arguments[all->argument_count++] = line;
    }
}

/* Bytes of 0 end a line too: neither place can hold them. */
static void read_lines(lines *all, const uint8_t *data, size_t size) {
    static char program[] = "hedgelexd";
    all->text = fuzz_new(size + 1);
    memcpy(all->text, data, size);
    all->text[size] = '\0';
    all->arguments[all->argument_count++] = program;
    uint32_t count = 0;
    for (size_t at = 0; at < size && count < MOST_LINES; count++) {
        size_t length = strcspn(all->text + at, "\n");
        all->text[at + length] = '\0';
        take_line(all, all->text + at);
        at += length + 1;
    }
    all->arguments[all->argument_count] = NULL;
}

/* ---- numbers ---- */

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* text = [-]digits[.digits], at most `digits` of them behind the point. */
static bool read_decimal(const char *text, unsigned digits, __int128 *value) {
    bool negative = *text == '-';
    bool point = false;
    unsigned behind = 0;
    unsigned before = 0;
    *value = 0;
    for (text += negative; is_digit(*text) || (*text == '.' && !point && digits > 0); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        *value = *value * 10 + (*text - '0');
        behind += point;
        before += !point;
        if (*value > (__int128)1 << 100) {
            return false;
        }
    }
    for (unsigned i = behind; i < digits; i++) {
        *value *= 10;
    }
    *value = negative ? -*value : *value;
    return *text == '\0' && before > 0 && behind <= digits && (behind > 0 || !point);
}

static void check_decimal(const char *text) {
    for (unsigned digits = 0; digits <= 6; digits += 2) {
        __int128 expected = 0;
        int64_t value = 0;
        bool fits = read_decimal(text, digits, &expected) && expected <= INT64_MAX &&
                    expected >= -(__int128)INT64_MAX;
        fuzz_expect(hlx_parse_decimal(text, digits, &value) == fits,
                    "options.h: exactly the decimal numbers in range are read");
        fuzz_expect(!fits || value == expected, "options.h: a number's value");
    }
}

/* ---- values ---- */

enum kind { INTEGER = 0, RATIO = 4, DURATION = 6, CHOICE, FLAG, TEXT }; /* or decimals */

#define FIELD(name) offsetof(hlx_service_options, name)

static const struct setting {
    const char *name;
    enum kind kind;
    size_t offset;
} settings[] = {
    {"socket", TEXT, FIELD(socket)},
    {"telemetry", TEXT, FIELD(telemetry)},
    {"trace", TEXT, FIELD(trace)},
    {"ready-fd", INTEGER, FIELD(ready_fd)},
    {"workers", INTEGER, FIELD(workers)},
    {"spare-slots", INTEGER, FIELD(spare_slots)},
    {"pin", CHOICE, FIELD(pin)},
    {"lock-memory", CHOICE, FIELD(lock_memory)},
    {"hedging", FLAG, FIELD(hedging)},
    {"hedge-delay", DURATION, FIELD(hedge_delay_ns)},
    {"hedge-ratio", RATIO, FIELD(hedge_ratio_ppm)},
    {"hedge-burst", INTEGER, FIELD(hedge_burst)},
    {"hedge-percentile", RATIO, FIELD(hedge_percentile_ppm)},
    {"hedge-delay-min", DURATION, FIELD(hedge_delay_min_ns)},
    {"hedge-delay-max", DURATION, FIELD(hedge_delay_max_ns)},
    {"hedge-warm-up", INTEGER, FIELD(hedge_warm_up)},
    {"deadline", DURATION, FIELD(deadline_ns)},
    {"queue", INTEGER, FIELD(queue)},
    {"rotate-after", INTEGER, FIELD(rotate_mib)},
    {"rotate-faults", INTEGER, FIELD(rotate_faults)},
    {"start-timeout", DURATION, FIELD(start_timeout_ns)},
    {"kill-grace", DURATION, FIELD(kill_grace_ns)},
    {"backoff-min", DURATION, FIELD(backoff_min_ns)},
    {"backoff-max", DURATION, FIELD(backoff_max_ns)},
    {"max-connections", INTEGER, FIELD(max_connections)},
    {"buffer-memory", INTEGER, FIELD(buffer_mib)},
    {"idle-timeout", DURATION, FIELD(idle_timeout_ns)},
    {"receive-timeout", DURATION, FIELD(receive_timeout_ns)},
};

/* The last value on an accepted command line, or NULL. */
static const char *from_arguments(const lines *all, const char *name) {
    const char *found = NULL;
    for (int i = 1; i < all->argument_count && strcmp(all->arguments[i], "--") != 0; i++) {
        const char *text = all->arguments[i] + strlen("--");
        size_t length = strcspn(text, "=");
        const char *value = text + length + 1;
        if (text[length] == '\0') {
            value = strcmp(text, "hedging") == 0 ? "on" : all->arguments[++i];
        }
        if (strlen(name) == length && strncmp(name, text, length) == 0) {
            found = value;
        }
    }
    return found;
}

static const char *from_environment(const char *name) {
    char variable[64];
    (void)snprintf(variable, sizeof variable, PREFIX "%s", name);
    for (char *at = variable; *at != '\0'; at++) {
        *at = *at == '-' ? '_' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    }
    const char *value = strcmp(name, "ready-fd") == 0 ? NULL : getenv(variable);
    return value != NULL && *value != '\0' ? value : NULL;
}

static bool is_value(const struct setting *setting, const void *field, const char *text) {
    static const char *const choices[] = {"auto", "on", "off"};
    __int128 number = 0;
    if (setting->kind == TEXT) {
        return strcmp(*(const char *const *)field, text) == 0;
    }
    if (setting->kind == FLAG) {
        return strcmp(*(const bool *)field ? "on" : "off", text) == 0;
    }
    if (setting->kind == CHOICE) {
        return strcmp(choices[*(const int64_t *)field], text) == 0;
    }
    return read_decimal(text, setting->kind, &number) && *(const int64_t *)field == number;
}

/* What there is without a command line and an environment. Asked for before there is any. */
static const hlx_service_options *defaults(void) {
    static hlx_service_config config;
    static char program[] = "hedgelexd";
    char *none[] = {program, NULL};
    char error[HLX_OPTIONS_ERROR_BYTES];
    fuzz_expect(config.options.socket != NULL ||
                    hlx_service_configure(&config, 1, none, error) == HLX_OPTIONS_OK,
                "SRV-01: the defaults are a configuration");
    return &config.options;
}

static bool is_default(const struct setting *setting, const void *field) {
    size_t size = setting->kind == FLAG ? sizeof(bool) : sizeof(int64_t);
    return memcmp((const char *)defaults() + setting->offset, field, size) == 0;
}

static void check_values(const hlx_service_options *options, const lines *all) {
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        const struct setting *setting = &settings[i];
        const void *field = (const char *)options + setting->offset;
        const char *text = from_arguments(all, setting->name);
        if (text == NULL) {
            text = from_environment(setting->name);
        }
        fuzz_expect(text != NULL ? is_value(setting, field, text) : is_default(setting, field),
                    "SRV-01, SRV-02: the value is the last given, else the variable's");
    }
}

/* ---- the outcome ---- */

/* Nothing is cut or exchanged on its way to the broker. */
static void check_broker(const hlx_broker_config *broker, const hlx_service_options *options) {
    const __int128 pairs[][2] = {
        {broker->queue_capacity, options->queue},
        {broker->hedge_ratio_ppm, options->hedge_ratio_ppm},
        {broker->hedge_burst, options->hedge_burst},
        {broker->rotate_mb10, options->rotate_mib * (__int128)10},
        {broker->rotate_major, options->rotate_faults},
        {broker->hedging, options->hedging},
        {broker->hedge_delay_ns, options->hedge_delay_ns},
        {broker->deadline_ns, options->deadline_ns},
        {broker->start_timeout_ns, options->start_timeout_ns},
        {broker->kill_grace_ns, options->kill_grace_ns},
        {broker->backoff_min_ns, options->backoff_min_ns},
        {broker->backoff_max_ns, options->backoff_max_ns},
        {broker->worker_count, options->workers > 0 ? options->workers : broker->worker_count},
        {broker->slot_count, broker->worker_count + (options->spare_slots < broker->worker_count
                                                         ? options->spare_slots
                                                         : broker->worker_count)},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        fuzz_expect(pairs[i][0] == pairs[i][1], "SRV-03: the broker's configuration is this one");
    }
}

static void check_config(const hlx_service_config *config) {
    static hlx_broker *broker;
    const hlx_service_options *options = &config->options;
    broker = fuzz_keep(broker, sizeof *broker);
    fuzz_forget(broker, offsetof(hlx_broker, queue));
    fuzz_expect(hlx_broker_init(broker, &config->broker),
                "SRV-03: what is accepted is a configuration of the broker");
    fuzz_expect(config->delay.lower_ns <= config->delay.fixed_ns &&
                    config->delay.fixed_ns <= config->delay.upper_ns &&
                    config->delay.upper_ns <= HLX_BROKER_MAX_DURATION_NS,
                "SRV-56: the hedge delay is between its rails");
    fuzz_expect(options->hedge_percentile_ppm > 0
                    ? config->delay.percentile_ppm == options->hedge_percentile_ppm
                    : config->delay.lower_ns == config->delay.upper_ns,
                "SRV-56: the delay moves exactly with a percentile");
    fuzz_expect(hlx_regime_valid(&config->regime), "SRV-07: and a regime");
    fuzz_expect(options->socket != NULL && options->ready_fd >= -1 && options->workers >= 0 &&
                    options->workers <= (int64_t)HLX_BROKER_MAX_WORKERS,
                "SRV-03: bounds");
    fuzz_expect(options->ready_fd < 0 || options->ready_fd > 2, "SRV-43: no standard stream");
    fuzz_expect(options->max_connections >= 1 && options->buffer_mib >= 3 &&
                    options->idle_timeout_ns >= 1 && options->receive_timeout_ns >= 1,
                "SRV-03: bounds");
    check_broker(&config->broker, options);
}

static void check_outcome(enum hlx_options_outcome outcome, const hlx_service_config *config,
                          const lines *all, const char *error) {
    size_t length = strnlen(error, HLX_OPTIONS_ERROR_BYTES);
    fuzz_expect(length < HLX_OPTIONS_ERROR_BYTES, "SRV-03: the message has an end");
    fuzz_expect((length > 0) == (outcome == HLX_OPTIONS_BAD),
                "SRV-03: there is a message exactly when something is wrong");
    if (outcome == HLX_OPTIONS_OK) {
        check_config(config);
        check_values(&config->options, all);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const hlx_service_config unset;
    lines all = {.argument_count = 0};
    hlx_service_config config = unset;
    char error[HLX_OPTIONS_ERROR_BYTES];
    (void)defaults();
    read_lines(&all, data, size);
    for (int i = 1; i < all.argument_count; i++) {
        const char *equals = strchr(all.arguments[i], '=');
        check_decimal(equals != NULL ? equals + 1 : all.arguments[i]);
    }
    enum hlx_options_outcome outcome =
        hlx_service_configure(&config, all.argument_count, all.arguments, error);
    check_outcome(outcome, &config, &all, error);
    for (uint32_t i = 0; i < all.variable_count; i++) {
        (void)unsetenv(all.variables[i]);
    }
    free(all.text);
    return 0;
}
