// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// From the sums of a layer's rows to its activations (README.md, Activation).
#include "activation.h"
#include "cold.h"
#include "fixed.h"
#include "wavenet.h"

// sat32(acc 2^n)
static inline int32_t lifted(int32_t acc, uint32_t lift) {
    return sat((int64_t)acc * (1 << lift), 32);
}

CACHED static void scale_tile(int32_t *v, uint32_t lift, int32_t scale) {
    for (uint32_t f = 0; lift != 0 && f < TILE_FRAMES; f++)
        v[f] = lifted(v[f], lift);
    for (uint32_t f = 0; f < TILE_FRAMES; f++)
        v[f] = mulh(v[f], scale);
}

CACHED static void sigmoid_tile(const struct sigmoid_chord *chords, int32_t *v) {
    for (uint32_t f = 0; f < TILE_FRAMES; f++)
        v[f] = activation_sigmoid(chords, v[f]);
}

static void leaky_tile(const struct wavenet_layer *layer, int32_t slope, int32_t *v) {
    const int32_t up = layer->lift - WAVENET_LIFT_ONE, down = up < 0 ? -up : 0;
    const int32_t top = (1 << wavenet_high(layer->lift)) - 1, bottom = layer->gated ? 0 : -top - 1;
    for (uint32_t f = 0; f < TILE_FRAMES; f++)
        v[f] = clip(v[f] >> down, bottom, top) + mulh(v[f], slope);
}

// Four frames of a row: v to a.
static void activate(const struct wavenet_layer *layer, const struct sigmoid_chord *chords,
                     int32_t slope, int32_t *v) {
    int32_t s[TILE_FRAMES];
    switch (layer->activation) {
    case WAVENET_LEAKY:
        leaky_tile(layer, slope, v);
        break;
    case WAVENET_TANH:
        sigmoid_tile(chords, v);
        for (uint32_t f = 0; layer->gated && f < TILE_FRAMES; f++)
            v[f] = activation_tanh_of(v[f]);
        break;
    case WAVENET_SIGMOID:
        sigmoid_tile(chords, v);
        for (uint32_t f = 0; layer->gated && f < TILE_FRAMES; f++)
            v[f] <<= 7;
        break;
    case WAVENET_SILU:
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            s[f] = v[f];
        sigmoid_tile(chords, s);
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            v[f] = mulh(v[f], s[f] << 7);
        break;
    case WAVENET_FUNCTION:
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            v[f] = wavenet_function_at(layer->function, v[f]);
        break;
    default:
        break;
    }
}

// As a 1x1 that reads 16 bits has it.
static inline int16_t upper(const struct wavenet_layer *layer, int32_t a) {
    if (wavenet_from_table(layer->activation, layer->gated))
        return (int16_t)((a >> 8) - (1 << 15));
    return (int16_t)(a >> (layer->activation == WAVENET_LEAKY ? wavenet_upper(layer->lift) : 16));
}

// Frames of the last tile that are not there yet hold old words, which harm nobody: nothing can
// overflow.
CACHED void wavenet_activate(struct wavenet *net, const struct wavenet_layer *layer,
                             uint32_t bottleneck, uint32_t frame) {
    const int scaled = wavenet_scaled(layer->activation, layer->gated);
    const uint32_t lift = layer->activation == WAVENET_LEAKY ? 0 : layer->lift;
    const uint32_t width = wavenet_even(bottleneck);
    int32_t *const wide = net->a + frame * width;
    int16_t *const narrow = (int16_t *)(net->a + frame / 2 * width);
    int32_t *const head = net->head + frame * width;
    const uint32_t shift = layer->full ? layer->copy_shift : 0;
    for (uint32_t r = 0; r < bottleneck; r++) {
        const uint32_t at = wavenet_row_at(r, layer->gated ? bottleneck : 0);
        const int32_t *const row = wavenet_row_back(&layer->rows, at);
        int32_t *const v = net->acc + at * TILE_FRAMES, *const h = head + r * TILE_FRAMES;
        if (scaled)
            scale_tile(v, lift, row[WAVENET_SCALE]);
        activate(layer, net->chords, row[WAVENET_SLOPE], v);
        if (layer->gated) {
            int32_t *const gate = v + TILE_FRAMES;
            scale_tile(gate, lift, wavenet_row_back(&layer->rows, at + 1)[WAVENET_SCALE]);
            sigmoid_tile(net->chords, gate);
            for (uint32_t f = 0; f < TILE_FRAMES; f++)
                v[f] = mulh(v[f], gate[f] << 7);
        }
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            h[f] += mulh(v[f], row[WAVENET_HEAD]);
        if (layer->matrix_format == WAVENET_MATRIX_32)
            for (uint32_t f = 0; f < TILE_FRAMES; f++)
                wide[r * TILE_FRAMES + f] = shl(v[f], shift);
        else
            for (uint32_t f = 0; f < TILE_FRAMES; f++)
                narrow[(r / 2 * TILE_FRAMES + f) * 2 + (r & 1)] = upper(layer, v[f]);
    }
}
