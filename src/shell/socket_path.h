/* socket_path.h -- where the service listens and its clients look: one definition
 * of the option --socket for hedgelexd and hedgelex. */
#ifndef HLX_SOCKET_PATH_H
#define HLX_SOCKET_PATH_H

#include <stddef.h>

#include "options.h"

/* $XDG_RUNTIME_DIR/hedgelex.sock, or /tmp/hedgelex-UID.sock where that variable is
 * not set. The text stays valid and the same until the program ends. spec: CMD-06 */
const char *hlx_default_socket_path(void);

/* The option --socket (HEDGELEX_SOCKET): a `const char *` at `offset` of the target. */
hlx_option hlx_socket_option(size_t offset);

#endif
