/* What Cython can't say of counting by bits: 64 bytes compared at once, the machine's own count of
   the bits of a word, and loops over tiles whose shape the compiler knows. */

#ifndef SKINFO_BITS_H
#define SKINFO_BITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__AVX512BW__) || defined(__AVX2__)
#include <immintrin.h>
#elif defined(__SSE2__) || defined(_M_X64)
#define SKINFO_SSE2
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(_MSC_VER) && defined(_M_X64)
#include <intrin.h>
#endif

#if defined(_MSC_VER)
#define SKINFO_INLINE static __forceinline
#define SKINFO_RESTRICT __restrict
#else
#define SKINFO_INLINE static inline __attribute__((always_inline))
#define SKINFO_RESTRICT __restrict__
#endif

/* Whether bits of a whole vector are counted at once, in about a quarter of the time. */
#if defined(__AVX512VPOPCNTDQ__)
#define SKINFO_HAS_VECTOR_POPCOUNT 1
#else
#define SKINFO_HAS_VECTOR_POPCOUNT 0
#endif

/* Return how many bits of a word are set. */
SKINFO_INLINE uint64_t popcount(uint64_t word)
{
#if defined(__GNUC__)
    return (uint64_t)__builtin_popcountll(word);
#elif defined(_MSC_VER) && defined(_M_X64)
    return __popcnt64(word);
#else
    word -= (word >> 1) & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + ((word >> 2) & 0x3333333333333333u);
    word = (word + (word >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (word * 0x0101010101010101u) >> 56;
#endif
}

/* Return a word whose bit r says whether bytes[r] is a level, of 64 bytes. */
SKINFO_INLINE uint64_t equal_bytes(const uint8_t *bytes, uint8_t level)
{
#if defined(__AVX512BW__)
    return _mm512_cmpeq_epi8_mask(_mm512_loadu_si512(bytes), _mm512_set1_epi8((char)level));
#elif defined(__AVX2__)
    const __m256i levels = _mm256_set1_epi8((char)level);
    uint64_t word = 0;
    for (int part = 0; part < 2; part++) {
        __m256i rows = _mm256_loadu_si256((const __m256i *)(bytes + 32 * part));
        uint32_t bits = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(rows, levels));
        word |= (uint64_t)bits << (32 * part);
    }
    return word;
#elif defined(SKINFO_SSE2)
    const __m128i levels = _mm_set1_epi8((char)level);
    uint64_t word = 0;
    for (int part = 0; part < 4; part++) {
        __m128i rows = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        uint32_t bits = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(rows, levels));
        word |= (uint64_t)bits << (16 * part);
    }
    return word;
#elif defined(__ARM_NEON) && defined(__aarch64__)
    /* Each byte keeps the bit of its place among eight; adding neighbours three times makes a byte
       of the bits of eight. */
    const uint8x16_t levels = vdupq_n_u8(level);
    const uint8x16_t places = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
    uint8x16_t marked[4];
    for (int part = 0; part < 4; part++)
        marked[part] = vandq_u8(vceqq_u8(vld1q_u8(bytes + 16 * part), levels), places);
    uint8x16_t low = vpaddq_u8(marked[0], marked[1]);
    uint8x16_t high = vpaddq_u8(marked[2], marked[3]);
    low = vpaddq_u8(low, high);
    low = vpaddq_u8(low, low);
    return vgetq_lane_u64(vreinterpretq_u64_u8(low), 0);
#else
    /* A byte of the difference is zero where they are equal; the multiplication gathers the low
       bits of eight bytes. */
    const uint64_t ones = 0x0101010101010101u;
    uint64_t word = 0;
    for (int part = 0; part < 8; part++) {
        uint64_t rows = 0;
        for (int byte = 0; byte < 8; byte++)
            rows |= (uint64_t)bytes[8 * part + byte] << (8 * byte);
        uint64_t apart = rows ^ (ones * level);
        apart |= apart >> 4;
        apart |= apart >> 2;
        apart |= apart >> 1;
        uint64_t equal = ~apart & ones;
        word |= ((equal * 0x0102040810204080u) >> 56) << (8 * part);
    }
    return word;
#endif
}

