/* scan.h -- the prefix contract of the scan kernels.
 *
 * Most bytes of a document are plain: one byte, one token, next state M. A kernel
 * may consume any prefix of plain bytes that it is sure about and writes their
 * rows; consuming nothing is always right. The state machine (lexer.c) does the
 * rest, so a kernel needs no case analysis, no tail handling and no byte beyond
 * its limit, and the proof of the lexer does not depend on which kernel runs.
 * spec: LEX-53 */
#ifndef HLX_SCAN_H
#define HLX_SCAN_H

#include "hedgelex.h"

/* The kind of the token that `byte` gives when it is plain under a valid regime,
 * else 0. spec: LEX-53 */
uint32_t hlx_plain_kind(const hlx_regime *regime, uint8_t byte);

/* Consume plain bytes of input[position .. limit) and write their rows from
 * `row` on, at most up to `capacity`. Returns how many were consumed.
 * spec: LEX-53 */
uint32_t hlx_scan_plain(const hlx_regime *regime, const uint8_t *input, uint32_t position,
                        uint32_t limit, const hlx_columns *columns, uint32_t row);

#endif
