/* log.c -- see log.h. */
#include "log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned long dropped_lines;

/* POLLOUT on a pipe promises PIPE_BUF bytes, more than a line. spec: SRV-44 */
static bool would_block(void) {
    struct pollfd error_stream = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&error_stream, 1, 0) == 0;
}

static void write_line(char *line, size_t length) {
    if (would_block()) {
        dropped_lines++;
        return;
    }
    line[length] = '\n';
    if (write(STDERR_FILENO, line, length + 1) < 0) {
        dropped_lines++;
    }
}

void hlx_log(const char *format, ...) {
    char line[HLX_LOG_LINE_BYTES + 1] = "hedgelexd: ";
    size_t prefix = strlen(line);
    if (dropped_lines > 0 && !would_block()) {
        char note[80];
        int length =
            snprintf(note, sizeof note - 1, "%s%lu log lines were dropped", line, dropped_lines);
        dropped_lines = 0;
        write_line(note, (size_t)length);
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + prefix, sizeof line - prefix - 1, format, arguments);
    va_end(arguments);
    write_line(line, strlen(line));
}
