// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

// LSTM and GRU in float64, one sample after the other: the loops of recurrent.py, which NumPy
// cannot vectorise (it plays 30,000 samples a second of 16 units, this 20 times as many).
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

static double sigmoid(double z) {
    // By tanh, so that no exponential overflows.
    return 0.5 * tanh(0.5 * z) + 0.5;
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
// scratch: (6 units).
void lstm_run(size_t frames, size_t units, double delay, const double *driven,
              const double *recurrent, double *hidden, double *cell, double *output, double *cells,
              double *sums, double *scratch) {
    double *h = scratch + 4 * units, *c = scratch + 5 * units;
    size_t rows = 4 * units;
    for (size_t n = 0; n < frames; n++) {
        double *z = sums ? sums + n * rows : scratch;
        for (size_t j = 0; j < rows; j++) {
            z[j] = driven[n * rows + j];
        }
        look_back(units, delay, hidden, h);
        look_back(units, delay, cell, c);
        add_rows(units, rows, h, recurrent, z);
        for (size_t u = 0; u < units; u++) {
            double kept = sigmoid(z[units + u]) * c[u];
            cell[u] = kept + sigmoid(z[u]) * tanh(z[2 * units + u]);
            hidden[u] = sigmoid(z[3 * units + u]) * tanh(cell[u]);
            output[n * units + u] = hidden[u];
            if (cells) {
                cells[n * units + u] = cell[u];
            }
        }
    }
}

// Gates z r h, reset after. driven holds b1 of z and r as well; state_bias: (units), b1 of h.
// hidden: (2, units), the states, updated. output, parts: (frames, units); sums: (frames, 3 units).
// scratch: (4 units).
void gru_run(size_t frames, size_t units, double delay, const double *driven,
             const double *recurrent, const double *state_bias, double *hidden, double *output,
             double *parts, double *sums, double *scratch) {
    double *h = scratch + 3 * units;
    size_t rows = 3 * units;
    for (size_t n = 0; n < frames; n++) {
        const double *in = driven + n * rows;
        for (size_t j = 0; j < rows; j++) {
            scratch[j] = j < 2 * units ? in[j] : state_bias[j - 2 * units];
        }
        look_back(units, delay, hidden, h);
        add_rows(units, rows, h, recurrent, scratch);
        for (size_t u = 0; u < units; u++) {
            double zz = scratch[u], zr = scratch[units + u], part = scratch[2 * units + u];
            double zh = in[2 * units + u] + sigmoid(zr) * part;
            double candidate = tanh(zh);
            hidden[u] = candidate + sigmoid(zz) * (h[u] - candidate);
            output[n * units + u] = hidden[u];
            if (parts) {
                parts[n * units + u] = part;
            }
            if (sums) {
                sums[n * rows + u] = zz;
                sums[n * rows + units + u] = zr;
                sums[n * rows + 2 * units + u] = zh;
            }
        }
    }
}
