/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
/* What one unit does with its quad, and the derivative of that.
 *
 * `kept` is what the backward pass needs of a unit: KEPT numbers a sample.
 */
#ifndef UNITS_H
#define UNITS_H

#include "lanes.h"

enum { KEPT = 5 };

static inline lanes beyond(lanes cell, float bound) {
    return lanes_max(cell - bound, lanes_of(0.0f)) + lanes_min(cell + bound, lanes_of(0.0f));
}

/* In each stream, the sum over units of max(|cell| - bound, 0)^2. */
static inline lanes cell_penalty(const lanes *cell, int32_t units, float bound) {
    lanes sum = {0};
    for (int32_t unit = 0; unit < units; unit++) {
        lanes over = beyond(cell[unit], bound);
        sum += over * over;
    }
    return sum;
}

/* Returns c; the output is lstm_output of it. */
static inline lanes lstm_unit(const lanes *quad, lanes cell_before, lanes *kept) {
    lanes i = lanes_sigmoid(quad[0]);
    lanes f = lanes_sigmoid(quad[1]);
    lanes g = lanes_tanh(quad[2]);
    lanes o = lanes_sigmoid(quad[3]);
    kept[0] = i;
    kept[1] = f;
    kept[2] = g;
    kept[3] = o;
    return f * cell_before + i * g;
}

static inline lanes lstm_output(lanes cell, lanes *kept) {
    lanes t = lanes_tanh(cell);
    kept[4] = t;
    return kept[3] * t;
}

/* `d_hidden` is the gradient by this sample's h, `d_cell` by c from the sample after, on return by
 * c of the sample before. */
static inline void lstm_unit_back(const lanes *kept, lanes cell_before, lanes cell, lanes d_hidden,
                                  lanes *d_cell, float bound, lanes penalty_gradient,
                                  lanes *d_quad) {
    lanes i = kept[0], f = kept[1], g = kept[2], o = kept[3], t = kept[4];
    lanes dc =
        *d_cell + d_hidden * o * (1.0f - t * t) + 2.0f * penalty_gradient * beyond(cell, bound);
    d_quad[0] = dc * g * i * (1.0f - i);
    d_quad[1] = dc * cell_before * f * (1.0f - f);
    d_quad[2] = dc * i * (1.0f - g * g);
    d_quad[3] = d_hidden * t * o * (1.0f - o);
    *d_cell = dc * f;
}

static inline lanes gru_unit(const lanes *quad, lanes hidden_before, lanes *kept) {
    lanes z = lanes_sigmoid(quad[0]);
    lanes r = lanes_sigmoid(quad[1]);
    lanes n = lanes_tanh(quad[2] + r * quad[3]);
    kept[0] = z;
    kept[1] = r;
    kept[2] = n;
    kept[3] = quad[3];
    return n + z * (hidden_before - n);
}

/* Returns the part of the gradient that goes to h of the sample before past the matrix. */
static inline lanes gru_unit_back(const lanes *kept, lanes hidden_before, lanes d_hidden,
                                  lanes *d_quad) {
    lanes z = kept[0], r = kept[1], n = kept[2], u = kept[3];
    lanes dn = d_hidden * (1.0f - z) * (1.0f - n * n);
    d_quad[0] = d_hidden * (hidden_before - n) * z * (1.0f - z);
    d_quad[1] = dn * u * r * (1.0f - r);
    d_quad[2] = dn;
    d_quad[3] = dn * r;
    return d_hidden * z;
}

#endif
