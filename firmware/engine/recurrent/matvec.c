// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "matvec.h"

#include "fixed.h"
#include "m7.h"

#if !ENGINE_M7 // whose kernels sum for themselves

#if defined(__SSE2__) && !defined(MATVEC_PORTABLE)
#include <emmintrin.h>

// PMADDWD is the host's SMLAD: the same sums of two products, four rows at a time.
static void block_sums(const int16_t *w, const int16_t *h, uint32_t pairs, int32_t *acc) {
    __m128i low = _mm_setzero_si128(), high = _mm_setzero_si128();
    for (uint32_t pair = 0; pair < pairs; pair++, w += 2 * MATVEC_ROWS) {
        const uint32_t word = (uint16_t)h[2 * pair] | (uint32_t)(uint16_t)h[2 * pair + 1] << 16;
        const __m128i both = _mm_set1_epi32((int32_t)word);
        const __m128i w03 = _mm_loadu_si128((const __m128i *)(const void *)w);
        const __m128i w47 = _mm_loadu_si128((const __m128i *)(const void *)(w + MATVEC_ROWS));
        low = _mm_add_epi32(low, _mm_madd_epi16(w03, both));
        high = _mm_add_epi32(high, _mm_madd_epi16(w47, both));
    }
    _mm_storeu_si128((__m128i *)(void *)acc, low);
    _mm_storeu_si128((__m128i *)(void *)(acc + 4), high);
}
#else
// The definition. The first pair sets the sums: zeroing them would become a call of memset.
static void block_sums(const int16_t *w, const int16_t *h, uint32_t pairs, int32_t *acc) {
    for (uint32_t r = 0; r < MATVEC_ROWS; r++)
        acc[r] = w[2 * r] * h[0] + w[2 * r + 1] * h[1];
    w += 2 * MATVEC_ROWS;
    for (uint32_t pair = 1; pair < pairs; pair++, w += 2 * MATVEC_ROWS) {
        const int32_t h0 = h[2 * pair], h1 = h[2 * pair + 1];
        for (uint32_t r = 0; r < MATVEC_ROWS; r++)
            acc[r] += w[2 * r] * h0 + w[2 * r + 1] * h1;
    }
}
#endif

#if defined(__SSE4_1__) && !defined(MATVEC_PORTABLE)
#include <smmintrin.h>

// mulh of four words at once: PMULDQ multiplies the even ones, and the odd ones moved to even.
static __m128i mulh4(__m128i a, __m128i b) {
    const __m128i even = _mm_mul_epi32(a, b);
    const __m128i odd = _mm_mul_epi32(_mm_srli_epi64(a, 32), _mm_srli_epi64(b, 32));
    return _mm_blend_epi16(_mm_srli_epi64(even, 32), odd, 0xCC);
}

// One word of four rows; a struct matvec_row is three words.
static __m128i rows_word(const int32_t *word) {
    return _mm_setr_epi32(word[0], word[3], word[6], word[9]);
}

static void block_rows(const struct matvec_row *row, const int32_t *acc, int32_t x8, int32_t *v) {
    const __m128i x = _mm_set1_epi32(x8);
    for (uint32_t r = 0; r < MATVEC_ROWS; r += 4, row += 4) {
        const __m128i sums = _mm_loadu_si128((const __m128i *)(const void *)(acc + r));
        const __m128i state = mulh4(sums, rows_word(&row->scale));
        const __m128i input = mulh4(x, rows_word(&row->input));
        const __m128i sum = _mm_add_epi32(rows_word(&row->bias), _mm_add_epi32(input, state));
        _mm_storeu_si128((__m128i *)(void *)(v + r), sum);
    }
}
#else
static void block_rows(const struct matvec_row *row, const int32_t *acc, int32_t x8, int32_t *v) {
    for (uint32_t r = 0; r < MATVEC_ROWS; r++)
        v[r] = row[r].bias + mulh(x8, row[r].input) + mulh(acc[r], row[r].scale);
}
#endif

void matvec_rows(const struct matvec *matrix, const int16_t *h, int32_t x8, int32_t *v) {
    for (uint32_t block = 0; block < matrix->blocks; block++, v += MATVEC_ROWS) {
        int32_t acc[MATVEC_ROWS];
        block_sums(matvec_weights(matrix, block), h, matrix->pairs, acc);
        block_rows(matvec_block_rows(matrix, block), acc, x8, v);
    }
}

void matvec_rows_wide(const struct matvec *matrix, const int32_t *h, int32_t x8, int32_t *v) {
    for (uint32_t block = 0; block < matrix->blocks; block++, v += MATVEC_ROWS) {
        const int16_t *const w = matvec_weights(matrix, block);
        int32_t acc[MATVEC_ROWS];
        for (uint32_t r = 0; r < MATVEC_ROWS; r++) {
            int32_t sum = 0;
            for (uint32_t pair = 0; pair < matrix->pairs; pair++) {
                const int16_t *const both = w + (size_t)2 * (pair * MATVEC_ROWS + r);
                sum += (int32_t)(((int64_t)both[0] * h[2 * pair]) >> 16);
                sum += (int32_t)(((int64_t)both[1] * h[2 * pair + 1]) >> 16);
            }
            acc[r] = sum;
        }
        block_rows(matvec_block_rows(matrix, block), acc, x8, v);
    }
}

#endif
