/* standard_streams.h -- the descriptors 0, 1 and 2, whatever a caller left of them.
 *
 * A standard stream that is closed would make way for a socket: what is meant for the
 * stream would go there. And what cannot be written must be said, so no signal may end
 * the program first. */
#ifndef HLX_STANDARD_STREAMS_H
#define HLX_STANDARD_STREAMS_H

#include <stdbool.h>

/* Open those that are closed. With `usable` they end nowhere; without it, reading and
 * writing them fails with EBADF as before. From then on a write to a closed pipe fails with
 * EPIPE, and one beyond the limit of file size with EFBIG, on every descriptor. To be called
 * before anything is opened. */
void hlx_standard_streams_open(bool usable);

#endif
