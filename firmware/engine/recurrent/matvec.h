// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The rows of a recurrent layer (README.md, Matrix rows): int16 weights times the state, scaled
// into pre-activations.
#ifndef MATVEC_H
#define MATVEC_H

#include <stddef.h>
#include <stdint.h>

// Rows are computed in blocks of this many: eight accumulators, one state word and the weight words
// in flight are what the registers of a Cortex-M7 hold.
#define MATVEC_ROWS 8

struct matvec_row {
    int32_t bias;  // Q23
    int32_t input; // Q24; 0 where the row reads no audio
    int32_t scale; // Q40 over the row's own scale
};

// A unit's memory, in the stream as well.
struct matvec_unit {
    int32_t state; // LSTM: cell, GRU: h30
    int32_t carry; // state format 1: e in the low 8 bits, anything above
};

// A block is its weights, pairs x 8 rows x 2 columns, then its 8 rows, then its 2 units; blocks
// follow one another, so that one pointer walks through all that a sample reads. What is beyond the
// matrix is 0.
struct matvec {
    const int16_t *stream;
    uint32_t blocks; // of 8 rows
    uint32_t pairs;  // of columns
};

static inline size_t matvec_block_bytes(uint32_t pairs) {
    return (size_t)pairs * MATVEC_ROWS * 4 + MATVEC_ROWS * sizeof(struct matvec_row) +
           2 * sizeof(struct matvec_unit);
}

static inline const int16_t *matvec_weights(const struct matvec *matrix, uint32_t block) {
    return matrix->stream + block * (matvec_block_bytes(matrix->pairs) / sizeof(int16_t));
}

static inline const struct matvec_row *matvec_block_rows(const struct matvec *matrix,
                                                         uint32_t block) {
    const int16_t *const end = matvec_weights(matrix, block) + 2 * MATVEC_ROWS * matrix->pairs;
    return (const struct matvec_row *)(const void *)end;
}

static inline struct matvec_unit *matvec_unit(const struct matvec *matrix, uint32_t unit) {
    const struct matvec_row *const end = matvec_block_rows(matrix, unit / 2) + MATVEC_ROWS;
    return (struct matvec_unit *)(uintptr_t)end + unit % 2;
}

// v[r] = bias[r] + mulh(x8, input[r]) + mulh(sum_j w[r][j] h[j], scale[r]) for blocks x 8 rows.
// x8: audio input << 8, Q31. h: 2 pairs words, Q15. v: Q23, +-256.
void matvec_rows(const struct matvec *matrix, const int16_t *h, int32_t x8, int32_t *v);

// The same for a 32-bit state: h Q31, and acc = sum_j floor(w[r][j] h[j] / 2^16).
void matvec_rows_wide(const struct matvec *matrix, const int32_t *h, int32_t x8, int32_t *v);

#endif
