/* complaint.c -- see complaint.h. */
#include "complaint.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "display.h"

#define MESSAGE_BYTES 135168u /* the longest argument of Linux, 131,072 bytes, and what is wrong */

int hlx_complain(int exit_code, const char *format, ...) {
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    (void)fflush(stdout); /* keep the order of what was printed before */
    (void)fputs("hedgelex: ", stderr);
    hlx_display_bytes(stderr, (const uint8_t *)message, (uint32_t)strlen(message));
    (void)fputc('\n', stderr);
    return exit_code;
}

int hlx_worse_exit(int one, int other) {
    return one > other ? one : other;
}