/* With AVX2 and no instruction for it, the bits of halves of bytes are looked up, 64 at a time: a
   quarter faster than word by word, and compilers do not find it. */
#if defined(__AVX2__) && !defined(__AVX512VPOPCNTDQ__)
#define SKINFO_LOOKED_UP_POPCOUNT

/* Add to four sums how many bits are set in both of four words of a and of b. */
SKINFO_INLINE __m256i add_four_words(__m256i sums, const uint64_t *a, const uint64_t *b)
{
    const __m256i bits = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
    const __m256i low = _mm256_set1_epi8(15);
    __m256i common = _mm256_and_si256(
        _mm256_loadu_si256((const __m256i *)a), _mm256_loadu_si256((const __m256i *)b));
    __m256i bytes = _mm256_add_epi8(
        _mm256_shuffle_epi8(bits, _mm256_and_si256(common, low)),
        _mm256_shuffle_epi8(bits, _mm256_and_si256(_mm256_srli_epi16(common, 4), low)));
    return _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
}

SKINFO_INLINE uint64_t sum_of_four(__m256i sums)
{
    uint64_t parts[4];
    _mm256_storeu_si256((__m256i *)parts, sums);
    return parts[0] + parts[1] + parts[2] + parts[3];
}
#endif

/* Add to counts[i, j], i < n_rows and j < n_columns, how many bits planes i of a and j of b share:
   n_rows + n_columns loads for their product of counts. Both are constants, so that the compiler
   keeps the sums in registers. */
SKINFO_INLINE void add_common_tile(
    int n_rows, int n_columns, const uint64_t *SKINFO_RESTRICT a, ptrdiff_t a_stride,
    const uint64_t *SKINFO_RESTRICT b, ptrdiff_t b_stride, ptrdiff_t n_words,
    int32_t *SKINFO_RESTRICT counts, ptrdiff_t counts_stride)
{
    uint64_t common[3][3] = {{0}};
    ptrdiff_t word = 0;
#if defined(SKINFO_LOOKED_UP_POPCOUNT)
    __m256i sums[3][3];
    for (int i = 0; i < n_rows; i++)
        for (int j = 0; j < n_columns; j++)
            sums[i][j] = _mm256_setzero_si256();
    for (; word + 4 <= n_words; word += 4)
        for (int i = 0; i < n_rows; i++)
            for (int j = 0; j < n_columns; j++)
                sums[i][j] = add_four_words(
                    sums[i][j], a + i * a_stride + word, b + j * b_stride + word);
    for (int i = 0; i < n_rows; i++)
        for (int j = 0; j < n_columns; j++)
            common[i][j] = sum_of_four(sums[i][j]);
#endif
    for (; word < n_words; word++)
        for (int i = 0; i < n_rows; i++)
            for (int j = 0; j < n_columns; j++)
                common[i][j] += popcount(a[i * a_stride + word] & b[j * b_stride + word]);
    for (int i = 0; i < n_rows; i++)
        for (int j = 0; j < n_columns; j++)
            counts[i * counts_stride + j] += (int32_t)common[i][j];
}

/* Add to counts[i, j] how many bits planes i of a and j of b share; a matrix product of bits.
   Strides are in words and counts. With `upper`, where a is b, only what is on and above the
   diagonal is right. */
