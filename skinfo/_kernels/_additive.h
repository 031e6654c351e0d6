/* What Cython can't say of additive models: arithmetic on models side by side, in one register. */

#ifndef SKINFO_ADDITIVE_H
#define SKINFO_ADDITIVE_H

#include <stddef.h>
#include <stdint.h>

/* Models side by side; the least probability. */
#define SKINFO_N_LANES 4
#define SKINFO_LEAST 1e-12

/* A register of models: N_PARTS make all lanes. Elsewhere than in GCC and Clang it is a number. */
#if defined(__GNUC__)
#define SKINFO_INLINE static inline __attribute__((always_inline))
#define SKINFO_RESTRICT __restrict__
#if defined(__AVX__)
#define SKINFO_BYTES 32
#else
#define SKINFO_BYTES 16
#endif
#define SKINFO_N_PARTS (8 * SKINFO_N_LANES / SKINFO_BYTES)
typedef double lanes __attribute__((vector_size(SKINFO_BYTES), aligned(8), may_alias));
typedef int64_t lane_mask __attribute__((vector_size(SKINFO_BYTES)));

SKINFO_INLINE lanes at_least(lanes value)
{
    const lanes least = (lanes){0.0} + SKINFO_LEAST;
    const lane_mask is_more = value > least;
    return (lanes)(((lane_mask)value & is_more) | ((lane_mask)least & ~is_more));
}
#else
#define SKINFO_INLINE static __forceinline
#define SKINFO_RESTRICT __restrict
#define SKINFO_N_PARTS SKINFO_N_LANES
typedef double lanes;

SKINFO_INLINE lanes at_least(lanes value) { return value > SKINFO_LEAST ? value : SKINFO_LEAST; }
#endif

SKINFO_INLINE void advance_classes(
    ptrdiff_t n, ptrdiff_t n_classes, const uint8_t *SKINFO_RESTRICT codes,
    const lanes *SKINFO_RESTRICT factors, const uint8_t *SKINFO_RESTRICT next_codes,
    const double *SKINFO_RESTRICT weights, lanes *SKINFO_RESTRICT expected,
    lanes *SKINFO_RESTRICT curvature, lanes *SKINFO_RESTRICT p)
{
    const ptrdiff_t width = n_classes * SKINFO_N_PARTS;
    for (ptrdiff_t i = 0; i < n; i++) {
        for (ptrdiff_t part = 0; part < SKINFO_N_PARTS; part++) {
            const lanes *factor = factors + codes[i] * width;
            lanes *e = expected + next_codes[i] * width;
            lanes *c = curvature + next_codes[i] * width;
            lanes *q = p + i * width;
            lanes total = {0.0};
            for (ptrdiff_t k = part; k < width; k += SKINFO_N_PARTS) {
                q[k] = at_least(q[k] * factor[k]);
                total += q[k];
            }
            total = 1.0 / total;
            for (ptrdiff_t k = part; k < width; k += SKINFO_N_PARTS) {
                lanes value = q[k] * total, share = weights[i] * value;
                q[k] = value;
                e[k] += share;
                c[k] += share * (1.0 - value);
            }
        }
    }
}

/* Multiply the probabilities p of n samples, (n, n_classes, lanes), by the factors of their codes
   and norm them; add them up, and their variances, by the next codes. */
static void advance_samples(
    ptrdiff_t n, ptrdiff_t n_classes, const uint8_t *codes, const double *factors,
    const uint8_t *next_codes, const double *weights, double *expected, double *curvature,
    double *p)
{
    /* The compiler unrolls the loops of two classes. */
    if (n_classes == 2)
        advance_classes(
            n, 2, codes, (const lanes *)factors, next_codes, weights, (lanes *)expected,
            (lanes *)curvature, (lanes *)p);
    else
        advance_classes(
            n, n_classes, codes, (const lanes *)factors, next_codes, weights, (lanes *)expected,
            (lanes *)curvature, (lanes *)p);
}

#endif
