/* arguments.h -- a command line in writable memory, as main() gets it, made from
 * string literals. The last one made is valid until the next. */
#ifndef HLX_TEST_ARGUMENTS_H
#define HLX_TEST_ARGUMENTS_H

#include <stddef.h>
#include <string.h>

#define ARGUMENTS_MAX 300u

static char arguments_text[ARGUMENTS_MAX][64];
static char *arguments_list[ARGUMENTS_MAX + 1];

static inline char **arguments_copy(const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++) {
        arguments_list[i] = strncpy(arguments_text[i], words[i], sizeof arguments_text[i] - 1);
    }
    arguments_list[count] = NULL;
    return arguments_list;
}

#define ARGUMENT_COUNT(...) (sizeof((const char *[]){"program", ##__VA_ARGS__}) / sizeof(char *))
#define ARGUMENTS(...)                                                                             \
    (int)ARGUMENT_COUNT(__VA_ARGS__),                                                              \
        arguments_copy((const char *[]){"program", ##__VA_ARGS__}, ARGUMENT_COUNT(__VA_ARGS__))

#endif
