// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Arrays of two and four channels. A frame of a history is its residual, so that there is no other
// copy of that; of the last layer it goes through the place of the activations.
#include "wavenet_narrow_full_m7.h"
#include "wavenet_narrow_m7.h"

#if ENGINE_M7

#include "cold.h"

COLD static int serves(const struct wavenet_layer *layer) {
    return wavenet_from_table(layer->activation, layer->gated) && layer->lift == 1 &&
           layer->taps == WAVENET_FULL_TAPS && layer->ring.wide && layer->ring.shift == 0 &&
           layer->heads == NULL && layer->channels.columns == 0 && !layer->full_rows &&
           (layer->copy == NULL || (layer->full && layer->copy_shift == WAVENET_FULL_SHIFT));
}

// Each channel's bias and weights side by side, in the place of pairs of channels.
COLD static void lay_out(int32_t *words, uint32_t channels) {
    int32_t pair[2 * (1 + WAVENET_NARROW_MAX)];
    const uint32_t own = 1 + channels;
    for (uint32_t c = 0; c < channels; c += 2, words += 2 * own) {
        for (uint32_t i = 0; i < 2 * own; i++) {
            pair[i] = words[i];
            __asm__ volatile(""); // keeps compilers from calling memcpy
        }
        for (uint32_t i = 0; i < 2 * own; i++)
            words[(i & 1) * own + i / 2] = pair[i];
    }
}

COLD int wavenet_narrow_full_load(struct wavenet_array *array) {
    if ((array->channels != 2 && array->channels != 4) || array->bottleneck != array->channels)
        return 0;
    for (uint32_t l = 0; l < array->count; l++)
        if (!serves(&array->layers[l]))
            return 0;
    for (uint32_t l = 0; l < array->count; l++)
        if (array->layers[l].copy != NULL)
            lay_out(array->layers[l].copy, array->channels);
    return 1;
}

// Two channels of the residual that an array begins with, tiles, into the first layer's history.
static void enter(const struct wavenet_ring *ring, const int32_t *residual, uint32_t c,
                  uint32_t tiles) {
    const uint32_t step = ring->channels;
    int32_t *to = (int32_t *)ring->words + ring->at * step + c;
    const int32_t *from = residual + c * TILE_FRAMES;
    const int32_t *const end = from + tiles * step * TILE_FRAMES;
    for (; from < end; from += step * TILE_FRAMES, to += step * TILE_FRAMES) {
        const int32_t a0 = from[0], a1 = from[1], a2 = from[2], a3 = from[3];
        const int32_t b0 = from[4], b1 = from[5], b2 = from[6], b3 = from[7];
        to[0] = a0;
        to[1] = b0;
        to[step] = a1;
        to[step + 1] = b1;
        to[2 * step] = a2;
        to[2 * step + 1] = b2;
        to[3 * step] = a3;
        to[3 * step + 1] = b3;
    }
}

// Two channels of the last residual, into tiles.
static void leave(const int32_t *frame, int32_t *residual, uint32_t step, uint32_t c,
                  uint32_t tiles) {
    const int32_t *from = frame + c, *const end = from + tiles * step * TILE_FRAMES;
    int32_t *to = residual + c * TILE_FRAMES;
    for (; from < end; from += step * TILE_FRAMES, to += step * TILE_FRAMES) {
        const int32_t a0 = from[0], b0 = from[1], a1 = from[step], b1 = from[step + 1];
        const int32_t a2 = from[2 * step], b2 = from[2 * step + 1];
        const int32_t a3 = from[3 * step], b3 = from[3 * step + 1];
        to[0] = a0;
        to[1] = a1;
        to[2] = a2;
        to[3] = a3;
        to[4] = b0;
        to[5] = b1;
        to[6] = b2;
        to[7] = b3;
    }
}

// Behind the frames that a chunk reads from `at` on.
static const int32_t *tap_end(const struct wavenet_ring *ring, int32_t at, uint32_t frames) {
    at += at < 0 ? (int32_t)ring->frames : 0;
    return (const int32_t *)ring->words + ((uint32_t)at + frames) * ring->channels;
}

int wavenet_narrow_full_next(struct wavenet_narrow_full_m7 *run,
                             struct wavenet_narrow_full_walk *walk) {
    struct wavenet_layer *const layer = walk->layer++;
    const uint32_t frames = walk->tiles * TILE_FRAMES;
    const int last = layer + 1 >= walk->end;
    if (layer > walk->first) {
        if (layer < walk->end)
            wavenet_narrow_mirror(&layer->ring, layer->ring.at, frames);
        wavenet_advance(&layer[-1].ring, walk->frames);
    }
    if (layer == walk->end)
        return 0;
    struct wavenet *const net = walk->net;
    const struct wavenet_ring *const ring = &layer->ring;
    const uint32_t words = frames * ring->channels;
    const int32_t newest = (int32_t)ring->at, dilation = layer->dilation;
    run->audio = net->x + frames;
    run->head = net->head + words;
    run->tap[0] = tap_end(ring, newest - 2 * dilation, frames);
    run->tap[1] = tap_end(ring, newest - dilation, frames);
    run->tap[2] = tap_end(ring, newest, frames);
    run->out = last ? net->a + words
                    : (int32_t *)layer[1].ring.words + layer[1].ring.at * ring->channels + words;
    run->bases = &net->chords->base;
    run->slopes = &net->chords->slope;
    run->rows = layer->rows.words;
    run->place = -4 * (int32_t)words;
    run->channels = layer->copy == NULL ? walk->still : layer->copy;
    return 1;
}

void wavenet_narrow_full_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                             uint32_t frames) {
    struct wavenet_narrow_full_walk walk;
    walk.net = net;
    walk.layer = walk.first = array->layers;
    walk.end = array->layers + array->count;
    walk.frames = frames;
    walk.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    for (uint32_t i = 0; i < WAVENET_FULL_STILL; i++) {
        walk.still[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    for (uint32_t c = 0; c < array->channels; c += 2)
        enter(&array->layers[0].ring, residual, c, walk.tiles);
    const struct wavenet_ring *const first = &array->layers[0].ring;
    wavenet_narrow_mirror(first, first->at, walk.tiles * TILE_FRAMES);
    if (array->channels == 2)
        wavenet_narrow_2_m7(&walk);
    else
        wavenet_narrow_4_m7(&walk);
    const int read = array != net->array[net->arrays - 1];
    for (uint32_t c = 0; read && c < array->channels; c += 2)
        leave(net->a, residual, array->channels, c, walk.tiles);
}

#endif
