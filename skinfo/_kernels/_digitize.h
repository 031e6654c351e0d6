/* What compilers do not find: how many of eight increasing numbers are at or below a value, without
   a branch. NaN is above everything, and nothing is at or below it. */

#ifndef SKINFO_DIGITIZE_H
#define SKINFO_DIGITIZE_H

#include <stdint.h>

#include "_bitplanes.h"

SKINFO_INLINE int32_t n_reached(const double *cuts, double value)
{
#if defined(__AVX512F__)
    return (int32_t)popcount(_mm512_cmp_pd_mask(
        _mm512_loadu_pd(cuts), _mm512_set1_pd(value), _CMP_LE_OQ));
#elif defined(__AVX2__)
    const __m256d values = _mm256_set1_pd(value);
    int low = _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(cuts), values, _CMP_LE_OQ));
    int high = _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(cuts + 4), values, _CMP_LE_OQ));
    return (int32_t)popcount((uint64_t)(low | high << 4));
#elif defined(SKINFO_SSE2)
    /* True is minus one. */
    const __m128d values = _mm_set1_pd(value);
    __m128i sums = _mm_setzero_si128();
    for (int part = 0; part < 4; part++)
        sums = _mm_sub_epi64(
            sums, _mm_castpd_si128(_mm_cmple_pd(_mm_loadu_pd(cuts + 2 * part), values)));
    return (int32_t)(_mm_cvtsi128_si32(sums) + _mm_cvtsi128_si32(_mm_srli_si128(sums, 8)));
#elif defined(__ARM_NEON) && defined(__aarch64__)
    const float64x2_t values = vdupq_n_f64(value);
    uint64x2_t sums = vdupq_n_u64(0);
    for (int part = 0; part < 4; part++)
        sums = vsubq_u64(sums, vcleq_f64(vld1q_f64(cuts + 2 * part), values));
    return (int32_t)vaddvq_u64(sums);
#else
    int32_t n = 0;
    for (int i = 0; i < 8; i++)
        n += cuts[i] <= value;
    return n;
#endif
}

#endif
