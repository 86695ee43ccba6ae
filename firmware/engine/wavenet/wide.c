// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wide.h"

#include "cold.h"
#include "fixed.h"
#include "tile.h"
#include "wide_m7.h"
#include "words_m7.h"

enum { FRACTION_MAX = 32 };

// The frames before a chunk, and the chunk.
static uint32_t heard_frames(uint32_t taps) {
    return taps > 1 ? taps - 1 + WIDE_CHUNK : 0;
}

COLD enum engine_status wide_read(struct wide_view *view, struct blob_cursor *cursor,
                                  uint32_t *arena_bytes) {
    const uint32_t columns = (uint32_t)view->taps * view->inputs, outputs = view->outputs;
    if (view->fraction < 1 || view->fraction > FRACTION_MAX)
        return ENGINE_UNKNOWN_FORMAT;
    if (view->taps < 1 || view->taps > WIDE_TAPS_MAX || view->inputs < 1 || outputs < 1 ||
        view->inputs > LAYER_WIDTH_MAX || outputs > LAYER_WIDTH_MAX)
        return ENGINE_BAD_SHAPE;
    view->saturates = 0;
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
        const uint32_t bias = (uint32_t)layer_magnitude(blob_word(view->bias, o));
        const uint32_t above = bias < INT32_MAX ? INT32_MAX - bias : 0;
        view->saturates |= view->fraction < 32 && sum >= above >> (31 - view->fraction);
        sum = (sum << 31) + (layer_magnitude(blob_word(view->bias, o)) << view->fraction) +
              ((uint64_t)1 << (view->fraction - 1));
        if (sum >> 63 != 0)
            return ENGINE_NOT_PROVED;
    }
    *arena_bytes += layer_eights(4 * outputs * columns) + layer_eights(4 * outputs) +
                    layer_eights(4 * heard_frames(view->taps) * view->inputs);
    return ENGINE_OK;
}

COLD void wide_bounds(const struct wide_view *view, const uint64_t *inputs, uint64_t *outputs) {
    const uint32_t columns = (uint32_t)view->taps * view->inputs, f = view->fraction;
    for (uint32_t o = 0; o < view->outputs; o++) {
        uint64_t sum = (layer_magnitude(blob_word(view->bias, o)) << f) + ((uint64_t)1 << (f - 1)) +
                       ((uint64_t)1 << f) - 1;
        for (uint32_t i = 0; i < columns; i++)
            sum += layer_magnitude(blob_word(view->weights, o * columns + i)) *
                   inputs[i % view->inputs];
        outputs[o] = sum >> f < (uint64_t)1 << 31 ? sum >> f : (uint64_t)1 << 31;
    }
}

COLD int wide_load(struct wide *wide, const struct wide_view *view, struct layer_arena *arena) {
    const uint32_t columns = (uint32_t)view->taps * view->inputs, outputs = view->outputs;
    int32_t *const weights = layer_take(arena, (size_t)4 * outputs * columns);
    int32_t *const bias = layer_take(arena, (size_t)4 * outputs);
    int32_t *const heard = layer_take(arena, (size_t)4 * heard_frames(view->taps) * view->inputs);
    if (weights == NULL || bias == NULL || heard == NULL)
        return 0;
    for (uint32_t o = 0; o < outputs; o++)
        for (uint32_t i = 0; i < view->inputs; i++)
            for (uint32_t k = 0; k < view->taps; k++)
                weights[(o * view->inputs + i) * view->taps + k] =
                    blob_word(view->weights, (o * view->taps + k) * view->inputs + i);
    for (uint32_t o = 0; o < outputs; o++)
        bias[o] = blob_word(view->bias, o);
    wide->weights = weights;
    wide->bias = bias;
    wide->heard = heard;
    wide->inputs = view->inputs;
    wide->outputs = view->outputs;
    wide->taps = view->taps;
    wide->fraction = view->fraction;
    wide->saturates = view->saturates;
    wide->in_channels = (uint16_t)((view->inputs + 1) & ~1);
    wide->out_channels = (uint16_t)((view->outputs + 1) & ~1);
    return 1;
}

