/* capture.h -- what a function writes to a stream, as text.
 *
 *      FILE *stream = capture_begin();
 *      write_something(stream);
 *      capture_expect("what it must be");
 */
#ifndef HLX_TEST_CAPTURE_H
#define HLX_TEST_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>

static FILE *capture_stream;
static char *capture_text;
static size_t capture_size;

static inline FILE *capture_begin(void) {
    capture_stream = open_memstream(&capture_text, &capture_size);
    assert_non_null(capture_stream);
    return capture_stream;
}

/* The text; to be given to `free`. */
static inline char *capture_end(void) {
    assert_int_equal(fclose(capture_stream), 0);
    return capture_text;
}

static inline void capture_expect(const char *expected) {
    char *text = capture_end();
    assert_string_equal(text, expected);
    free(text);
}

#endif
