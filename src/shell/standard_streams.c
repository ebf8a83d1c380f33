/* standard_streams.c -- see standard_streams.h. */
#include "standard_streams.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

void hlx_standard_streams_open(bool usable) {
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
        if (fcntl(stream, F_GETFD) < 0) {
            int wrong_way = stream == STDIN_FILENO ? O_WRONLY : O_RDONLY;
            (void)open("/dev/null", usable ? O_RDWR : wrong_way);
        }
    }
}
