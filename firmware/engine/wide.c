// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wide.h"

#include "fixed.h"

enum { FRACTION_MAX = 31 };

static uint32_t ring_frames(uint32_t taps) {
    return taps > 1 ? taps - 1 + LAYER_CHUNK : 0;
}

enum engine_status wide_read(struct wide_view *view, struct blob_cursor *cursor,
                             uint32_t *arena_bytes) {
    const uint32_t columns = (uint32_t)view->taps * view->inputs, outputs = view->outputs;
    if (view->fraction < 1 || view->fraction > FRACTION_MAX)
        return ENGINE_UNKNOWN_FORMAT;
    if (view->taps < 1 || view->taps > WIDE_TAPS_MAX || view->inputs < 1 || outputs < 1 ||
        view->inputs > LAYER_WIDTH_MAX || outputs > LAYER_WIDTH_MAX)
        return ENGINE_BAD_SHAPE;
    view->weights = blob_take(cursor, 4 * outputs * columns);
    view->bias = blob_take(cursor, 4 * outputs);
    if (view->weights == NULL || view->bias == NULL)
        return ENGINE_BAD_SECTION;
    for (uint32_t o = 0; o < outputs; o++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < columns; i++)
            sum += layer_magnitude(blob_word(view->weights, o * columns + i));
        if (sum >> 32 != 0)
            return ENGINE_NOT_PROVED;
        sum = (sum << 31) + (layer_magnitude(blob_word(view->bias, o)) << view->fraction) +
              ((uint64_t)1 << (view->fraction - 1));
        if (sum >> 63 != 0)
            return ENGINE_NOT_PROVED;
    }
    *arena_bytes += layer_eights(4 * outputs * columns) + layer_eights(4 * outputs) +
                    layer_eights(4 * ring_frames(view->taps) * view->inputs);
    return ENGINE_OK;
}

int wide_load(struct wide *wide, const struct wide_view *view, struct layer_arena *arena) {
    const uint32_t columns = (uint32_t)view->taps * view->inputs, outputs = view->outputs;
    int32_t *const weights = layer_take(arena, (size_t)4 * outputs * columns);
    int32_t *const bias = layer_take(arena, (size_t)4 * outputs);
    int32_t *const ring = layer_take(arena, (size_t)4 * ring_frames(view->taps) * view->inputs);
    if (weights == NULL || bias == NULL || ring == NULL)
        return 0;
    for (uint32_t i = 0; i < outputs * columns; i++)
        weights[i] = blob_word(view->weights, i);
    for (uint32_t o = 0; o < outputs; o++)
        bias[o] = blob_word(view->bias, o);
    wide->weights = weights;
    wide->bias = bias;
    wide->ring = ring;
    wide->inputs = view->inputs;
    wide->outputs = view->outputs;
    wide->taps = view->taps;
    wide->fraction = view->fraction;
    wide->at = 0;
    return 1;
}

void wide_reset(struct wide *wide) {
    const uint32_t words = ring_frames(wide->taps) * wide->inputs;
    for (uint32_t i = 0; i < words; i++) {
        wide->ring[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    wide->at = 0;
}

static int64_t dot(const int32_t *w, const int32_t *x, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (int64_t)w[i] * x[i];
    return sum;
}

void wide_process(struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames) {
    const uint32_t inputs = wide->inputs, taps = wide->taps, size = ring_frames(taps);
    for (uint32_t frame = 0; frame < frames; frame++, in += inputs) {
        uint32_t oldest = 0; // where the oldest tap's frame is
        if (taps > 1) {
            for (uint32_t i = 0; i < inputs; i++) {
                wide->ring[wide->at * inputs + i] = in[i];
                __asm__ volatile(""); // or memcpy
            }
            oldest = wide->at + size - (taps - 1);
            oldest = oldest >= size ? oldest - size : oldest;
            wide->at = wide->at + 1 == size ? 0 : wide->at + 1;
        }
        const int32_t *w = wide->weights;
        for (uint32_t o = 0; o < wide->outputs; o++) {
            int64_t sum = wide->bias[o] * (int64_t)((uint64_t)1 << wide->fraction);
            uint32_t from = oldest;
            for (uint32_t k = 0; k < taps; k++, w += inputs) {
                sum += dot(w, taps > 1 ? wide->ring + from * inputs : in, inputs);
                from = from + 1 == size ? 0 : from + 1;
            }
            *out++ = sat(rsh(sum, wide->fraction), 32);
        }
    }
}
