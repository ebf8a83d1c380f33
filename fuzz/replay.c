/* replay.c -- run a fuzz target over files, without a fuzzing engine.
 *
 *      replay FILE|FOLDER...
 *
 * Prints the path of each input before it is run, so that the last line names the
 * one that crashed, and exits with 0 when none did. Works under any compiler,
 * sanitizer and valgrind. Exit codes: 64 wrong usage, 66 an input cannot be read. */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz_support.h"

#define EXIT_USAGE 64
#define EXIT_NO_INPUT 66
#define LONGEST_PATH 4096

static void refuse(const char *path) {
    (void)fflush(stdout);
    perror(path);
    exit(EXIT_NO_INPUT);
}

static void run_file(const char *path, size_t size) {
    uint8_t *data = fuzz_new(size);
    FILE *file = fopen(path, "rb");
    if (file == NULL || fread(data, 1, size, file) != size) {
        refuse(path);
    }
    (void)fclose(file);
    (void)printf("%s\n", path);
    (void)fflush(stdout);
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
}

static void run_path(const char *path) {
    struct stat status;
    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode)) {
        refuse(path);
    }
    run_file(path, (size_t)status.st_size);
}

static bool run_folder(const char *path) {
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char name[LONGEST_PATH];
        (void)snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') {
            run_path(name);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    return count >= 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        (void)fprintf(stderr, "usage: %s FILE|FOLDER...\n", argv[0]);
        return EXIT_USAGE;
    }
    for (int i = 1; i < argc; i++) {
        if (!run_folder(argv[i])) {
            run_path(argv[i]);
        }
    }
    return EXIT_SUCCESS;
}
