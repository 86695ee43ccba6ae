// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The rows of a recurrent layer (README.md, Matrix rows): int16 weights times the int16 state,
// scaled into pre-activations.
#ifndef MATVEC_H
#define MATVEC_H

#include <stdint.h>

// Rows are computed in blocks of this many: eight accumulators, one state word and the weight words
// in flight are what the registers of a Cortex-M7 hold.
#define MATVEC_ROWS 8

struct matvec_row {
    int32_t bias;  // Q23
    int32_t input; // Q24; 0 where the layer reads no audio
    int32_t scale; // Q40 over the row's own scale
};

struct matvec {
    // blocks x pairs x 8 rows x 2 columns; rows and columns beyond the matrix are 0.
    const int16_t *weights;
    const struct matvec_row *rows; // blocks x 8
    uint32_t blocks;               // of 8 rows
    uint32_t pairs;                // of columns, 1 or more
};

// v[r] = bias[r] + mulh(x8, input[r]) + mulh(sum_j w[r][j] h[j], scale[r]) for blocks x 8 rows.
// x8: audio input << 8, Q31. h: 2 pairs words, Q15. v: Q23, +-256.
void matvec_rows(const struct matvec *matrix, const int16_t *h, int32_t x8, int32_t *v);

// The same for a 32-bit state: h Q31, and acc = sum_j floor(w[r][j] h[j] / 2^16).
void matvec_rows_wide(const struct matvec *matrix, const int32_t *h, int32_t x8, int32_t *v);

// Index of a weight in the layout above.
static inline uint32_t matvec_index(uint32_t pairs, uint32_t row, uint32_t column) {
    const uint32_t block = row / MATVEC_ROWS;
    return ((block * pairs + column / 2) * MATVEC_ROWS + row % MATVEC_ROWS) * 2 + column % 2;
}

#endif
