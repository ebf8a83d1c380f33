/* histogram.c -- see histogram.h for the buckets. */
#include "histogram.h"

#include <stdbool.h>
#include <string.h>

#define LINEAR_VALUES (2u * HLX_HISTOGRAM_SUB_BUCKETS)
#define LINEAR_BITS 7u /* LINEAR_VALUES = 2^LINEAR_BITS */
_Static_assert(LINEAR_VALUES == 1u << LINEAR_BITS, "buckets are powers of two");
_Static_assert(HLX_HISTOGRAM_BUCKETS ==
                   LINEAR_VALUES + (64u - LINEAR_BITS) * HLX_HISTOGRAM_SUB_BUCKETS,
               "every 64-bit value has a bucket");

/* How far a value is shifted right to have LINEAR_BITS significant bits. */
static uint32_t shift_of(uint64_t value) {
    uint32_t bits = 64u - (uint32_t)__builtin_clzll(value | 1u);
    return bits > LINEAR_BITS ? bits - LINEAR_BITS : 0u;
}

static uint32_t bucket_of(uint64_t value) {
    uint32_t shift = shift_of(value);
    return shift * HLX_HISTOGRAM_SUB_BUCKETS + (uint32_t)(value >> shift);
}

/* The largest value of a bucket. */
static uint64_t upper_edge(uint32_t bucket) {
    if (bucket < LINEAR_VALUES) {
        return bucket;
    }
    uint32_t shift = bucket / HLX_HISTOGRAM_SUB_BUCKETS - 1u;
    uint64_t significant = bucket - shift * HLX_HISTOGRAM_SUB_BUCKETS;
    return (significant << shift) + ((UINT64_C(1) << shift) - 1u);
}

void hlx_histogram_init(hlx_histogram *histogram) {
    memset(histogram, 0, sizeof *histogram);
}

/* spec: SRV-53 */
void hlx_histogram_record(hlx_histogram *histogram, uint64_t value) {
    histogram->buckets[bucket_of(value)]++;
    histogram->count++;
    if (__builtin_add_overflow(histogram->sum, value, &histogram->sum)) {
        histogram->sum = UINT64_MAX;
    }
    if (value > histogram->maximum) {
        histogram->maximum = value;
    }
}

uint64_t hlx_histogram_percentile(const hlx_histogram *histogram, uint32_t ppm) {
    uint64_t whole = histogram->count / 1000000u * ppm;
    uint64_t rest = (histogram->count % 1000000u * ppm + 999999u) / 1000000u;
    uint64_t rank = whole + rest;
    uint64_t seen = 0;
    for (uint32_t bucket = 0; bucket < HLX_HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->buckets[bucket];
        if (seen >= rank && seen > 0) {
            uint64_t edge = upper_edge(bucket);
            return edge < histogram->maximum ? edge : histogram->maximum;
        }
    }
    return histogram->maximum;
}
