// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Layer by layer over a chunk of frames, TILE_FRAMES at a time (WAVENET.md).
#include "wavenet.h"

#include "activation.h"
#include "fixed.h"
#include "words_m7.h"

_Static_assert(LAYER_CHUNK % TILE_FRAMES == 0, "a chunk is whole tiles");

static void reset_layer(struct wavenet_layer *layer, uint32_t channels) {
    const uint32_t words = (layer->frames + TILE_FRAMES - 1) * wavenet_even(channels);
    int16_t *const narrow = layer->ring;
    int32_t *const wide = layer->ring;
    for (uint32_t i = 0; i < words; i++) {
        if (layer->history_scale == NULL)
            wide[i] = 0;
        else
            narrow[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    for (uint32_t i = 0; layer->error != NULL && i < channels; i++) {
        layer->error[i] = 0;
        __asm__ volatile("");
    }
    layer->at = 0;
}

static void wavenet_reset(struct layer *base) {
    struct wavenet *const net = (struct wavenet *)base;
    for (uint32_t i = 0; i < net->arrays; i++) {
        struct wavenet_array *const array = net->array[i];
        for (uint32_t l = 0; l < array->count; l++)
            reset_layer(&array->layers[l], array->channels);
        wide_reset(&array->head);
    }
}

// A run of frames into a 16-bit history: channel by channel, the remainder in a register.
static void remember_16(struct wavenet_layer *layer, int16_t *ring, const int32_t *residual,
                        uint32_t channels, uint32_t frames) {
    const uint32_t stride = layer->conv.tile.channels;
    for (uint32_t c = 0; c < channels; c++) {
        const int32_t scale = layer->history_scale[c];
        const int32_t *r = residual + c;
        int16_t *q = ring + c;
        int32_t t = layer->error[c];
        for (uint32_t f = 0; f < frames; f++, r += channels, q += stride) {
            t += mulh(*r, scale);
            *q = (int16_t)clip(t >> WAVENET_FEEDBACK_BITS, INT16_MIN, INT16_MAX);
            t &= (1 << WAVENET_FEEDBACK_BITS) - 1;
        }
        layer->error[c] = t;
    }
}

// The same into one of 32 bit: the product by 2^n, saturated.
static void remember_32(const struct wavenet_layer *layer, int32_t *ring, const int32_t *residual,
                        uint32_t channels, uint32_t frames) {
    const uint32_t stride = layer->conv.tile.channels, shift = layer->shift;
    const int32_t top = INT32_MAX >> shift;
    for (uint32_t f = 0; f < frames; f++, ring += stride)
        for (uint32_t c = 0; c < channels; c++) {
            const int32_t r = *residual++;
            ring[c] = r > top ? INT32_MAX : r < -top - 1 ? INT32_MIN : shl(r, shift);
        }
}

static void remember_run(struct wavenet_layer *layer, uint32_t at, const int32_t *residual,
                         uint32_t channels, uint32_t frames) {
    const uint32_t from = at * layer->conv.tile.channels;
    if (layer->history_scale == NULL)
        remember_32(layer, (int32_t *)layer->ring + from, residual, channels, frames);
    else
        remember_16(layer, (int16_t *)layer->ring + from, residual, channels, frames);
}

// Writes the residual of a chunk into the ring, from where the convolution reads it.
static void remember(struct wavenet_layer *layer, const int32_t *residual, uint32_t channels,
                     uint32_t frames) {
    const uint32_t room = layer->frames - layer->at;
    const uint32_t first = frames < room ? frames : room;
    remember_run(layer, layer->at, residual, channels, first);
    if (first < frames)
        remember_run(layer, 0, residual + first * channels, channels, frames - first);
    if (first == frames && layer->at >= TILE_FRAMES - 1)
        return;
    // The first frames are mirrored behind the last, so that no tile wraps.
    const uint32_t stride = layer->conv.tile.channels;
    for (uint32_t i = 0; i < (TILE_FRAMES - 1) * stride; i++) {
        if (layer->history_scale == NULL)
            ((int32_t *)layer->ring)[layer->frames * stride + i] = ((int32_t *)layer->ring)[i];
        else
            ((int16_t *)layer->ring)[layer->frames * stride + i] = ((int16_t *)layer->ring)[i];
        __asm__ volatile(""); // keeps compilers from calling memcpy
    }
}

// acc of the TILE_FRAMES frames from `frame` of the chunk on.
static void convolve(const struct wavenet_layer *layer, uint32_t frame, int32_t *acc) {
    const struct tile *const tile = &layer->conv.tile;
    uint32_t at = layer->at + frame; // of the newest tap, then one dilation older each
    at = at >= layer->frames ? at - layer->frames : at;
    uint32_t from[TILE_TAPS_MAX];
    for (uint32_t k = tile->taps; k-- > 0;) {
        from[k] = at * tile->channels;
        at = at >= layer->dilation ? at - layer->dilation : at + layer->frames - layer->dilation;
    }
    if (layer->history_scale == NULL) {
        const int32_t *tap[TILE_TAPS_MAX];
        for (uint32_t k = 0; k < tile->taps; k++)
            tap[k] = (const int32_t *)layer->ring + from[k];
        tile_32(tile, tap, acc);
    } else {
        const int16_t *tap[TILE_TAPS_MAX];
        for (uint32_t k = 0; k < tile->taps; k++)
            tap[k] = (const int16_t *)layer->ring + from[k];
        tile_16(tile, tap, acc);
    }
}

static inline int32_t activate(uint32_t activation, int32_t slope, int32_t v) {
    switch (activation) {
    case WAVENET_LEAKY:
        return v >= 0 ? v : shl(mulh(v, slope), 1);
    case WAVENET_TANH:
        return activation_tanh_of(activation_sigmoid(v));
    case WAVENET_SIGMOID:
        return activation_sigmoid(v) << 7;
    case WAVENET_SILU:
        return mulh(v, activation_sigmoid(v) << 7);
    default:
        return v;
    }
}

// Activations and head sum of a tile, row by row, from the sums in net->acc. Frames of the last
// tile that are not there yet hold old words, which harm nobody: nothing can overflow.
static inline __attribute__((always_inline)) void
activate_rows(struct wavenet *net, const struct wavenet_layer *layer, uint32_t activation,
              uint32_t bottleneck, uint32_t frame) {
    const uint32_t stride = wavenet_even(bottleneck);
    const int32_t *const x = net->x + frame;
    const int32_t *acc = net->acc;
    const int32_t x0 = x[0], x1 = x[1], x2 = x[2], x3 = x[3];
    for (uint32_t r = 0; r < bottleneck; r++, acc += TILE_FRAMES) {
        const int32_t bias = layer->conv.bias[r], scale = layer->conv.scale[r];
        const int32_t mixin = layer->mixin[r], head_scale = layer->head_scale[r];
        const int32_t slope = activation == WAVENET_LEAKY ? layer->slope[r] : 0;
        int32_t *a = net->a + frame * stride + r;
        int32_t *head = net->head + frame * bottleneck + r;
        const int32_t v[TILE_FRAMES] = {
            bias + mulh(acc[0], scale) + mulh(x0, mixin),
            bias + mulh(acc[1], scale) + mulh(x1, mixin),
            bias + mulh(acc[2], scale) + mulh(x2, mixin),
            bias + mulh(acc[3], scale) + mulh(x3, mixin),
        };
        for (uint32_t f = 0; f < TILE_FRAMES; f++, a += stride, head += bottleneck) {
            const int32_t value = activate(activation, slope, v[f]);
            *a = value;
            *head = add_saturated(*head, mulh(value, head_scale));
        }
    }
}

// The same of a gated layer, whose second half of the rows are the gates.
static void activate_gated(struct wavenet *net, const struct wavenet_layer *layer,
                           uint32_t bottleneck, uint32_t frame) {
    const uint32_t stride = wavenet_even(bottleneck);
    for (uint32_t r = 0; r < bottleneck; r++) {
        const int32_t slope = layer->activation == WAVENET_LEAKY ? layer->slope[r] : 0;
        for (uint32_t f = 0; f < TILE_FRAMES; f++) {
            int32_t v[2];
            for (uint32_t half = 0; half < 2; half++) {
                const uint32_t row = half * bottleneck + r;
                v[half] = layer->conv.bias[row] +
                          mulh(net->acc[row * TILE_FRAMES + f], layer->conv.scale[row]) +
                          mulh(net->x[frame + f], layer->mixin[row]);
            }
            const int32_t value =
                mulh(activate(layer->activation, slope, v[0]), activation_sigmoid(v[1]) << 7);
            int32_t *const head = net->head + (frame + f) * bottleneck + r;
            net->a[(frame + f) * stride + r] = value;
            *head = add_saturated(*head, mulh(value, layer->head_scale[r]));
        }
    }
}

static void activate_tile(struct wavenet *net, const struct wavenet_layer *layer,
                          uint32_t bottleneck, uint32_t frame) {
    if (layer->gated)
        activate_gated(net, layer, bottleneck, frame);
    else if (layer->activation == WAVENET_LEAKY)
        activate_rows(net, layer, WAVENET_LEAKY, bottleneck, frame);
    else if (layer->activation == WAVENET_TANH)
        activate_rows(net, layer, WAVENET_TANH, bottleneck, frame);
    else
        activate_rows(net, layer, layer->activation, bottleneck, frame);
}

// Adds the 1x1 of the activations to the residual.
static void add_matrix(struct wavenet *net, const struct wavenet_layer *layer, int32_t *residual,
                       uint32_t frame) {
    const struct wavenet_matrix *const matrix = &layer->matrix;
    const uint32_t channels = matrix->tile.rows;
    const int32_t *const tap = net->a + frame * matrix->tile.channels;
    tile_32(&matrix->tile, &tap, net->acc);
    const int32_t *acc = net->acc;
    for (uint32_t c = 0; c < channels; c++, acc += TILE_FRAMES) {
        const int32_t bias = matrix->bias[c], scale = matrix->scale[c];
        int32_t *r = residual + frame * channels + c;
        for (uint32_t f = 0; f < TILE_FRAMES; f++, r += channels)
            *r = add_saturated(*r, bias + mulh(acc[f], scale));
    }
}

static void play_layer(struct wavenet *net, struct wavenet_layer *layer, int32_t *residual,
                       const struct wavenet_array *array, uint32_t frames) {
    remember(layer, residual, array->channels, frames);
    for (uint32_t frame = 0; frame < frames; frame += TILE_FRAMES) {
        convolve(layer, frame, net->acc);
        activate_tile(net, layer, array->bottleneck, frame);
        if (layer->matrix.tile.rows != 0)
            add_matrix(net, layer, residual, frame);
    }
    layer->at += frames;
    if (layer->at >= layer->frames)
        layer->at -= layer->frames;
}

static void start_head(struct wavenet *net, const struct wavenet_array *array, int below,
                       uint32_t frames) {
    const uint32_t width = array->bottleneck;
    for (uint32_t f = 0; f < frames; f++)
        for (uint32_t b = 0; b < width; b++) {
            const int64_t from = below ? net->out[f * width + b] : 0;
            net->head[f * width + b] = sat(from + array->start[b], 32);
        }
}

// The words between an odd bottleneck's frames meet weights of 0; they need no value.
static void wavenet_process(struct layer *base, const struct layer_signal *in, uint32_t frames) {
    struct wavenet *const net = (struct wavenet *)base;
    for (uint32_t f = 0; f < frames; f++)
        net->x[f] = shl(in->wide[f], 8);
    const int32_t *below = net->x;
    for (uint32_t i = 0; i < net->arrays; i++) {
        struct wavenet_array *const array = net->array[i];
        int32_t *const residual = net->residual[i & 1];
        wide_process(&array->rechannel, below, residual, frames);
        start_head(net, array, i > 0, frames);
        for (uint32_t l = 0; l < array->count; l++)
            play_layer(net, &array->layers[l], residual, array, frames);
        wide_process(&array->head, net->head, net->out, frames);
        below = residual;
    }
}

const struct layer_kind wavenet_kind = {
    .kind = 16,
    .check = wavenet_check,
    .load = wavenet_load,
    .reset = wavenet_reset,
    .set_knobs = NULL,
    .unit = NULL,
    .process = wavenet_process,
};
