/* numbers.c -- contracts: numbers.h. */
#include "numbers.h"

uint64_t hlx_counted(uint64_t counter) {
    return counter < UINT64_MAX ? counter + 1u : counter;
}

uint64_t hlx_earlier(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}
