/* differential_driver.c -- tokenize many documents for test_differential.py.
 *
 * Standard input is a stream of jobs, standard output one answer for each. All
 * integers are 32 bits in the machine's byte order.
 *
 *      job     preset (NO_PRESET: the table below)   encoding   unicode_letters
 *              end_of_line_char   token_capacity   issue_capacity   length
 *              category codes (256 bytes)   document (length bytes)
 *      answer  status   tokens   issues
 *              kinds codes starts ends lines cols (tokens integers each)
 *              issue codes, issue offsets (min(issues, issue_capacity) each)
 *
 * Every column is allocated at exactly its capacity and is guarded by a word on
 * either side; a call that touches a guard ends the program with exit code 3. A preset
 * gives encoding and end-of-line character too, so those of the job are not used
 * for anything but the choice of the preset. Exit codes: 0, or 2 when the stream
 * ends inside a job. It knows nothing of what the tokens should be. */
#include <stdio.h>
#include <stdlib.h>

#include "hedgelex.h"

#define NO_PRESET 255
#define COLUMN_COUNT 6
#define GUARD 0x5ca1ab1e
#define EXIT_TRUNCATED_STREAM 2
#define EXIT_GUARD_TOUCHED 3

typedef struct job {
    int32_t preset;
    int32_t encoding;
    int32_t unicode_letters;
    int32_t end_of_line_char;
    uint32_t token_capacity;
    uint32_t issue_capacity;
    uint32_t length;
} job;

static void fail(int exit_code, const char *complaint) {
    (void)fprintf(stderr, "differential_driver: %s\n", complaint);
    exit(exit_code);
}

static void read_exactly(void *bytes, size_t count) {
    if (fread(bytes, 1, count, stdin) != count) {
        fail(EXIT_TRUNCATED_STREAM, "the stream ends inside a job");
    }
}

static bool read_job(job *next) {
    size_t got = fread(next, 1, sizeof *next, stdin);
    if (got != 0 && got != sizeof *next) {
        fail(EXIT_TRUNCATED_STREAM, "the stream ends inside a job");
    }
    return got != 0;
}

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes > 0 ? bytes : 1);
    if (memory == NULL) {
        fail(EXIT_FAILURE, "out of memory");
    }
    return memory;
}

/* `capacity` usable integers behind the first guard, a second guard behind them. */
static int32_t *column_new(uint32_t capacity) {
    int32_t *column = allocate(((size_t)capacity + 2) * sizeof *column);
    column[0] = GUARD;
    column[(size_t)capacity + 1] = GUARD;
    return column + 1;
}

static void column_free(int32_t *column, uint32_t capacity) {
    if (column[-1] != GUARD || column[capacity] != GUARD) {
        fail(EXIT_GUARD_TOUCHED, "a column was written beyond its capacity");
    }
    free(column - 1);
}

static void column_write(const int32_t *column, uint32_t count) {
    (void)fwrite(column, sizeof *column, count, stdout);
}

static hlx_regime regime_of(const job *the_job) {
    hlx_regime regime = {0};
    read_exactly(regime.category, sizeof regime.category);
    regime.encoding = (uint8_t)the_job->encoding;
    regime.unicode_letters = (uint8_t)the_job->unicode_letters;
    regime.end_of_line_char = (int16_t)the_job->end_of_line_char;
    if (the_job->preset != NO_PRESET &&
        !hlx_regime_preset(&regime, (uint32_t)the_job->preset, (uint32_t)the_job->encoding)) {
        fail(EXIT_FAILURE, "a job names an unknown preset or encoding");
    }
    return regime;
}

static void answer(const job *the_job, const hlx_regime *regime, const uint8_t *document) {
    uint32_t capacity = the_job->token_capacity;
    uint32_t issue_capacity = the_job->issue_capacity;
    int32_t *rows[COLUMN_COUNT];
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        rows[i] = column_new(capacity);
    }
    hlx_columns columns = {rows[0],
                           rows[1],
                           rows[2],
                           capacity,
                           column_new(issue_capacity),
                           column_new(issue_capacity),
                           issue_capacity};
    hlx_counts counts;
    hlx_status status = hlx_tokenize(regime, document, the_job->length, &columns, &counts);
    hlx_expand(regime, document, the_job->length, columns.starts, counts.tokens, rows[3], rows[4],
               rows[5]);
    int32_t head[3] = {(int32_t)status, (int32_t)counts.tokens, (int32_t)counts.issues};
    column_write(head, 3);
    for (uint32_t i = 0; i < COLUMN_COUNT; i++) {
        column_write(rows[i], counts.tokens);
        column_free(rows[i], capacity);
    }
    uint32_t issue_rows = counts.issues < issue_capacity ? counts.issues : issue_capacity;
    column_write(columns.issue_codes, issue_rows);
    column_write(columns.issue_offsets, issue_rows);
    column_free(columns.issue_codes, issue_capacity);
    column_free(columns.issue_offsets, issue_capacity);
}

int main(void) {
    job the_job;
    while (read_job(&the_job)) {
        hlx_regime regime = regime_of(&the_job);
        uint8_t *document = allocate(the_job.length);
        read_exactly(document, the_job.length);
        answer(&the_job, &regime, document);
        free(document);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
