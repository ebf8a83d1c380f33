/* kernel.c -- the choice of the kernel, and the leaps of the one chosen. Contracts: choice.h,
 * lexer.h and blocks.h. */
#include "kernel.h"
#include "leap.h"

#include <stdatomic.h>

/* HLX_KERNEL_NONE until the first use. Threads that come first together choose the same. */
static _Atomic uint32_t chosen;

const char *hlx_kernel_name(hlx_kernel kernel) {
    static const char *const names[HLX_KERNEL_COUNT] = {
#define KERNEL_NAME(enumerator, name) [enumerator] = (name),
        HLX_KERNELS(KERNEL_NAME)
#undef KERNEL_NAME
    };
    return kernel < HLX_KERNEL_COUNT ? names[kernel] : NULL;
}

static bool same(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

hlx_kernel hlx_kernel_named(const char *name) {
    for (uint32_t kernel = HLX_KERNEL_PORTABLE; kernel < HLX_KERNEL_COUNT; kernel++) {
        if (same(name, hlx_kernel_name((hlx_kernel)kernel))) {
            return (hlx_kernel)kernel;
        }
    }
    return HLX_KERNEL_NONE;
}

#if defined(__x86_64__)

#include <cpuid.h>

/* The bits of a mask are counted and cut with these; clang 14 cannot be asked for the first. */
static bool has_bit_operations(void) {
    uint32_t a = 0;
    uint32_t b = 0;
    uint32_t c = 0;
    uint32_t d = 0;
    return __get_cpuid(0x80000001u, &a, &b, &c, &d) != 0 && (c & bit_LZCNT) != 0 &&
           __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2");
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

/* All that avx2.h and avx512.h are compiled for. What a hypervisor must answer comes last. */
bool hlx_kernel_supported(hlx_kernel kernel) {
    __builtin_cpu_init();
    return kernel == HLX_KERNEL_PORTABLE || kernel == HLX_KERNEL_SSE2 ||
           (((kernel == HLX_KERNEL_AVX2 && __builtin_cpu_supports("avx2")) ||
             (kernel == HLX_KERNEL_AVX512 && has_avx512())) &&
            has_bit_operations());
}

#elif defined(__aarch64__)

bool hlx_kernel_supported(hlx_kernel kernel) {
    return kernel == HLX_KERNEL_PORTABLE || kernel == HLX_KERNEL_NEON;
}

#else

bool hlx_kernel_supported(hlx_kernel kernel) {
    return kernel == HLX_KERNEL_PORTABLE;
}

#endif

hlx_kernel hlx_kernel_in_use(void) {
    uint32_t kernel = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (kernel == HLX_KERNEL_NONE) {
        kernel = HLX_KERNEL_COUNT - 1;
        while (!hlx_kernel_supported((hlx_kernel)kernel)) {
            kernel--;
        }
        atomic_store_explicit(&chosen, kernel, memory_order_relaxed);
    }
    return (hlx_kernel)kernel;
}

bool hlx_kernel_use(hlx_kernel kernel) {
    if (!hlx_kernel_supported(kernel)) {
        return false;
    }
    atomic_store_explicit(&chosen, (uint32_t)kernel, memory_order_relaxed);
    return true;
}

/* ---- leaps ---------------------------------------------------------------- */

/* Has the kernel leaps, and are whole lines read as they take them? */
static bool can_leap(const hlx_regime *regime) {
    hlx_kernel kernel = hlx_kernel_in_use();
    return kernel != HLX_KERNEL_PORTABLE && kernel != HLX_KERNEL_NEON && hlx_leap_possible(regime);
}

static void leap(HLX_LEAP_PARAMETERS) {
#if defined(__x86_64__)
    hlx_kernel kernel = hlx_kernel_in_use();
    if (!hlx_leap_has_room(input_length, pause_at, to, at)) {
        return; /* before a kernel makes its table */
    }
    if (kernel == HLX_KERNEL_AVX512) {
        hlx_leap_avx512(at, regime, input, input_length, pause_at, to);
    } else if (kernel == HLX_KERNEL_AVX2) {
        hlx_leap_avx2(at, regime, input, input_length, pause_at, to);
    } else if (kernel == HLX_KERNEL_SSE2) {
        hlx_leap_sse2(at, regime, input, input_length, pause_at, to);
    }
#else
    (void)at;
    (void)regime;
    (void)input;
    (void)input_length;
    (void)pause_at;
    (void)to;
#endif
}

static hlx_leap_cursor cursor_of(const hlx_lexer *lexer, uint32_t line_number, uint32_t row) {
    return (hlx_leap_cursor){lexer->position, lexer->state, lexer->line.start, line_number, row};
}

/* The machine behind the leaps: its line is the one in which the position stands. */
static void move_to(hlx_lexer *lexer, const uint8_t *input, uint32_t input_length,
                    const hlx_leap_cursor *at) {
    if (at->line_start != lexer->line.start) {
        lexer->line = hlx_line_at(input, input_length, at->line_start);
    }
    lexer->position = at->position;
    lexer->state = at->state;
}

/* Not inlined: a kernel without leaps is through with hlx_lexer_leap in a few instructions. */
static __attribute__((noinline)) void leap_columns(HLX_LEXER_LEAP_PARAMETERS) {
    const hlx_window to = {columns->kinds, columns->codes, columns->starts,        NULL,
                           NULL,           NULL,           columns->token_capacity};
    hlx_leap_cursor at = cursor_of(lexer, 0, counts->tokens);
    leap(&at, regime, input, input_length, pause_at, &to);
    counts->tokens = at.row;
    move_to(lexer, input, input_length, &at);
}

void hlx_lexer_leap(HLX_LEXER_LEAP_PARAMETERS) {
    /* Up to a pause in the same block the machine is as fast. */
    if (can_leap(regime) && lexer->position <= lexer->line.content_end &&
        pause_at >= lexer->position + HLX_LEAP_BLOCK) {
        leap_columns(lexer, regime, input, input_length, pause_at, columns, counts);
    }
}

bool hlx_blocks_leap(hlx_blocks *blocks, const hlx_regime *regime, const uint8_t *input,
                     uint32_t input_length, uint32_t pause_at, const hlx_window *window) {
    hlx_lexer *lexer = &blocks->lexer;
    if (!can_leap(regime)) {
        return false;
    }
    if (lexer->position <= lexer->line.content_end) {
        hlx_leap_cursor at = cursor_of(lexer, blocks->place.line_number, blocks->counts.tokens);
        leap(&at, regime, input, input_length, pause_at, window);
        blocks->counts.tokens = at.row;
        move_to(lexer, input, input_length, &at);
        blocks->place = (hlx_place){lexer->line, at.line_number, lexer->first_row + at.row};
    }
    return true;
}
