/* Which levels of x86-64 a processor, and the system on it, can run.

   Asked of the processor itself: __builtin_cpu_supports does not know the levels in every compiler,
   and needs a library that Zig does not bring. */

#if defined(__x86_64__) || defined(_M_X64)

#if defined(_MSC_VER)
#include <intrin.h>
static void ask_processor(unsigned leaf, unsigned answer[4]) {
    __cpuidex((int *)answer, (int)leaf, 0);
}
static unsigned long long saved_registers(void) { return _xgetbv(0); }
#else
#include <cpuid.h>
static void ask_processor(unsigned leaf, unsigned answer[4]) {
    answer[0] = answer[1] = answer[2] = answer[3] = 0;
    __get_cpuid_count(leaf, 0, &answer[0], &answer[1], &answer[2], &answer[3]);
}
static unsigned long long saved_registers(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return ((unsigned long long)high << 32) | low;
}
#endif

static int has_bits(unsigned word, unsigned bits) { return (word & bits) == bits; }

static int highest_level(void) {
    enum { A, B, C, D };
    unsigned basic[4], more[4], extended[4];
    ask_processor(1, basic);
    ask_processor(7, more);
    ask_processor(0x80000001u, extended);
    /* SSE3, SSSE3, SSE4.1, SSE4.2, POPCNT. */
    if (!has_bits(basic[C], 1u | 1u << 9 | 1u << 19 | 1u << 20 | 1u << 23)) return 1;
    /* The system saves the registers of AVX (OSXSAVE; XMM and YMM); FMA, MOVBE, F16C, AVX; BMI1,
       AVX2, BMI2; LZCNT. */
    if (!has_bits(basic[C], 1u << 27) || (saved_registers() & 0x6) != 0x6) return 2;
    if (!has_bits(basic[C], 1u << 12 | 1u << 22 | 1u << 28 | 1u << 29)) return 2;
    if (!has_bits(more[B], 1u << 3 | 1u << 5 | 1u << 8) || !has_bits(extended[C], 1u << 5)) return 2;
    /* Those of AVX-512 (masks, and both parts of ZMM); F, DQ, CD, BW, VL; VPOPCNTDQ. */
    if ((saved_registers() & 0xe6) != 0xe6) return 3;
    if (!has_bits(more[B], 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31)) return 3;
    return has_bits(more[C], 1u << 14) ? 4 : 3;
}

#else

static int highest_level(void) { return 0; }

#endif
