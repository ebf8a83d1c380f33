/* socket_path.c -- see socket_path.h. */
#include "socket_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_BYTES 4096u

const char *hlx_default_socket_path(void) {
    static char path[PATH_BYTES];
    const char *folder = getenv("XDG_RUNTIME_DIR");
    if (path[0] != '\0') {
        return path;
    }
    if (folder != NULL && folder[0] == '/') {
        (void)snprintf(path, sizeof path, "%s/hedgelex.sock", folder);
    } else {
        (void)snprintf(path, sizeof path, "/tmp/hedgelex-%u.sock", (unsigned)getuid());
    }
    return path;
}

hlx_option hlx_socket_option(size_t offset) {
    return (hlx_option){.name = "socket",
                        .environment = "HEDGELEX_SOCKET",
                        .kind = HLX_OPTION_STRING,
                        .offset = offset,
                        .default_text = hlx_default_socket_path(),
                        .unit = "PATH",
                        .help = "The Unix socket on which the service listens."};
}
