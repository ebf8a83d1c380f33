/* test_document.c -- reading documents of every kind, and places in them.
 * spec: CMD-04 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "complaint.h"
#include "document.h"
#include "hedgelex.h"

static char path[] = "/tmp/test_document.XXXXXX";

static void write_file(size_t size) {
    char *bytes = malloc(size + 1);
    assert_non_null(bytes);
    memset(bytes, 'a', size);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    free(bytes);
}

static void reads_whole_files(void **state) {
    (void)state;
    const size_t sizes[] = {0, 1, 65536, HLX_MAX_DOCUMENT_BYTES};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        hlx_document document;
        write_file(sizes[i]);
        assert_int_equal(hlx_document_read(&document, path), HLX_EXIT_OK);
        assert_int_equal(document.size, sizes[i]);
        assert_string_equal(document.name, path);
        assert_true(document.size == 0 || document.bytes[document.size - 1] == 'a');
        hlx_document_free(&document);
    }
}

static void refuses_what_is_too_large(void **state) {
    (void)state;
    hlx_document document;
    write_file(HLX_MAX_DOCUMENT_BYTES + 1u);
    assert_int_equal(hlx_document_read(&document, path), HLX_EXIT_BAD_DATA);
    assert_int_equal(hlx_document_read(&document, "/dev/zero"), HLX_EXIT_BAD_DATA);
}

static void refuses_what_cannot_be_read(void **state) {
    (void)state;
    hlx_document document;
    assert_int_equal(hlx_document_read(&document, "/tmp"), HLX_EXIT_NO_INPUT);
    assert_int_equal(hlx_document_read(&document, "/no/such/file"), HLX_EXIT_NO_INPUT);
    assert_int_equal(hlx_document_read(&document, ""), HLX_EXIT_NO_INPUT);
    assert_int_equal(hlx_document_read(&document, "/proc/self/mem"), HLX_EXIT_INPUT_OUTPUT);
}

static hlx_document literal(const char *text) {
    return (hlx_document){
        .name = "literal", .bytes = (uint8_t *)strdup(text), .size = (uint32_t)strlen(text)};
}

static void expect_place(hlx_place *place, const hlx_document *document, uint32_t offset,
                         uint32_t line, uint32_t column) {
    hlx_place_advance(place, document, offset);
    assert_int_equal(place->line, line);
    assert_int_equal(place->column, column);
}

static void finds_places(void **state) {
    (void)state;
    hlx_document document = literal("ab\nc\r\nd\re\n\rf");
    const uint32_t lines[] = {1, 1, 1, 2, 2, 2, 3, 3, 4, 4, 5, 6, 6};
    const uint32_t columns[] = {1, 2, 3, 1, 2, 3, 1, 2, 1, 2, 1, 1, 2};
    hlx_place whole_way = hlx_place_begin();
    for (uint32_t offset = 0; offset <= document.size; offset++) {
        hlx_place at_once = hlx_place_begin();
        expect_place(&whole_way, &document, offset, lines[offset], columns[offset]);
        expect_place(&at_once, &document, offset, lines[offset], columns[offset]);
        assert_int_equal(at_once.line_start, offset - columns[offset] + 1);
    }
    hlx_document_free(&document);
}

static void counts_lines(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t lines;
    } cases[] = {{"", 0},     {"a", 1},    {"a\n", 1},    {"a\nb", 2}, {"\n\n", 2},
                 {"\r\n", 1}, {"\n\r", 2}, {"a\rb\r", 2}, {"\r", 1},   {"a\r\n\r\nb", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        hlx_document document = literal(cases[i].text);
        assert_int_equal(hlx_document_line_count(&document), cases[i].lines);
        hlx_document_free(&document);
    }
}

static int make_path(void **state) {
    (void)state;
    return close(mkstemp(path));
}

static int remove_path(void **state) {
    (void)state;
    return unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_whole_files),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(refuses_what_cannot_be_read),
        cmocka_unit_test(finds_places),
        cmocka_unit_test(counts_lines),
    };
    return cmocka_run_group_tests(tests, make_path, remove_path);
}
