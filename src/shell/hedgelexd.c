/* hedgelexd.c -- the service's main program: options, then the loop of server.c.
 *
 *      options --> configuration --> server --> exit code
 *
 * Reading order of the whole: src/README.md. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "server.h"

/* A standard stream that is closed would make way for a socket. */
static void open_standard_streams(void) {
    int descriptor = 0;
    do {
        descriptor = open("/dev/null", O_RDWR);
    } while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    (void)close(descriptor);
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
    open_standard_streams();
    switch (hlx_service_configure(&config, argc, argv, error)) {
    case HLX_OPTIONS_HELP:
        hlx_service_print_help(stdout);
        return fflush(stdout) == 0 ? HLX_SERVICE_EXIT_OK : HLX_SERVICE_EXIT_SYSTEM;
    case HLX_OPTIONS_BAD:
        hlx_log("%s", error);
        return HLX_SERVICE_EXIT_USAGE;
    case HLX_OPTIONS_OK:
        break;
    }
    return serve(&config);
}
