/* complaint.h -- how `hedgelex` says that something is wrong, and its exit codes.
 *
 * One line on standard error, `hedgelex: what: why`, whatever bytes a file name
 * holds. The codes are those of <sysexits.h> where it has one. With several files
 * the highest code that occurred is the program's. spec: CMD-02, CMD-03 */
#ifndef HLX_COMPLAINT_H
#define HLX_COMPLAINT_H

/* X(code, enumerator, meaning): `hedgelex --help` prints this table. */
#define HLX_EXITS(X)                                                                               \
    X(0, HLX_EXIT_OK, "everything asked for was done, and check found nothing")                    \
    X(1, HLX_EXIT_FINDINGS, "check found issues, or a reply was an error or wrong")                \
    X(64, HLX_EXIT_BAD_USAGE, "the command line is wrong")                                         \
    X(65, HLX_EXIT_BAD_DATA, "a document is larger than 2 MiB")                                    \
    X(66, HLX_EXIT_NO_INPUT, "a document cannot be opened or is a directory")                      \
    X(69, HLX_EXIT_UNAVAILABLE, "no service, or none that answers in time")                        \
    X(70, HLX_EXIT_INTERNAL, "hedgelex itself is wrong; please report it")                         \
    X(71, HLX_EXIT_SYSTEM, "the system refused memory or another resource")                        \
    X(74, HLX_EXIT_INPUT_OUTPUT, "reading or writing failed on the way")                           \
    X(76, HLX_EXIT_PROTOCOL, "the peer does not speak the client protocol")

enum hlx_exit {
#define HLX_EXIT_ENUMERATOR(code, enumerator, meaning) enumerator = (code),
    HLX_EXITS(HLX_EXIT_ENUMERATOR)
#undef HLX_EXIT_ENUMERATOR
};

/* Print `hedgelex: ` and the message, control characters made visible, and give
 * `exit_code` back. */
int hlx_complain(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The code to end with after two things were done. */
int hlx_worse_exit(int one, int other);

#endif
