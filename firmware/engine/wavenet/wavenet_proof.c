// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The proof that no sum of a layer leaves its word (README.md, Proof).
// tools/pedalsmith/quantization/wavenet_proof.py computes the same bounds.
#include "cold.h"
#include "wavenet.h"

// Largest |mulh| of a word up to `bound` by `factor`.
COLD static uint64_t product(uint64_t bound, int32_t factor) {
    return (bound * layer_magnitude(factor) + UINT32_MAX) >> 32;
}

// Words that a row of weights is multiplied by: of each of some channels, repeated at every tap,
// the largest magnitude, of 16 bits 2^16 times that.
struct heard {
    const uint64_t *most;
    uint32_t channels, columns;
    int full;     // weights of 32 bits
    int floored;  // products of 32 bits by weights of 16
    int positive; // none is below 0
};

// Largest |sum| that begins with a bias, of products up to `above` or down to -`below`.
COLD static uint64_t reached(uint64_t above, uint64_t below, int32_t bias, int positive) {
    if (!positive)
        return above + below + layer_magnitude(bias);
    const int64_t high = (int64_t)above + bias, low = (int64_t)below - bias;
    return (uint64_t)(high > low ? high : low); // above + below between them: one is not negative
}

// Largest |sum| of a row.
COLD static uint64_t row_bound(const uint8_t *weights, const uint8_t *bias, uint32_t row,
                               const struct heard *heard) {
    uint64_t side[2] = {0, 0};
    for (uint32_t i = 0; i < heard->columns; i++) {
        const uint32_t at = row * heard->columns + i;
        const uint64_t most = heard->most[i % heard->channels];
        if (heard->full) {
            const int32_t weight = blob_word(weights, at);
            side[weight < 0] += product(most, weight);
        } else {
            const int32_t weight = blob_i16(weights + (size_t)2 * at);
            side[weight < 0] += layer_magnitude(weight) * most;
        }
    }
    const uint32_t shift = heard->full ? 0 : 16;
    // What is floored is larger below 0 alone.
    const uint64_t below = (side[1] >> shift) + (heard->floored ? heard->columns : 0);
    return reached(side[0] >> shift, below, blob_word(bias, row), heard->positive);
}

// Largest |a| where |v| is at most `v`.
COLD static uint64_t activation_bound(const struct wavenet_layer_view *layer,
                                      const struct wavenet_array_view *array, uint32_t row,
                                      uint64_t v) {
    if (layer->activation == WAVENET_LINEAR)
        return v;
    if (layer->activation == WAVENET_LEAKY)
        return ((uint64_t)1 << wavenet_high(layer->lift)) +
               product(v, blob_word(layer->slope, row));
    if (layer->activation >= WAVENET_FUNCTION && !layer->gated)
        return wavenet_function_most(array->functions, layer->activation - WAVENET_FUNCTION, v);
    if (layer->activation == WAVENET_SILU && !layer->gated)
        return (v + 1) >> 1;
    return (uint64_t)1 << (wavenet_from_table(layer->activation, layer->gated) ? 24 : 31);
}

// Largest words of a history, as `struct heard` has them, of a residual up to `bounds`.
COLD static void history_bounds(const struct wavenet_layer_view *layer,
                                const struct wavenet_bounds *bounds, uint64_t *most) {
    const uint64_t whole = (uint64_t)1 << 31;
    for (uint32_t c = 0; c < layer->heard; c++) {
        most[c] = bounds->residual[c] << layer->shift;
        if (layer->history == WAVENET_HISTORY_16) {
            const uint64_t step = product(bounds->residual[c], blob_word(layer->history_scale, c));
            most[c] = ((step >> WAVENET_FEEDBACK_BITS) + 1) << 16;
        }
        if (layer->history == WAVENET_HISTORY_AUDIO || most[c] > whole)
            most[c] = whole;
    }
}

