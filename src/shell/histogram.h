/* histogram.h -- a log-linear histogram of durations in nanoseconds.
 *
 *      value   0 .. 127        one bucket for each value
 *      above   2^k .. 2^(k+1)  64 buckets of equal width, k = 7 .. 63
 *
 * So a bucket is never wider than 1/64 of its values: a percentile is at most 1.6 %
 * above the truth, never below it. Counts are exact and the size is fixed; nothing
 * is sampled. Used by the service and by the load generator. spec: SRV-53 */
#ifndef HLX_HISTOGRAM_H
#define HLX_HISTOGRAM_H

#include <stdint.h>

#define HLX_HISTOGRAM_SUB_BUCKETS 64u
#define HLX_HISTOGRAM_BUCKETS (HLX_HISTOGRAM_SUB_BUCKETS * 59u) /* 128 + 57 * 64 */

typedef struct hlx_histogram {
    uint64_t count;
    uint64_t sum; /* stops at 2^64 - 1 */
    uint64_t maximum;
    uint64_t buckets[HLX_HISTOGRAM_BUCKETS];
} hlx_histogram;

void hlx_histogram_init(hlx_histogram *histogram);

void hlx_histogram_record(hlx_histogram *histogram, uint64_t value);

/* The upper edge of the bucket that holds the value of rank ceil(count * ppm / 10^6),
 * but not more than the maximum; 999,000 is P99.9. 0 when nothing was recorded. */
uint64_t hlx_histogram_percentile(const hlx_histogram *histogram, uint32_t ppm);

#endif
