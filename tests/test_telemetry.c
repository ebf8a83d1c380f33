/* test_telemetry.c -- which requests are kept, and the file they are written to. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "telemetry.h"

static hlx_telemetry telemetry;
static char folder[64];
static char path[96];

static int make_folder(void **state) {
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/hlx_test_telemetry.XXXXXX");
    hlx_telemetry_init(&telemetry);
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/slow.csv", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    (void)unlink(path);
    return rmdir(folder);
}

static void record(uint64_t total_ns) {
    hlx_stamps stamps = {.in_start_ns = 1000, .reply_ready_ns = 1000 + total_ns, .origin = 1};
    hlx_telemetry_record(&telemetry, &stamps);
}

static uint64_t kept_total(uint32_t row) {
    return telemetry.slowest[row].reply_ready_ns - telemetry.slowest[row].in_start_ns;
}

static size_t read_file(char *text, size_t size) {
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    size_t length = fread(text, 1, size - 1, stream);
    text[length] = '\0';
    (void)fclose(stream);
    return length;
}

/* 1 to 1000 in an order that mixes small and large: the last hundred stay, sorted.
 * spec: SRV-52 */
static void test_slowest_are_kept(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        record(i * 387 % 1000 + 1);
        assert_int_equal(telemetry.slowest_count, i < 99 ? i + 1 : 100);
    }
    for (uint32_t row = 0; row < HLX_TELEMETRY_SLOWEST; row++) {
        assert_int_equal(kept_total(row), 1000 - row);
    }
    assert_int_equal(telemetry.totals.count, 1000);
}

/* Of equally slow requests the earlier ones stay, in order. spec: SRV-52 */
static void test_equally_slow(void **state) {
    (void)state;
    for (uint32_t i = 0; i < HLX_TELEMETRY_SLOWEST + 5; i++) {
        hlx_stamps stamps = {.in_start_ns = i, .reply_ready_ns = i + 7};
        hlx_telemetry_record(&telemetry, &stamps);
    }
    for (uint32_t row = 0; row < HLX_TELEMETRY_SLOWEST; row++) {
        assert_int_equal(telemetry.slowest[row].in_start_ns, row);
    }
}

/* spec: SRV-52, SRV-54 */
static void test_file(void **state) {
    (void)state;
    char text[1024];
    hlx_stamps stamps = {10, 20, 30, 40, 50, 12000060, 2};
    hlx_telemetry_record(&telemetry, &stamps);
    record(5);
    assert_true(hlx_telemetry_write(&telemetry, path));
    (void)read_file(text, sizeof text);
    assert_string_equal(text, "ms_total,t_in_start,t_in_done,t_proc_start,t_hedge_fire,"
                              "t_first_reply,t_reply_ready,hedged,origin\n"
                              "12.000050,10,20,30,40,50,12000060,1,2\n"
                              "0.000005,1000,0,0,0,0,1005,0,1\n");
}

static unsigned files_in_folder(void) {
    unsigned count = 0;
    DIR *listing = opendir(folder);
    assert_non_null(listing);
    while (readdir(listing) != NULL) {
        count++;
    }
    (void)closedir(listing);
    return count - 2; /* . and .. */
}

/* The old file is replaced as a whole and nothing is left beside it. spec: SRV-54 */
static void test_file_is_replaced(void **state) {
    (void)state;
    char text[20000];
    for (uint64_t i = 0; i < 300; i++) {
        record(1000000 * i);
    }
    assert_true(hlx_telemetry_write(&telemetry, path));
    size_t first = read_file(text, sizeof text);
    hlx_telemetry_init(&telemetry);
    assert_true(hlx_telemetry_write(&telemetry, path));
    assert_true(read_file(text, sizeof text) < first);
    assert_string_equal(text, HLX_TELEMETRY_HEADER "\n");
    assert_int_equal(files_in_folder(), 1);
}

/* spec: SRV-54 */
static void test_failures(void **state) {
    (void)state;
    char longest[5000];
    assert_false(hlx_telemetry_write(&telemetry, "/nonexistent/slow.csv"));
    assert_int_equal(errno, ENOENT);
    assert_false(hlx_telemetry_write(&telemetry, folder)); /* cannot replace a folder */
    assert_int_equal(errno, EISDIR);
    assert_int_equal(files_in_folder(), 0);
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_false(hlx_telemetry_write(&telemetry, longest));
    assert_int_equal(errno, ENAMETOOLONG);
}

/* Only the loser of an answered request counts. spec: SRV-55 */
static void test_losers(void **state) {
    (void)state;
    hlx_telemetry_init(&telemetry);
    hlx_stamps hedged = {.hedge_fire_ns = 20, .reply_ready_ns = 30};
    hlx_stamps alone = {.reply_ready_ns = 30};
    hlx_stamps gone = {.hedge_fire_ns = 20};
    hlx_telemetry_record_release(&telemetry, &alone, 90);
    hlx_telemetry_record_release(&telemetry, &gone, 90);
    assert_int_equal(telemetry.losers.count, 0);
    hlx_telemetry_record_release(&telemetry, &hedged, 90);
    assert_int_equal(telemetry.losers.count, 1);
    assert_int_equal(telemetry.losers.maximum, 60);
    assert_int_equal(telemetry.totals.count, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_slowest_are_kept, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_equally_slow, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_file_is_replaced, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_failures, make_folder, remove_folder),
        cmocka_unit_test(test_losers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
