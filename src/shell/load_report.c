/* load_report.c -- see load_report.h. */
#include "load_report.h"

#include <string.h>

#include "service_client.h"
#include "token_format.h"

static double milliseconds(uint64_t nanoseconds) {
    return (double)nanoseconds / 1e6;
}

static double mean_ms(const hlx_histogram *times) {
    return times->count > 0 ? milliseconds(times->sum) / (double)times->count : 0;
}

static double per_second(const hlx_load_result *result) {
    double seconds = (double)result->elapsed_ns / 1e9;
    return seconds > 0 ? (double)result->round_trips.count / seconds : 0;
}

/* Each kind of error that occurred, with its count. */
static void print_errors(FILE *stream, const hlx_load_result *result) {
    for (uint32_t i = 1; i < HLX_REPLY_STATUS_COUNT; i++) {
        if (result->statuses[i] > 0) {
            (void)fprintf(stream, "  %lu %s", result->statuses[i], hlx_reply_status_text(i));
        }
    }
    for (uint32_t i = 0; i < HLX_LOAD_FAILURE_COUNT; i++) {
        if (result->failures[i] > 0) {
            (void)fprintf(stream, "  %lu %s", result->failures[i],
                          hlx_load_failure_name((enum hlx_load_failure)i));
        }
    }
}

static void print_times(FILE *stream, const hlx_histogram *times) {
    (void)fprintf(stream, "round trip   mean %.3f ms", mean_ms(times));
#define PRINT_PERCENTILE(ppm, name)                                                                \
    (void)fprintf(stream, "  %s %.3f", name, milliseconds(hlx_histogram_percentile(times, ppm)));
    HLX_LOAD_PERCENTILES(PRINT_PERCENTILE)
#undef PRINT_PERCENTILE
    (void)fputc('\n', stream);
}

static const char *loop_name(const hlx_load_plan *plan) {
    if (plan->rate == 0) {
        return "closed";
    }
    return plan->pace == HLX_LOAD_POISSON ? "poisson" : "fixed";
}

static void print_requests(FILE *stream, const hlx_load_plan *plan, const hlx_load_result *result) {
    (void)fprintf(stream, "requests     %u by %u clients in %.3f s; %lu reconnects\n",
                  plan->requests, plan->clients, (double)result->elapsed_ns / 1e9,
                  result->reconnects);
    if (plan->rate > 0) {
        (void)fprintf(stream,
                      "open loop    %u requests/s (%s); round trips from the intended instant\n",
                      plan->rate, loop_name(plan));
    }
}

void hlx_load_print(FILE *stream, const hlx_load_plan *plan, const hlx_load_result *result) {
    (void)fputs("document     ", stream);
    hlx_document_print_name(stream, plan->document);
    (void)fprintf(stream, ", %u bytes, %u tokens, %u issues\n", plan->document->size,
                  plan->expected.tokens, plan->expected.issues);
    print_requests(stream, plan, result);
    (void)fprintf(stream, "right        %lu (ok, with the counts of this process)\n",
                  result->round_trips.count);
    (void)fprintf(stream, "errors       %lu", hlx_load_error_count(plan, result));
    print_errors(stream, result);
    (void)fprintf(stream, "\norigin       %lu primary, %lu hedge, %lu none\n",
                  result->origins[HLX_ORIGIN_PRIMARY], result->origins[HLX_ORIGIN_HEDGE],
                  result->origins[HLX_ORIGIN_NONE]);
    (void)fprintf(stream, "throughput   %.1f requests/s, %.1f MB/s\n", per_second(result),
                  per_second(result) * plan->document->size / 1e6);
    if (result->round_trips.count > 0) {
        print_times(stream, &result->round_trips);
        (void)fprintf(stream, "over limit   %lu above %.3f ms\n", result->over_limit,
                      milliseconds(plan->limit_ns));
    }
}

static void json_errors(FILE *stream, const hlx_load_result *result) {
    const char *separator = "";
    (void)fputs("  \"errors\": {", stream);
    for (uint32_t i = 1; i < HLX_REPLY_STATUS_COUNT; i++, separator = ", ") {
        (void)fprintf(stream, "%s\"%s\": %lu", separator, hlx_reply_status_text(i),
                      result->statuses[i]);
    }
    for (uint32_t i = 0; i < HLX_LOAD_FAILURE_COUNT; i++) {
        (void)fprintf(stream, ", \"%s\": %lu", hlx_load_failure_name((enum hlx_load_failure)i),
                      result->failures[i]);
    }
    (void)fputs("},\n", stream);
}

/* null without data: a missing time must not look like a short one. */
static void json_times(FILE *stream, const hlx_histogram *times) {
    if (times->count == 0) {
        (void)fputs("  \"round_trip_ms\": null\n", stream);
        return;
    }
    (void)fprintf(stream, "  \"round_trip_ms\": {\"mean\": %.6f", mean_ms(times));
#define JSON_PERCENTILE(ppm, name)                                                                 \
    (void)fprintf(stream, ", \"%s\": %.6f", name,                                                  \
                  milliseconds(hlx_histogram_percentile(times, ppm)));
    HLX_LOAD_PERCENTILES(JSON_PERCENTILE)
#undef JSON_PERCENTILE
    (void)fputs("}\n", stream);
}

void hlx_load_print_json(FILE *stream, const hlx_load_plan *plan, const hlx_load_result *result) {
    (void)fputs("{\n  \"document\": ", stream);
    hlx_write_json_string(stream, (const uint8_t *)plan->document->name,
                          (uint32_t)strlen(plan->document->name));
    (void)fprintf(stream,
                  ",\n  \"bytes\": %u,\n  \"tokens\": %u,\n  \"issues\": %u,\n"
                  "  \"loop\": \"%s\",\n  \"rate\": %u,\n  \"clients\": %u,\n  \"requests\": %u,\n"
                  "  \"right\": %lu,\n  \"error_count\": %lu,\n",
                  plan->document->size, plan->expected.tokens, plan->expected.issues,
                  loop_name(plan), plan->rate, plan->clients, plan->requests,
                  result->round_trips.count, hlx_load_error_count(plan, result));
    json_errors(stream, result);
    (void)fprintf(stream,
                  "  \"origin\": {\"primary\": %lu, \"hedge\": %lu, \"none\": %lu},\n"
                  "  \"reconnects\": %lu,\n  \"limit_ms\": %.6f,\n  \"over_limit\": %lu,\n  "
                  "\"seconds\": %.6f,\n"
                  "  \"requests_per_second\": %.3f,\n",
                  result->origins[HLX_ORIGIN_PRIMARY], result->origins[HLX_ORIGIN_HEDGE],
                  result->origins[HLX_ORIGIN_NONE], result->reconnects,
                  milliseconds(plan->limit_ns), result->over_limit,
                  (double)result->elapsed_ns / 1e9, per_second(result));
    json_times(stream, &result->round_trips);
    (void)fputs("}\n", stream);
}

/* spec: CMD-45 */
void hlx_load_print_samples(FILE *stream, const hlx_load_plan *plan,
                            const hlx_load_result *result) {
    (void)fputs(HLX_LOAD_SAMPLES_HEADER "\n", stream);
    for (uint32_t i = 0; i < plan->requests; i++) {
        const hlx_load_sample *sample = &result->samples[i];
        (void)fprintf(stream, "%.6f,%.6f,%.6f,%s,%s\n", milliseconds(sample->intended_ns),
                      milliseconds(sample->sent_ns),
                      milliseconds(sample->over_ns - sample->intended_ns), sample->outcome,
                      hlx_origin_text(sample->origin));
    }
}