static inline void add_common(
    const uint64_t *a, ptrdiff_t a_stride, ptrdiff_t n_a, const uint64_t *b, ptrdiff_t b_stride,
    ptrdiff_t n_b, ptrdiff_t n_words, int upper, int32_t *counts, ptrdiff_t counts_stride)
{
    /* Three by three fill the registers; what is left is taken one by one. */
    ptrdiff_t n_rows, n_columns;
    for (ptrdiff_t i = 0; i < n_a; i += n_rows) {
        n_rows = n_a - i < 3 ? 1 : 3;
        const uint64_t *rows = a + i * a_stride;
        for (ptrdiff_t j = upper ? i : 0; j < n_b; j += n_columns) {
            n_columns = n_b - j < 3 ? 1 : 3;
            const uint64_t *columns = b + j * b_stride;
            int32_t *tile = counts + i * counts_stride + j;
#define SKINFO_TILE(n, m) \
    add_common_tile(n, m, rows, a_stride, columns, b_stride, n_words, tile, counts_stride)
            if (n_rows == 3 && n_columns == 3)
                SKINFO_TILE(3, 3);
            else if (n_rows == 3)
                SKINFO_TILE(3, 1);
            else if (n_columns == 3)
                SKINFO_TILE(1, 3);
            else
                SKINFO_TILE(1, 1);
#undef SKINFO_TILE
        }
    }
}

/* Tiles of four planes by sixteen: sums of eight planes fill a register of 512 bits. */
#define SKINFO_TILE_ROWS 4
#define SKINFO_TILE_COLUMNS 16

/* Put into counts[i, j] how many bits planes i of a and j of b share, as `add_common`, of planes
   whose words lie side by side: a[word, plane]. For few words, where the sum over a plane would
   take longer than its bits. Rounded up to whole tiles n_a and n_b are read, and written. */
SKINFO_INLINE void count_common_tile(
    const uint64_t *SKINFO_RESTRICT a, const uint64_t *SKINFO_RESTRICT b, ptrdiff_t stride_a,
    ptrdiff_t stride_b, ptrdiff_t n_words, int32_t *SKINFO_RESTRICT counts,
    ptrdiff_t counts_stride)
{
#if defined(__AVX512VPOPCNTDQ__)
    __m512i sums[SKINFO_TILE_ROWS][2];
    for (int i = 0; i < SKINFO_TILE_ROWS; i++)
        sums[i][0] = sums[i][1] = _mm512_setzero_si512();
    for (ptrdiff_t word = 0; word < n_words; word++) {
        const __m512i low = _mm512_loadu_si512(b + word * stride_b);
        const __m512i high = _mm512_loadu_si512(b + word * stride_b + 8);
        for (int i = 0; i < SKINFO_TILE_ROWS; i++) {
            const __m512i bits = _mm512_set1_epi64((long long)a[word * stride_a + i]);
            sums[i][0] = _mm512_add_epi64(
                sums[i][0], _mm512_popcnt_epi64(_mm512_and_si512(bits, low)));
            sums[i][1] = _mm512_add_epi64(
                sums[i][1], _mm512_popcnt_epi64(_mm512_and_si512(bits, high)));
        }
    }
    for (int i = 0; i < SKINFO_TILE_ROWS; i++)
        for (int half = 0; half < 2; half++)
            _mm256_storeu_si256(
                (__m256i *)(counts + i * counts_stride + 8 * half),
                _mm512_cvtepi64_epi32(sums[i][half]));
#else
    for (int i = 0; i < SKINFO_TILE_ROWS; i++)
        for (int j = 0; j < SKINFO_TILE_COLUMNS; j++) {
            uint64_t sum = 0;
            for (ptrdiff_t word = 0; word < n_words; word++)
                sum += popcount(a[word * stride_a + i] & b[word * stride_b + j]);
            counts[i * counts_stride + j] = (int32_t)sum;
        }
#endif
}

static inline void count_common(
    const uint64_t *a, ptrdiff_t stride_a, ptrdiff_t n_a, const uint64_t *b, ptrdiff_t stride_b,
    ptrdiff_t n_b, ptrdiff_t n_words, int32_t *counts, ptrdiff_t counts_stride)
{
    for (ptrdiff_t i = 0; i < n_a; i += SKINFO_TILE_ROWS)
        for (ptrdiff_t j = 0; j < n_b; j += SKINFO_TILE_COLUMNS)
            count_common_tile(
                a + i, b + j, stride_a, stride_b, n_words, counts + i * counts_stride + j,
                counts_stride);
}

#endif
