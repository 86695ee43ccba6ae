/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* Signals as rows of floats, LANES samples to a vector, and the products of a convolution over
 * them: forwards, transposed, and with each other. Counts of samples are multiples of LANES.
 */
#ifndef ROWS_H
#define ROWS_H

#include <string.h>

#include "lanes.h"

/* Rows that are computed at once: their sums stay in registers. */
enum { ROWS = 4 };

/* Signals are rows of floats; `stride` floats lie between the rows of one. */
struct signal {
    float *at;
    int32_t stride;
};

static inline lanes load(const float *from) {
    lanes value;
    memcpy(&value, from, sizeof value);
    return value;
}

static inline void store(float *to, lanes value) {
    memcpy(to, &value, sizeof value);
}

static inline int32_t whole_lanes(int32_t count) {
    return (count + LANES - 1) / LANES * LANES;
}

/* How a product reads its weights: w[row * by_row + tap * by_tap + column * by_column]. */
struct reading {
    const float *weights;
    int32_t by_row, by_tap, by_column;
    int32_t taps, columns;
    int32_t step; /* samples from a tap to the next one; may be negative */
};

static inline __attribute__((always_inline)) void product_rows(const struct reading *w,
                                                               struct signal from, struct signal to,
                                                               int32_t row, int32_t rows,
                                                               int32_t steps) {
    for (int32_t t = 0; t < steps; t += LANES) {
        lanes sum[ROWS];
        for (int32_t r = 0; r < rows; r++) {
            sum[r] = load(to.at + (int64_t)(row + r) * to.stride + t);
        }
        for (int32_t tap = 0; tap < w->taps; tap++) {
            const float *sound = from.at + t + tap * w->step;
            const float *weight = w->weights + row * w->by_row + tap * w->by_tap;
            for (int32_t c = 0; c < w->columns; c++) {
                lanes value = load(sound + (int64_t)c * from.stride);
                for (int32_t r = 0; r < rows; r++) {
                    sum[r] += weight[r * w->by_row + c * w->by_column] * value;
                }
            }
        }
        for (int32_t r = 0; r < rows; r++) {
            store(to.at + (int64_t)(row + r) * to.stride + t, sum[r]);
        }
    }
}

/* to[row][t] += sum over taps, columns of w from[column][t + tap step]. */
static inline void product(const struct reading *w, struct signal from, struct signal to,
                           int32_t rows, int32_t steps) {
    int32_t row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
        product_rows(w, from, to, row, ROWS, steps);
    }
    if (rows - row == 3) {
        product_rows(w, from, to, row, 3, steps);
        return;
    }
    for (; row < rows; row++) {
        product_rows(w, from, to, row, 1, steps);
    }
}

static inline __attribute__((always_inline)) void
correlate_rows(struct signal delta, struct signal heard, int32_t row, int32_t rows, int32_t columns,
               int32_t taps, int32_t dilation, int32_t steps, float *gradient) {
    for (int32_t tap = 0; tap < taps; tap++) {
        for (int32_t c = 0; c < columns; c++) {
            const float *sound = heard.at + (int64_t)c * heard.stride + tap * dilation;
            lanes sum[ROWS] = {{0}};
            for (int32_t t = 0; t < steps; t += LANES) {
                lanes value = load(sound + t);
                for (int32_t r = 0; r < rows; r++) {
                    sum[r] += load(delta.at + (int64_t)(row + r) * delta.stride + t) * value;
                }
            }
            for (int32_t r = 0; r < rows; r++) {
                gradient[((row + r) * taps + tap) * columns + c] = lanes_sum(sum[r]);
            }
        }
    }
}

/* gradient[row][tap][column] = sum over t of delta[row][t] heard[column][t + tap dilation]. */
static inline void correlate(struct signal delta, struct signal heard, int32_t rows,
                             int32_t columns, int32_t taps, int32_t dilation, int32_t steps,
                             float *gradient) {
    int32_t row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
        correlate_rows(delta, heard, row, ROWS, columns, taps, dilation, steps, gradient);
    }
    if (rows - row == 3) { /* A2-Lite is three channels wide. */
        correlate_rows(delta, heard, row, 3, columns, taps, dilation, steps, gradient);
        return;
    }
    for (; row < rows; row++) {
        correlate_rows(delta, heard, row, 1, columns, taps, dilation, steps, gradient);
    }
}

static inline float row_sum(const float *row, int32_t steps) {
    lanes sum = {0};
    for (int32_t t = 0; t < steps; t += LANES) {
        sum += load(row + t);
    }
    return lanes_sum(sum);
}

static inline void fill_rows(struct signal to, const float *bias, int32_t rows, int32_t steps) {
    for (int32_t r = 0; r < rows; r++) {
        for (int32_t t = 0; t < steps; t += LANES) {
            store(to.at + (int64_t)r * to.stride + t, lanes_of(bias ? bias[r] : 0.0f));
        }
    }
}

static inline void copy_rows(struct signal to, struct signal from, int32_t rows, int32_t steps) {
    for (int32_t r = 0; r < rows; r++) {
        memcpy(to.at + (int64_t)r * to.stride, from.at + (int64_t)r * from.stride,
               sizeof(float) * (size_t)steps);
    }
}

static inline void add_rows(struct signal to, struct signal from, int32_t rows, int32_t steps) {
    for (int32_t r = 0; r < rows; r++) {
        float *sum = to.at + (int64_t)r * to.stride;
        const float *more = from.at + (int64_t)r * from.stride;
        for (int32_t t = 0; t < steps; t += LANES) {
            store(sum + t, load(sum + t) + load(more + t));
        }
    }
}

static inline struct signal later(struct signal of, int32_t samples) {
    of.at += samples;
    return of;
}

static inline struct reading forwards(const float *weights, int32_t taps, int32_t columns,
                                      int32_t dilation) {
    return (struct reading){weights, taps * columns, columns, 1, taps, columns, dilation};
}

/* The transposed product: rows are the columns of `forwards`, taps in the reverse order. */
static inline struct reading backwards(const float *weights, int32_t taps, int32_t columns,
                                       int32_t rows, int32_t dilation) {
    return (struct reading){weights, 1, columns, taps * columns, taps, rows, -dilation};
}

#endif
