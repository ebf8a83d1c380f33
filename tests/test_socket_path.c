/* test_socket_path.c -- the socket's default, in each environment. The text is made
 * once in a process, so each case has a process of its own. spec: CMD-06 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "socket_path.h"

static bool default_is(const char *folder, const char *expected) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int result =
            folder != NULL ? setenv("XDG_RUNTIME_DIR", folder, 1) : unsetenv("XDG_RUNTIME_DIR");
        bool equal = strcmp(hlx_default_socket_path(), expected) == 0 &&
                     strcmp(hlx_socket_option(0).default_text, expected) == 0;
        _exit(result == 0 && equal ? 0 : 1);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

static void follows_the_environment(void **state) {
    (void)state;
    char fallback[64];
    (void)snprintf(fallback, sizeof fallback, "/tmp/hedgelex-%u.sock", (unsigned)getuid());
    assert_true(default_is("/run/user/1", "/run/user/1/hedgelex.sock"));
    assert_true(default_is(NULL, fallback));
    assert_true(default_is("", fallback));
    assert_true(default_is("relative/folder", fallback));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(follows_the_environment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
