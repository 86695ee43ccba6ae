// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "matvec.h"

#include "fixed.h"

void matvec_rows(const struct matvec *matrix, const int16_t *h, int32_t x8, int32_t *v) {
    const int16_t *w = matrix->weights;
    const struct matvec_row *row = matrix->rows;
    for (uint32_t block = 0; block < matrix->blocks; block++) {
        // The first pair sets the sums: zeroing them first would become a call of memset.
        int32_t acc[MATVEC_ROWS];
        for (uint32_t r = 0; r < MATVEC_ROWS; r++)
            acc[r] = w[2 * r] * h[0] + w[2 * r + 1] * h[1];
        w += 2 * MATVEC_ROWS;
        for (uint32_t pair = 1; pair < matrix->pairs; pair++, w += 2 * MATVEC_ROWS) {
            const int32_t h0 = h[2 * pair], h1 = h[2 * pair + 1];
            for (uint32_t r = 0; r < MATVEC_ROWS; r++)
                acc[r] += w[2 * r] * h0 + w[2 * r + 1] * h1;
        }
        for (uint32_t r = 0; r < MATVEC_ROWS; r++, row++)
            *v++ = row->bias + mulh(x8, row->input) + mulh(acc[r], row->scale);
    }
}