COLD void wide_raise(struct wide *wide, const int32_t *by) {
    for (uint32_t o = 0; o < wide->outputs; o++)
        wide->bias[o] += by[o];
}

void wide_reset(struct wide *wide) {
    const uint32_t words = heard_frames(wide->taps) * wide->inputs;
    for (uint32_t i = 0; i < words; i++) {
        wide->heard[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
}

// Writes a chunk behind the past of each input.
static void hear(struct wide *wide, const int32_t *in, uint32_t frames) {
    const uint32_t past = wide->taps - 1u, length = heard_frames(wide->taps);
    for (uint32_t i = 0; i < wide->inputs; i++) {
        const int32_t *from = in + i * TILE_FRAMES;
        int32_t *const to = wide->heard + i * length + past;
        for (uint32_t f = 0; f < frames; f += TILE_FRAMES) {
            to[f] = from[0]; // not copy_four: pairs across 8 bytes cost A2-Full 5 cycles a sample
            to[f + 1] = from[1];
            to[f + 2] = from[2];
            to[f + 3] = from[3];
            from += (size_t)wide->in_channels * TILE_FRAMES;
        }
    }
}

// Keeps the newest frames of a chunk as the past of the next one.
static void keep(struct wide *wide, uint32_t frames) {
    const uint32_t past = wide->taps - 1u, length = heard_frames(wide->taps);
    for (uint32_t i = 0; i < wide->inputs; i++)
        copy_words(wide->heard + i * length, wide->heard + i * length + frames, past);
}

// Not inline: the four of a tile would be 300 bytes.
static __attribute__((noinline)) int32_t word_of(int64_t sum, uint32_t f) {
    return sat(sum >> f, 32);
}

// Four frames of one output; `step` words from an input to the next.
static void convolve(const struct wide *wide, uint32_t taps, const int32_t *w, int64_t start,
                     const int32_t *heard, uint32_t step, int32_t *out) {
    const uint32_t f = wide->fraction;
    int64_t a = start, b = start, c = start, d = start;
    for (uint32_t i = 0; i < wide->inputs; i++, heard += step) {
        const int32_t *u = heard;
        int32_t u0 = *u++, u1 = *u++, u2 = *u++;
        for (uint32_t k = 0; k < taps; k++) {
            const int32_t weight = *w++, u3 = *u++;
            a += (int64_t)weight * u0;
            b += (int64_t)weight * u1;
            c += (int64_t)weight * u2;
            d += (int64_t)weight * u3;
            u0 = u1;
            u1 = u2;
            u2 = u3;
        }
    }
    out[0] = word_of(a, f);
    out[1] = word_of(b, f);
    out[2] = word_of(c, f);
    out[3] = word_of(d, f);
}

// The tiles of `heard` into those of `out`.
static void play(const struct wide *wide, const int32_t *heard, int32_t *out, uint32_t frames) {
    const uint32_t taps = wide->taps, columns = taps * wide->inputs;
    const uint32_t step = taps > 1 ? heard_frames(taps) : TILE_FRAMES;
    for (uint32_t f = 0; f < frames; f += TILE_FRAMES) {
        const int32_t *w = wide->weights;
        for (uint32_t o = 0; o < wide->outputs; o++, w += columns) {
            int32_t *const to = out + o * TILE_FRAMES;
            convolve(wide, taps, w, wide_start(wide, o), heard, step, to);
        }
        heard += taps > 1 ? TILE_FRAMES : (size_t)wide->in_channels * TILE_FRAMES;
        out += (size_t)wide->out_channels * TILE_FRAMES;
    }
}

void wide_process(struct wide *wide, const int32_t *in, int32_t *out, uint32_t frames) {
    const int32_t *heard = in;
    if (wide->taps > 1) {
        hear(wide, in, frames);
        heard = wide->heard;
    }
    if (!wide_run_m7(wide, heard, out, frames))
        play(wide, heard, out, frames);
    if (wide->taps > 1)
        keep(wide, frames);
}
