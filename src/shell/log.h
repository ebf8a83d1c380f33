/* log.h -- lines on standard error that never make the service wait.
 *
 * A line is at most HLX_LOG_LINE_BYTES long, which a pipe that polls writable takes
 * whole. When standard error would block (nobody reads the pipe) the line is dropped
 * and counted; the next line that gets through says how many were. spec: SRV-44 */
#ifndef HLX_LOG_H
#define HLX_LOG_H

#define HLX_LOG_LINE_BYTES 1024u

/* Print `hedgelexd: ` and the message as one line, control characters made visible. */
void hlx_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
