// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Which arrays the narrow kernels play, what is before and behind their runs, and the runs of two
// and four channels.
#include "wavenet_narrow_m7.h"
#include "fixed.h"

#ifdef WAVENET_M7

#include "cold.h"

COLD static int serves(const struct wavenet_layer *layer, uint32_t channels, int last) {
    const int activation =
        channels == 3
            ? layer->activation == WAVENET_LEAKY && layer->lift == WAVENET_LIFT_ONE + 2
            : (layer->activation == WAVENET_TANH || layer->activation == WAVENET_SIGMOID) &&
                  layer->lift == 0;
    const int taps = channels == 3 ? layer->taps >= 2 && layer->taps <= 2 * WAVENET_NARROW_PAIRS
                                   : layer->taps == WAVENET_NARROW_TAPS;
    return activation && taps && !layer->gated && !layer->ring.wide && layer->heads == NULL &&
           (layer->matrix_format == WAVENET_MATRIX_16 ||
            (last && layer->matrix_format == WAVENET_MATRIX_NONE));
}

COLD int wavenet_narrow_load(struct wavenet_array *array) {
    const uint32_t channels = array->channels;
    if (channels < 2 || channels > 4 || array->bottleneck != channels)
        return 0;
    for (uint32_t l = 0; l < array->count; l++)
        if (!serves(&array->layers[l], channels, l + 1u == array->count))
            return 0;
    for (uint32_t l = 0; channels == 3 && l < array->count; l++)
        wavenet_narrow_3_load(&array->layers[l]);
    return 1;
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

// Two channels of the residual that an array begins with, into the first layer's history.
static __attribute__((noinline)) void enter(const struct wavenet_walk *walk,
                                            const struct wavenet_stream *entry, uint32_t pair) {
    const struct wavenet_ring *const ring = &walk->layer->ring;
    const uint32_t step = ring->channels / 2u;
    int32_t *const a = wavenet_channel_back(entry, 2 * pair);
    int32_t *const b = wavenet_channel_back(entry, 2 * pair + 1);
    const int32_t scale = a[WAVENET_HISTORY], other = b[WAVENET_HISTORY];
    int32_t t = a[WAVENET_ERROR], u = b[WAVENET_ERROR];
    const int32_t *residual = walk->residual + 2 * pair * TILE_FRAMES;
    uint32_t at = ring->at;
    for (uint32_t left = walk->tiles; left > 0;) {
        const uint32_t until = (ring->frames - at + TILE_FRAMES - 1) / TILE_FRAMES;
        const uint32_t run = wavenet_narrow_smaller(left, until);
        int32_t *frame = wavenet_narrow_frame(ring, at) + pair;
        const int32_t *const end = residual + run * 2 * step * TILE_FRAMES;
        for (; residual < end; residual += 2 * step * TILE_FRAMES)
            for (uint32_t f = 0; f < TILE_FRAMES; f += 2, frame += 2 * step) {
                const int32_t a0 = mulh(residual[f], scale);
                const int32_t b0 = mulh(residual[TILE_FRAMES + f], other);
                const int32_t a1 = mulh(residual[f + 1], scale);
                const int32_t b1 = mulh(residual[TILE_FRAMES + f + 1], other);
                t += a0;
                u += b0;
                frame[0] = next_pair(&t, &u);
                t += a1;
                u += b1;
                frame[step] = next_pair(&t, &u);
            }
        at = wavenet_narrow_written(ring, at, run * TILE_FRAMES);
        left -= run;
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

// What a layer has for all of its runs.
static void begin_layer(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk) {
    struct wavenet_layer *const layer = walk->layer;
    run->bases = &walk->net->chords->base;
    run->slopes = &walk->net->chords->slope;
    run->rows = layer->rows.words;
    run->channels = layer->channels.columns == 0 ? walk->still : layer->channels.words;
    walk->writes = layer + 1 == walk->end ? &walk->spare : &layer[1].ring;
}

// A frame of the chunk in a ring.
static inline uint32_t place(const struct wavenet_ring *ring, uint32_t frame) {
    const uint32_t at = ring->at + frame;
    return at >= ring->frames ? at - ring->frames : at;
}

// The next run of the layer: until a ring that it reads or writes wraps.
static uint32_t begin_run(struct wavenet_narrow_m7 *run, const struct wavenet_walk *walk) {
    const struct wavenet_layer *const layer = walk->layer;
    const struct wavenet_ring *const reads = &layer->ring, *const writes = walk->writes;
    const uint32_t frame = walk->tile * TILE_FRAMES, dilation = layer->dilation;
    const uint32_t shift = reads->channels == 4 ? 3 : 2; // bytes of a frame
    // The taps span less than a ring, so that at most one is the first to come from its end.
    const uint32_t newest = place(reads, frame), to = place(writes, frame);
    const uint32_t middle = newest - dilation + (newest < dilation ? reads->frames : 0);
    const uint32_t oldest = middle - dilation + (middle < dilation ? reads->frames : 0);
    uint32_t nearest = newest > middle ? newest : middle;
    nearest = nearest > oldest ? nearest : oldest;
    uint32_t left = wavenet_narrow_smaller(reads->frames - nearest, writes->frames - to);
    left = (left + TILE_FRAMES - 1) / TILE_FRAMES;
    left = wavenet_narrow_smaller(left, walk->tiles - walk->tile);
    const uint32_t bytes = left * TILE_FRAMES << shift; // of the histories
    const uint32_t ahead = shift == 2 ? bytes : 0;
    const uint8_t *const words = (const uint8_t *)reads->words + ahead;
    run->tap[0] = words + (oldest << shift);
    run->tap[1] = words + (middle << shift);
    run->tap[2] = words + (newest << shift);
    run->out = (uint8_t *)writes->words + ahead + (to << shift);
    run->audio = walk->net->x + frame + ahead / 4;
    run->head = walk->net->head + (frame << (shift - 1)) + ahead / 2;
    run->residual = walk->residual + (frame << (shift - 1)) + ahead / 2;
    run->left = shift == 2 ? -(int32_t)bytes : (int32_t)left;
    return left;
}

uint32_t wavenet_narrow_next(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk) {
    if (walk->run != 0) {
        const uint32_t first = place(walk->writes, walk->tile * TILE_FRAMES);
        wavenet_narrow_written(walk->writes, first, walk->run * TILE_FRAMES);
        walk->tile += walk->run;
    }
    if (walk->tile == walk->tiles && !wavenet_narrow_end(walk))
        return 0;
    if (walk->tile == 0)
        begin_layer(run, walk);
    walk->run = begin_run(run, walk);
    return walk->run;
}

int wavenet_array_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                      uint32_t frames) {
    if (!array->narrow)
        return 0;
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
    for (uint32_t i = 0; i < WAVENET_NARROW_STILL; i++) {
        walk.still[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    for (uint32_t pair = 0; pair < array->channels / 2u; pair++)
        enter(&walk, &array->entry, pair);
    if (array->channels == 3)
        wavenet_narrow_3_enter(&walk, &array->entry);
    if (frames % TILE_FRAMES != 0)
        give_back(&walk, &array->entry);
    if (array->channels == 2)
        wavenet_narrow_2_m7(&walk);
    else if (array->channels == 3)
        wavenet_narrow_3_m7(&walk);
    else
        wavenet_narrow_4_m7(&walk);
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
