// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

// LSTM and GRU in float64, one sample after the other: the loops of recurrent.py, which NumPy
// cannot vectorise (it plays 30,000 samples a second of 16 units, this 50 times as many).
//
// All matrices are row-major. `driven` is the input's part of every row, biases included.
//
// A state is kept as the newest and the one before: 2 x units. With delay 0 the recurrence reads
// the newest; with delay d, 0 <= d <= 1, the straight line between the two, d of the way back. So a
// network of another sample rate keeps its time: the delay-line of Chowdhury and of Carson et al.,
// "Sample rate independent recurrent neural networks for audio effects processing" (DAFx 2024).
//
// `cells`, `parts` and `sums` may be null; they receive what Trace of signals.py holds.

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// exp(x) for x <= 0, within 1e-15 of it. Without branches and calls, so that a loop over units
// takes several at once.
static inline double exp_of(double x) {
    x = x < -700.0 ? -700.0 : x;
    // Adding 1.5 2^52 rounds to a whole number, which is then in the lowest bits.
    double shifted = x * 0x1.71547652b82fep+0 + 0x1.8p52, whole = shifted - 0x1.8p52;
    double r = (x - whole * 0x1.62e42fee00000p-1) - whole * 0x1.a39ef35793c76p-33;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = p * r + 1.0;
    p = p * r + 1.0;
    uint64_t power;
    memcpy(&power, &shifted, sizeof power);
    power = (power + 1023) << 52;
    double scale;
    memcpy(&scale, &power, sizeof scale);
    return p * scale;
}

// Within 5e-16 of it.
static inline double tanh_of(double x) {
    double e = exp_of(-2.0 * fabs(x));
    return copysign((1.0 - e) / (1.0 + e), x);
}

static void tanhs(size_t count, const double *restrict z, double *restrict out) {
    for (size_t j = 0; j < count; j++) {
        out[j] = tanh_of(z[j]);
    }
}

static void sigmoids(size_t count, const double *restrict z, double *restrict out) {
    for (size_t j = 0; j < count; j++) {
        out[j] = 0.5 * tanh_of(0.5 * z[j]) + 0.5;
    }
}

// sums[j] = driven[j] + sum over k of hidden[k] recurrent[k][j]
static void add_rows(size_t units, size_t rows, const double *hidden, const double *recurrent,
                     double *restrict sums) {
    for (size_t k = 0; k < units; k++) {
        const double *row = recurrent + k * rows;
        for (size_t j = 0; j < rows; j++) {
            sums[j] += hidden[k] * row[j];
        }
    }
}

// Writes the state that the recurrence reads to `read`, and makes the newest the one before.
static void look_back(size_t units, double delay, double *state, double *restrict read) {
    for (size_t u = 0; u < units; u++) {
        read[u] = delay > 0 ? state[u] + delay * (state[units + u] - state[u]) : state[u];
        state[units + u] = state[u];
    }
}

// Gates i f c o. hidden, cell: (2, units), the states, updated. output: (frames, units).
// scratch: (10 units).
void lstm_run(size_t frames, size_t units, double delay, const double *driven,
              const double *recurrent, double *hidden, double *cell, double *output, double *cells,
              double *sums, double *scratch) {
    double *h = scratch + 4 * units, *c = scratch + 5 * units, *gates = scratch + 6 * units;
    size_t rows = 4 * units;
    for (size_t n = 0; n < frames; n++) {
        double *z = sums ? sums + n * rows : scratch;
        for (size_t j = 0; j < rows; j++) {
            z[j] = driven[n * rows + j];
        }
        look_back(units, delay, hidden, h);
        look_back(units, delay, cell, c);
        add_rows(units, rows, h, recurrent, z);
        sigmoids(2 * units, z, gates);
        tanhs(units, z + 2 * units, gates + 2 * units);
        sigmoids(units, z + 3 * units, gates + 3 * units);
        for (size_t u = 0; u < units; u++) {
            cell[u] = gates[units + u] * c[u] + gates[u] * gates[2 * units + u];
        }
        double *out = output + n * units;
        tanhs(units, cell, out);
        for (size_t u = 0; u < units; u++) {
            out[u] *= gates[3 * units + u];
            hidden[u] = out[u];
            if (cells) {
                cells[n * units + u] = cell[u];
            }
        }
    }
}

// Gates z r h, reset after. driven holds b1 of z and r as well; state_bias: (units), b1 of h.
// hidden: (2, units), the states, updated. output, parts: (frames, units); sums: (frames, 3 units).
// scratch: (7 units).
void gru_run(size_t frames, size_t units, double delay, const double *driven,
             const double *recurrent, const double *state_bias, double *hidden, double *output,
             double *parts, double *sums, double *scratch) {
    double *h = scratch + 3 * units, *gates = scratch + 4 * units;
    size_t rows = 3 * units;
    for (size_t n = 0; n < frames; n++) {
        const double *in = driven + n * rows;
        for (size_t j = 0; j < rows; j++) {
            scratch[j] = j < 2 * units ? in[j] : state_bias[j - 2 * units];
        }
        look_back(units, delay, hidden, h);
        add_rows(units, rows, h, recurrent, scratch);
        sigmoids(2 * units, scratch, gates);
        double *part = scratch + 2 * units, *candidate = gates + 2 * units;
        for (size_t u = 0; u < units; u++) {
            if (parts) {
                parts[n * units + u] = part[u];
            }
            part[u] = in[2 * units + u] + gates[units + u] * part[u];
        }
        if (sums) {
            memcpy(sums + n * rows, scratch, rows * sizeof *sums);
        }
        tanhs(units, part, candidate);
        for (size_t u = 0; u < units; u++) {
            hidden[u] = candidate[u] + gates[u] * (h[u] - candidate[u]);
            output[n * units + u] = hidden[u];
        }
    }
}
