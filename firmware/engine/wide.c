// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wide.h"

#include "fixed.h"

enum { FRACTION_MAX = 31 };

// The frames before a chunk, and the chunk.
static uint32_t heard_frames(uint32_t taps) {
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
                    layer_eights(4 * heard_frames(view->taps) * view->inputs);
    return ENGINE_OK;
}

int wide_load(struct wide *wide, const struct wide_view *view, struct layer_arena *arena) {
    const uint32_t columns = (uint32_t)view->taps * view->inputs, outputs = view->outputs;
    int32_t *const weights = layer_take(arena, (size_t)4 * outputs * columns);
    int32_t *const bias = layer_take(arena, (size_t)4 * outputs);
    int32_t *const heard = layer_take(arena, (size_t)4 * heard_frames(view->taps) * view->inputs);
    if (weights == NULL || bias == NULL || heard == NULL)
        return 0;
    for (uint32_t i = 0; i < outputs * columns; i++)
        weights[i] = blob_word(view->weights, i);
    for (uint32_t o = 0; o < outputs; o++)
        bias[o] = blob_word(view->bias, o);
    wide->weights = weights;
    wide->bias = bias;
    wide->heard = heard;
    wide->inputs = view->inputs;
    wide->outputs = view->outputs;
    wide->taps = view->taps;
    wide->fraction = view->fraction;
    return 1;
}

void wide_reset(struct wide *wide) {
    const uint32_t words = heard_frames(wide->taps) * wide->inputs;
    for (uint32_t i = 0; i < words; i++) {
        wide->heard[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
}

static int64_t dot(const int32_t *w, const int32_t *x, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += (int64_t)w[i] * x[i];
    return sum;
}

// Copies words forward; `to` may be within `from`, but before it.
static void copy(int32_t *to, const int32_t *from, uint32_t words) {
    for (uint32_t i = 0; i < words; i++) {
        to[i] = from[i];
        __asm__ volatile(""); // keeps compilers from calling memmove
    }
}

void wide_process(struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames) {
    const uint32_t inputs = wide->inputs, columns = wide->taps * inputs;
    const uint32_t past = columns - inputs;
    const int32_t *heard = in;
    if (past != 0) {
        copy(wide->heard + past, in, frames * inputs);
        heard = wide->heard;
    }
    for (uint32_t frame = 0; frame < frames; frame++, heard += inputs) {
        const int32_t *w = wide->weights;
        for (uint32_t o = 0; o < wide->outputs; o++, w += columns) {
            const int64_t bias = wide->bias[o] * (int64_t)((uint64_t)1 << wide->fraction);
            *out++ = sat(rsh(bias + dot(w, heard, columns), wide->fraction), 32);
        }
    }
    if (past != 0)
        copy(wide->heard, wide->heard + frames * inputs, past);
}
