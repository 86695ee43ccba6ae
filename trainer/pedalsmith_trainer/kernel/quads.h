/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* The matrix work of one layer. Every unit has a quad of four rows, for LSTM and GRU alike:
 *
 *     LSTM   i, f, g, o           GRU   z, r, n from the input, n from the state
 *
 * so that an LSTM uses all and a GRU leaves a quarter at zero, and one set of loops serves both.
 * Weights are packed as packed[column][unit][4]; columns are the inputs, then the units.
 */
#ifndef QUADS_H
#define QUADS_H

#include "lanes.h"

/* How much is kept in registers: 32 of them, of 16 lanes, or 16 of 8. */
#ifdef __AVX512F__
enum { FORWARD_UNITS = 2, GRADIENT_ROWS = 4 };
#else
enum { FORWARD_UNITS = 1, GRADIENT_ROWS = 2 };
#endif

enum { GRADIENT_COLUMNS = 2 };

/* out[r] = bias[r] + sum_c packed[c][r] values[c] for `count` rows r from `row`; columns in two
 * runs. */
static inline __attribute__((always_inline)) void
quads_rows(const float *packed, const float *bias, int32_t rows, int32_t row, int32_t count,
           const lanes *inputs, int32_t features, const lanes *hidden, int32_t units, lanes *out) {
    lanes sum[4 * FORWARD_UNITS];
    for (int32_t r = 0; r < count; r++) {
        sum[r] = lanes_of(bias[row + r]);
    }
    const float *column = packed + row;
    for (int32_t c = 0; c < features; c++, column += rows) {
        for (int32_t r = 0; r < count; r++) {
            sum[r] += column[r] * inputs[c];
        }
    }
    for (int32_t c = 0; c < units; c++, column += rows) {
        for (int32_t r = 0; r < count; r++) {
            sum[r] += column[r] * hidden[c];
        }
    }
    for (int32_t r = 0; r < count; r++) {
        out[r] = sum[r];
    }
}

/* out[c] = sum_r packed[c][r] values[r] for 4 columns. */
static inline void quads_columns(const float *packed, int32_t rows, const lanes *values, lanes *out,
                                 int32_t columns) {
    int32_t c = 0;
    for (; c + 4 <= columns; c += 4) {
        lanes sum[4] = {{0}};
        const float *from = packed + (int64_t)c * rows;
        for (int32_t r = 0; r < rows; r++) {
            for (int32_t k = 0; k < 4; k++) {
                sum[k] += from[k * rows + r] * values[r];
            }
        }
        for (int32_t k = 0; k < 4; k++) {
            out[c + k] = sum[k];
        }
    }
    for (; c < columns; c++) {
        lanes sum = {0};
        for (int32_t r = 0; r < rows; r++) {
            sum += packed[(int64_t)c * rows + r] * values[r];
        }
        out[c] = sum;
    }
}

/* sums[r][c] += sum over `steps` of delta[step][r] values[step][c], for one block of r and c. */
static inline __attribute__((always_inline)) void
quads_outer_block(lanes *sums, int32_t width, const lanes *delta, int32_t delta_stride,
                  const lanes *values, int32_t stride, int32_t columns, int32_t steps) {
    lanes sum[GRADIENT_ROWS][GRADIENT_COLUMNS];
    for (int32_t r = 0; r < GRADIENT_ROWS; r++) {
        for (int32_t c = 0; c < columns; c++) {
            sum[r][c] = sums[(int64_t)r * width + c];
        }
    }
    for (int32_t step = 0; step < steps; step++) {
        for (int32_t c = 0; c < columns; c++) {
            for (int32_t r = 0; r < GRADIENT_ROWS; r++) {
                sum[r][c] += values[c] * delta[r];
            }
        }
        values += stride;
        delta += delta_stride;
    }
    for (int32_t r = 0; r < GRADIENT_ROWS; r++) {
        for (int32_t c = 0; c < columns; c++) {
            sums[(int64_t)r * width + c] = sum[r][c];
        }
    }
}

/* The same for all rows and `columns` columns; a row of sums is `width` long. The rows' loop is
 * outside: a block of delta stays in the first-level cache while the columns go by.
 */
static inline void quads_outer(lanes *sums, int32_t width, int32_t rows, const lanes *delta,
                               int32_t delta_stride, const lanes *values, int32_t columns,
                               int32_t steps) {
    for (int32_t row = 0; row < rows; row += GRADIENT_ROWS) {
        lanes *to = sums + (int64_t)row * width;
        int32_t column = 0;
        for (; column + GRADIENT_COLUMNS <= columns; column += GRADIENT_COLUMNS) {
            quads_outer_block(to + column, width, delta + row, delta_stride, values + column,
                              columns, GRADIENT_COLUMNS, steps);
        }
        for (; column < columns; column++) {
            quads_outer_block(to + column, width, delta + row, delta_stride, values + column,
                              columns, 1, steps);
        }
    }
}

#endif
