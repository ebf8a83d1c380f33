/* query_client.h -- the client's side of version 2: one document, its columns back.
 *
 *      connect --> send request, regime as an options block --> receive the reply's
 *      beginning, check it --> receive the columns --> derive ends, lines, cols
 *
 * What a service says is checked before it is believed: counts against the document,
 * starts against its lines. spec: QRY-10, QRY-12 */
#ifndef HLX_QUERY_CLIENT_H
#define HLX_QUERY_CLIENT_H

#include "analysis.h"
#include "document.h"
#include "query.h"

/* The tokens of `document` under `regime`, as hlx_analyse gives them but without issues'
 * rows, from the service at `path`. On failure the user has been told, nothing is to be
 * freed and the exit code is not 0; a reply other than ok is a failure with the exit code
 * of findings. */
int hlx_query_service(const char *path, const hlx_document *document, const hlx_regime *regime,
                      uint64_t timeout_ns, hlx_analysis *analysis);

#endif
