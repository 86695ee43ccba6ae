// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Which arrays the narrow kernels play, and what is before and behind the runs of three channels.
#include "wavenet_narrow_m7.h"

#include "fixed.h"
#include "wavenet_narrow_full_m7.h"
#include "words_m7.h"

#if ENGINE_M7

#include "cold.h"

COLD static int serves(const struct wavenet_layer *layer, int last) {
    const int most = layer->ring.wide ? WAVENET_NARROW_WIDE_TAPS : 2 * WAVENET_NARROW_PAIRS;
    return layer->activation == WAVENET_LEAKY && layer->lift == WAVENET_LIFT_ONE + 2 &&
           layer->taps >= 2 && layer->taps <= most && !layer->gated && layer->heads == NULL &&
           layer->copy == NULL && !layer->full_rows &&
           (layer->matrix_format == WAVENET_MATRIX_32 ||
            (last && layer->matrix_format == WAVENET_MATRIX_NONE));
}

COLD int wavenet_narrow_load(struct wavenet_array *array) {
    if (array->layers[0].of_audio)
        return 0;
    if (array->channels != 3)
        return wavenet_narrow_full_load(array);
    if (array->bottleneck != 3)
        return 0;
    for (uint32_t l = 0; l < array->count; l++)
        if (!serves(&array->layers[l], l + 1u == array->count))
            return 0;
    for (uint32_t l = 0; l < array->count; l++)
        wavenet_narrow_3_load(&array->layers[l]);
    return 1;
}

// Frames `from` .. `to` - 1 of a ring, `by` words further on. Words are even.
static void copy_frames(const struct wavenet_ring *ring, uint32_t from, uint32_t to, int32_t by) {
    int32_t *word = wavenet_narrow_frame(ring, from);
    int32_t *const end = wavenet_narrow_frame(ring, to);
    for (; end - word >= 4; word += 4)
        copy_four(word + by, word);
    if (word < end) {
        word[by] = word[0];
        word[by + 1] = word[1];
    }
}

void wavenet_narrow_mirror(const struct wavenet_ring *ring, uint32_t first, uint32_t frames) {
    const uint32_t end = first + frames, around = ring->frames;
    const int32_t words = (int32_t)(around * wavenet_narrow_words(ring));
    if (ring->past <= WAVENET_SLIDE_MAX)
        return;
    if (first < WAVENET_CHUNK)
        copy_frames(ring, first, end < WAVENET_CHUNK ? end : WAVENET_CHUNK, words);
    if (end > around)
        copy_frames(ring, first > around ? first : around, end, -words);
}

// Frames of the last tile that are not there yet have moved the remainders.
static void give_back(const struct wavenet_walk *walk, const struct wavenet_stream *writer) {
    for (uint32_t c = 0; c < walk->channels; c++) {
        int32_t *const words = wavenet_channel_back(writer, c);
        for (uint32_t f = walk->frames; f < walk->tiles * TILE_FRAMES; f++)
            words[WAVENET_ERROR] -=
                mulh(walk->residual[tile_at(f, c, 2u * writer->pairs)], words[WAVENET_HISTORY]);
        words[WAVENET_ERROR] &= (1 << WAVENET_FEEDBACK_BITS) - 1;
    }
}

// Two channels of a frame of a history; the remainders stay.
static inline int32_t next_pair(int32_t *t, int32_t *u) {
    const int32_t low = wavenet_narrow_fed_back(t);
    return wavenet_narrow_beside(low, wavenet_narrow_fed_back(u));
}

// The first two channels of the residual that an array begins with, into the first layer's history.
static void enter(const struct wavenet_walk *walk, const struct wavenet_stream *entry) {
    const struct wavenet_ring *const ring = &walk->layer->ring;
    int32_t *const a = wavenet_channel_back(entry, 0);
    int32_t *const b = wavenet_channel_back(entry, 1);
    const int32_t scale = a[WAVENET_HISTORY], other = b[WAVENET_HISTORY];
    int32_t t = a[WAVENET_ERROR], u = b[WAVENET_ERROR];
    const int32_t *residual = walk->residual;
    const int32_t *const end = residual + walk->tiles * 4 * TILE_FRAMES;
    int32_t *frame = wavenet_narrow_frame(ring, ring->at);
    for (; residual < end; residual += 4 * TILE_FRAMES)
        for (uint32_t f = 0; f < TILE_FRAMES; f += 2, frame += 4) {
            const int32_t a0 = mulh(residual[f], scale);
            const int32_t b0 = mulh(residual[TILE_FRAMES + f], other);
            const int32_t a1 = mulh(residual[f + 1], scale);
            const int32_t b1 = mulh(residual[TILE_FRAMES + f + 1], other);
            t += a0;
            u += b0;
            frame[0] = next_pair(&t, &u);
            t += a1;
            u += b1;
            frame[2] = next_pair(&t, &u);
        }
    a[WAVENET_ERROR] = t;
    b[WAVENET_ERROR] = u;
}

int wavenet_narrow_end(struct wavenet_walk *walk) {
    struct wavenet_layer *const layer = walk->layer++;
    if (layer->channels.columns != 0 && walk->frames % TILE_FRAMES != 0)
        give_back(walk, &layer->channels);
    wavenet_advance(&layer->ring, walk->frames);
    walk->tile = 0;
    return walk->layer != walk->end;
}

int wavenet_array_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                      uint32_t frames) {
    if (!array->narrow)
        return 0;
    if (array->channels != 3) {
        wavenet_narrow_full_run(net, array, residual, frames);
        return 1;
    }
    struct wavenet_walk walk;
    walk.net = net;
    walk.residual = residual;
    walk.layer = array->layers;
    walk.end = array->layers + array->count;
    walk.frames = frames;
    walk.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    walk.tile = walk.run = 0;
    walk.channels = array->channels;
    walk.spare.words = net->a;
    walk.spare.frames = WAVENET_CHUNK;
    walk.spare.at = walk.spare.past = 0;
    walk.spare.channels = wavenet_even(array->channels);
    walk.spare.wide = 0;
    for (uint32_t i = 0; i < WAVENET_NARROW_STILL; i++) {
        walk.still[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    const struct wavenet_ring *const first = &array->layers[0].ring;
    if (first->wide) {
        wavenet_narrow_3_remember(&walk, first);
    } else {
        enter(&walk, &array->entry);
        wavenet_narrow_3_enter(&walk, &array->entry);
        wavenet_narrow_mirror(first, first->at, walk.tiles * TILE_FRAMES);
    }
    if (frames % TILE_FRAMES != 0)
        give_back(&walk, &array->entry);
    wavenet_narrow_3_m7(&walk);
    return 1;
}

#else

int wavenet_narrow_load(struct wavenet_array *array) {
    (void)array;
    return 0;
}

int wavenet_array_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                      uint32_t frames) {
    (void)net;
    (void)array;
    (void)residual;
    (void)frames;
    return 0;
}

#endif
