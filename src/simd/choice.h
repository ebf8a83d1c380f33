/* choice.h -- which kernel runs.
 *
 *      hlx_scan_run, ... (scan.h)  --dispatch.c-->  avx512 | avx2 | sse2 | neon | portable
 *
 * The kernel is chosen once, when it is first asked for: the best that the processor
 * has. hlx_kernel_use forces another. The choice changes no token (spec: LEX-53), only
 * the speed, so it may be made while other threads run: that one is made is not
 * visible, so the contract of hlx_kernel_in_use says that nothing is written. */
#ifndef HLX_CHOICE_H
#define HLX_CHOICE_H

#include <stdbool.h>

/* In the order of preference, the best last. X(enumerator, name) */
#define HLX_KERNELS(X)                                                                             \
    X(HLX_KERNEL_PORTABLE, "portable")                                                             \
    X(HLX_KERNEL_NEON, "neon")                                                                     \
    X(HLX_KERNEL_SSE2, "sse2")                                                                     \
    X(HLX_KERNEL_AVX2, "avx2")                                                                     \
    X(HLX_KERNEL_AVX512, "avx512")

typedef enum hlx_kernel {
    HLX_KERNEL_NONE = 0,
#define HLX_KERNEL_ENUMERATOR(enumerator, name) enumerator,
    HLX_KERNELS(HLX_KERNEL_ENUMERATOR)
#undef HLX_KERNEL_ENUMERATOR
        HLX_KERNEL_COUNT
} hlx_kernel;

/* Its name, or NULL. spec: SRV-09 */
const char *hlx_kernel_name(hlx_kernel kernel);

/* The kernel of that name, or HLX_KERNEL_NONE. spec: SRV-09 */
hlx_kernel hlx_kernel_named(const char *name);

/* Can this processor, and this build of the library, run it? */
bool hlx_kernel_supported(hlx_kernel kernel);

/* The kernel that runs; the first call chooses the best. */
/*@ terminates \true;
    assigns \nothing;
*/
hlx_kernel hlx_kernel_in_use(void);

/* Use this one from now on. False, and no change, when it is not supported. */
bool hlx_kernel_use(hlx_kernel kernel);

#endif