// Proves what a 1x1 of 32-bit weights adds to the residual, of activations up to `a`.
COLD static int full_proved(const struct wavenet_layer_view *layer,
                            const struct wavenet_array_view *array, const uint64_t *a,
                            struct wavenet_bounds *bounds) {
    const struct heard heard = {
        .most = a,
        .channels = array->bottleneck,
        .columns = array->bottleneck,
        .full = 1,
        .positive = wavenet_from_table(layer->activation, layer->gated),
    };
    for (uint32_t c = 0; c < array->channels; c++) {
        const uint64_t sum = row_bound(layer->matrix_weights, layer->matrix_bias, c, &heard);
        if (sum > INT32_MAX)
            return 0;
        bounds->residual[c] += sum;
        if (bounds->residual[c] > (uint64_t)1 << 31)
            bounds->residual[c] = (uint64_t)1 << 31;
    }
    return 1;
}

COLD int wavenet_layer_proved(const struct wavenet_layer_view *layer,
                              const struct wavenet_array_view *array,
                              struct wavenet_bounds *bounds) {
    const uint32_t bottleneck = array->bottleneck;
    const int copy = layer->matrix == WAVENET_MATRIX_COPY;
    const int full = layer->matrix == WAVENET_MATRIX_FULL;
    uint64_t most[WAVENET_CHANNELS_MAX];    // of the history
    uint64_t a[WAVENET_CHANNELS_MAX];       // of the activations as a 1x1 reads them
    uint64_t shifted[WAVENET_CHANNELS_MAX]; // as a copy or 32-bit weights have them
    const int full_rows = layer->history == WAVENET_HISTORY_FULL;
    const struct heard history = {
        .most = most,
        .channels = layer->heard,
        .columns = (uint32_t)layer->taps * layer->heard,
        .full = full_rows,
        .floored = layer->history != WAVENET_HISTORY_16 && !full_rows,
    };
    const int narrow = layer->matrix == WAVENET_MATRIX_16;
    const struct heard activations = {
        .most = a,
        .channels = bottleneck,
        .columns = bottleneck,
        .floored = !narrow,
        .positive = !narrow && wavenet_from_table(layer->activation, layer->gated),
    };
    history_bounds(layer, bounds, most);
    for (uint32_t r = 0; r < layer->rows; r++) {
        uint64_t v = row_bound(layer->weights, layer->bias, r, &history);
        v += (layer_magnitude(blob_word(layer->mixin, r)) + 1) >> 1;
        if (v > INT32_MAX)
            return 0;
        if (r >= bottleneck)
            continue;
        if (wavenet_scaled(layer->activation, layer->gated))
            v = product(layer->activation == WAVENET_LEAKY ? v : (uint64_t)1 << 31,
                        blob_word(layer->scale, r));
        a[r] = activation_bound(layer, array, r, v);
        if (layer->activation == WAVENET_LEAKY && a[r] > (uint64_t)1 << 15
                                                                     << wavenet_upper(layer->lift))
            return 0;
        bounds->head[r] += product(a[r], blob_word(layer->head_scale, r));
        shifted[r] = a[r] << layer->copy_shift;
        if ((copy || full) && shifted[r] > (uint64_t)1 << 31)
            return 0;
        if (copy)
            bounds->residual[r] = product(shifted[r], blob_word(layer->matrix_scale, r)) +
                                  layer_magnitude(blob_word(layer->matrix_bias, r));
        if (narrow)
            a[r] = (uint64_t)1 << 31;
    }
    if (full && !full_proved(layer, array, shifted, bounds))
        return 0;
    for (uint32_t r = 0; layer->head_matrix && r < bottleneck; r++) {
        const uint64_t acc = row_bound(layer->head_weights, layer->head_bias, r, &activations);
        if (acc > INT32_MAX)
            return 0;
        bounds->head[r] += product(acc, blob_word(layer->head_matrix_scale, r));
    }
    for (uint32_t c = 0; layer->matrix && !copy && !full && c < array->channels; c++) {
        const uint64_t acc = row_bound(layer->matrix_weights, layer->matrix_bias, c, &activations);
        if (acc > INT32_MAX)
            return 0;
        bounds->residual[c] += product(acc, blob_word(layer->matrix_scale, c));
    }
    for (uint32_t c = 0; layer->matrix && !full && c < array->channels; c++)
        if (bounds->residual[c] > INT32_MAX)
            return 0;
    return 1;
}
