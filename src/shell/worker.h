/* worker.h -- the worker process: frames in, tokens into its arena, summaries out.
 *
 *      broker --request--> worker: tokenize in slices of 16 KiB
 *             --cancel---> looked for between two slices
 *             <-response-- exactly one for each request
 *
 * It says that it is ready by a response for the request id 0. A cancel for a request
 * that was already answered is dropped. It exits by itself when its input closes, and
 * dies with the service. It sees neither the clients' sockets nor other workers'
 * memory. spec: SRV-20 to SRV-25 */
#ifndef HLX_WORKER_H
#define HLX_WORKER_H

#include <stdint.h>
#include <sys/types.h>

#include "mapping.h"

#define HLX_WORKER_READY_ID 0u
#define HLX_WORKER_SLICE_BYTES 16384u /* well under a millisecond; a look costs far less */
#define HLX_WORKER_SLICE_ROWS 65536u  /* of matching groups: the same */
#define HLX_WORKER_UNPINNED (-1)

/* Never returns. `service` is the process that must stay alive. */
_Noreturn void hlx_worker_main(int socket, const hlx_mapping *mapping, int processor,
                               pid_t service);

#endif
