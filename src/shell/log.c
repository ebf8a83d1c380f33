/* log.c -- see log.h. */
#include "log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "display.h"

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

/* Append the message as people are shown text; what would be too much is cut off. Gives
 * the line's length. spec: SRV-03, SRV-11, CMD-10 */
static size_t append(char *line, const char *message) {
    size_t length = strlen(line);
    uint32_t size = (uint32_t)strlen(message);
    for (uint32_t position = 0; position < size;) {
        hlx_display_piece piece = hlx_display_next((const uint8_t *)message, position, size);
        size_t bytes = strlen(piece.text);
        if (length + bytes >= HLX_LOG_LINE_BYTES) {
            break;
        }
        memcpy(line + length, piece.text, bytes);
        length += bytes;
        position += piece.taken;
    }
    return length;
}

void hlx_log(const char *format, ...) {
    char line[HLX_LOG_LINE_BYTES + 1] = "hedgelexd: ";
    char message[HLX_LOG_LINE_BYTES];
    if (dropped_lines > 0 && !would_block()) {
        char note[80];
        int length =
            snprintf(note, sizeof note - 1, "%s%lu log lines were dropped", line, dropped_lines);
        dropped_lines = 0;
        write_line(note, (size_t)length);
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    write_line(line, append(line, message));
}
