/* load_report.h -- the figures of a load run, for people and as JSON. spec: CMD-41, CMD-45 */
#ifndef HLX_LOAD_REPORT_H
#define HLX_LOAD_REPORT_H

#include <stdint.h>
#include <stdio.h>

#include "load_run.h"

/* Percentiles that are reported: X(parts per million, name). */
#define HLX_LOAD_PERCENTILES(X)                                                                    \
    X(500000, "p50")                                                                               \
    X(900000, "p90") X(950000, "p95") X(990000, "p99") X(999000, "p99.9") X(1000000, "max")

#define HLX_LOAD_SAMPLES_HEADER "intended_ms,sent_ms,latency_ms,outcome,origin"

void hlx_load_print(FILE *stream, const hlx_load_plan *plan, const hlx_load_result *result);
void hlx_load_print_json(FILE *stream, const hlx_load_plan *plan, const hlx_load_result *result);

/* A row for each request, as CSV. */
void hlx_load_print_samples(FILE *stream, const hlx_load_plan *plan, const hlx_load_result *result);

#endif
