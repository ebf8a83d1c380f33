/* dispatch_aarch64.c -- dispatch.c once more, as compilers for AArch64 read it: proved, not linked. */
#include "../src/simd/dispatch.c"
