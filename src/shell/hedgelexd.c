/* hedgelexd.c -- the service's main program: options, then the loop of server.c.
 *
 *      options --> configuration --> server --> exit code
 *
 * Reading order of the whole: src/README.md. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "display.h"
#include "log.h"
#include "server.h"
#include "standard_streams.h"

/* A descriptor that nobody passed would be the number of one of our own. */
static bool ready_fd_is_open(const hlx_service_config *config) {
    int descriptor = (int)config->options.ready_fd;
    if (descriptor < 0 || fcntl(descriptor, F_GETFD) >= 0) {
        return true;
    }
    hlx_log("--ready-fd: %d: %s", descriptor, strerror(errno));
    return false;
}

static int serve(const hlx_service_config *config) {
    static hlx_server server; /* megabytes of tables */
    char error[HLX_OPTIONS_ERROR_BYTES];
    int exit_code = HLX_SERVICE_EXIT_OK;
    if (!hlx_server_open(&server, config, &exit_code, error)) {
        hlx_log("%s", error);
        return exit_code;
    }
    hlx_progress_start(&server);
    return hlx_server_run(&server);
}

int main(int argc, char **argv) {
    static hlx_service_config config;
    char error[HLX_OPTIONS_ERROR_BYTES];
    hlx_standard_streams_open(true);
    hlx_display_begin();
    switch (hlx_service_configure(&config, argc, argv, error)) {
    case HLX_OPTIONS_HELP:
        hlx_service_print_help(stdout);
        if (fflush(stdout) != 0) {
            hlx_log("cannot write standard output: %s", strerror(errno));
            return HLX_SERVICE_EXIT_SYSTEM;
        }
        return HLX_SERVICE_EXIT_OK;
    case HLX_OPTIONS_BAD:
        hlx_log("%s", error);
        return HLX_SERVICE_EXIT_USAGE;
    case HLX_OPTIONS_OK:
        break;
    }
    return ready_fd_is_open(&config) ? serve(&config) : HLX_SERVICE_EXIT_USAGE;
}
