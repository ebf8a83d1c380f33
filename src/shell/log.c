/* log.c -- see log.h. */
#include "log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "display.h"

static unsigned long dropped_lines;

/* Standard error; if it is a terminal, opened once more not to wait, for there POLLOUT
 * promises a byte. On a pipe it promises PIPE_BUF bytes, more than a line. */
static int log_descriptor(void) {
    static int descriptor = -1;
    if (descriptor < 0 && isatty(STDERR_FILENO) == 1) {
        descriptor = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    }
    if (descriptor < 0) {
        descriptor = STDERR_FILENO;
    }
    return descriptor;
}

/* False when the line is lost. spec: SRV-44 */
static bool write_line(char *line, size_t length) {
    struct pollfd room = {.fd = log_descriptor(), .events = POLLOUT};
    line[length] = '\n';
    return poll(&room, 1, 0) != 0 && write(room.fd, line, length + 1) == (ssize_t)length + 1;
}

/* How many lines were lost, if any; false when this is lost, too. */
static bool write_note(const char *beginning) {
    char note[80];
    if (dropped_lines > 0) {
        int length = snprintf(note, sizeof note - 1, "%s%lu log lines were dropped", beginning,
                              dropped_lines);
        if (!write_line(note, (size_t)length)) {
            return false;
        }
        dropped_lines = 0;
    }
    return true;
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
    bool told = write_note(line);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    if (!told || !write_line(line, append(line, message))) {
        dropped_lines++;
    }
}
