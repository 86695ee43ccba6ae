// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Arrays of three channels. A frame of a history of 16 bits is two words, (c0, c1) and (c2, c2 one
// dilation before), so that two taps are three words of each row instead of four. One of 32 bits is
// as everywhere.
#include "fixed.h"
#include "wavenet_narrow_m7.h"

#if ENGINE_M7

#include "cold.h"

// Words of a pair of taps; of one over a history of 32 bits; behind the weights.
enum { ROWS_3_WEIGHTS = 9, ROWS_3_WIDE = 5, ROWS_3_BACK = 12 };
enum { BYTES_3_PAIR = 144 }; // code of a pair of taps
enum { HALF_3 = 6 };         // words that the assembly adds in a tile's first half

extern const uint8_t wavenet_narrow_3_a[], wavenet_narrow_3_b[], wavenet_narrow_3_wide[];

static uint32_t back(const struct wavenet_ring *ring, uint32_t at, uint32_t frames) {
    return at >= frames ? at - frames : at + ring->frames - frames;
}

// The parameters of the rows, so that they end where the stream does.
static int32_t *rows_3(const struct wavenet_layer *layer) {
    return layer->rows.words + wavenet_row_words(&layer->rows) * layer->rows.pairs - ROWS_3_BACK -
           ROWS_3_WEIGHTS * WAVENET_NARROW_PAIRS;
}

// A weight of the stream as it was loaded; tap 0 is the newest, and there is none before the last.
COLD static uint32_t weight_of(const struct wavenet_layer *layer, uint32_t row, uint32_t tap,
                               uint32_t column) {
    if (tap >= layer->taps)
        return 0;
    const int16_t *const words = (const int16_t *)(layer->rows.words + WAVENET_ROWS_FRONT +
                                                   row / 2 * wavenet_row_words(&layer->rows));
    const uint32_t from_oldest = layer->taps - 1u - tap;
    return (uint16_t)words[(from_oldest * 2 + column / 2) * 4 + (row & 1) * 2 + (column & 1)];
}

// Two weights in a word.
COLD static int32_t weights_of(const struct wavenet_layer *layer, uint32_t row, uint32_t tap,
                               uint32_t column, uint32_t other_row, uint32_t other_tap,
                               uint32_t other_column) {
    return (int32_t)(weight_of(layer, row, tap, column) |
                     weight_of(layer, other_row, other_tap, other_column) << 16);
}

// Of a pair of taps (c0, c1) of the older, of the newer, and c2 of both, the three rows of each.
COLD static int32_t *lay_pair(const struct wavenet_layer *layer, uint32_t newer, int32_t *to) {
    const uint32_t older = newer + 1;
    for (uint32_t row = 0; row < 3; row++) {
        to[row] = weights_of(layer, row, older, 0, row, older, 1);
        to[3 + row] = weights_of(layer, row, newer, 0, row, newer, 1);
        to[6 + row] = weights_of(layer, row, newer, 2, row, older, 2);
    }
    return to + ROWS_3_WEIGHTS;
}

// Of a tap over a history of 32 bits two rows beside each other, and of the third one what is left;
// behind the last tap -1.
COLD static int32_t *lay_wide(const struct wavenet_layer *layer, uint32_t tap, int32_t *to) {
    to[0] = weights_of(layer, 0, tap, 0, 1, tap, 0);
    to[1] = weights_of(layer, 2, tap, 0, 2, tap, 1);
    to[2] = weights_of(layer, 0, tap, 1, 1, tap, 1);
    to[3] = weights_of(layer, 0, tap, 2, 1, tap, 2);
    to[4] = (int32_t)(weight_of(layer, 2, tap, 2) | (tap + 1 == layer->taps ? 0xffff0000u : 0));
    return to + ROWS_3_WIDE;
}

// Lays the stream of a layer's rows out anew, ending where it did: pairs of taps, the oldest first,
// or taps, the newest first; biases, mixins, slopes, head scales.
COLD void wavenet_narrow_3_load(const struct wavenet_layer *layer) {
    int32_t laid[ROWS_3_WIDE * WAVENET_NARROW_WIDE_TAPS + ROWS_3_BACK], *to = laid;
    for (uint32_t tap = 0; layer->ring.wide && tap < layer->taps; tap++)
        to = lay_wide(layer, tap, to);
    for (uint32_t pairs = (layer->taps + 1u) / 2; !layer->ring.wide && pairs-- > 0;)
        to = lay_pair(layer, 2 * pairs, to);
    for (uint32_t row = 0; row < 3; row++) {
        const int32_t *const front = wavenet_row_front(&layer->rows, row);
        const int32_t *const behind = wavenet_row_back(&layer->rows, row);
        to[row] = front[0];
        to[3 + row] = front[1];
        to[6 + row] = behind[WAVENET_SLOPE];
        to[9 + row] = behind[WAVENET_HEAD];
    }
    const uint32_t words = (uint32_t)(to - laid) + ROWS_3_BACK;
    int32_t *const stream = layer->rows.words + wavenet_row_words(&layer->rows) * layer->rows.pairs;
    for (uint32_t i = 1; i <= words; i++) {
        stream[-(int32_t)i] = laid[words - i];
        __asm__ volatile(""); // keeps compilers from calling memcpy
    }
}

// The third channel, beside itself one dilation before.
void wavenet_narrow_3_enter(const struct wavenet_walk *walk, const struct wavenet_stream *entry) {
    const struct wavenet_layer *const layer = walk->layer;
    const struct wavenet_ring *const ring = &layer->ring;
    int32_t *const back_2 = wavenet_channel_back(entry, 2);
    const int32_t scale = back_2[WAVENET_HISTORY];
    int32_t t = back_2[WAVENET_ERROR];
    const int32_t *residual = walk->residual + 2 * TILE_FRAMES;
    const uint32_t until = ring->at + walk->tiles * TILE_FRAMES;
    int32_t *frame = wavenet_narrow_frame(ring, ring->at) + 1;
    for (uint32_t at = ring->at; at < until; residual += 4 * TILE_FRAMES)
        for (uint32_t f = 0; f < TILE_FRAMES; f++, frame += 2, at++) {
            t += mulh(residual[f], scale);
            *frame = wavenet_narrow_beside(
                wavenet_narrow_fed_back(&t),
                wavenet_narrow_frame(ring, back(ring, at, layer->dilation))[1]);
        }
    back_2[WAVENET_ERROR] = t;
}

void wavenet_narrow_3_remember(const struct wavenet_walk *walk, const struct wavenet_ring *ring) {
    wavenet_narrow_3_clip_m7(walk->residual, wavenet_narrow_frame(ring, ring->at), ring->shift,
                             walk->tiles);
    wavenet_narrow_mirror(ring, ring->at, walk->tiles * TILE_FRAMES);
}

// What a layer has for all of its runs.
static void begin_layer(struct wavenet_narrow_3_m7 *run, struct wavenet_walk *walk) {
    struct wavenet_layer *const layer = walk->layer;
    const int writes = layer + 1 != walk->end && !layer[1].ring.wide;
    const uint32_t pairs = (layer->taps + 1u) / 2;
    run->rows = rows_3(layer);
    const int32_t *const behind = run->rows + ROWS_3_WEIGHTS * WAVENET_NARROW_PAIRS;
    if (layer->ring.wide) {
        run->chain[0] = run->chain[1] = wavenet_narrow_3_wide;
        run->weight = (int32_t)(uintptr_t)(behind - ROWS_3_WIDE * layer->taps);
    } else {
        run->chain[0] = wavenet_narrow_3_a - (pairs - 1) * BYTES_3_PAIR;
        run->chain[1] = wavenet_narrow_3_b - (pairs - 1) * BYTES_3_PAIR;
        run->weight = behind[-(int32_t)(ROWS_3_WEIGHTS * pairs)];
    }
    run->channels = layer->channels.columns == 0 ? walk->still : layer->channels.words;
    walk->writes = writes ? &layer[1].ring : &walk->spare;
    walk->partner = writes ? layer[1].dilation : 0;
    walk->from = layer->ring.at;
    walk->to = walk->writes->at;
}

// The next run of the layer: until the partner comes to the end of its ring, behind which is not
// yet what the run writes.
static uint32_t begin_run(struct wavenet_narrow_3_m7 *run, const struct wavenet_walk *walk) {
    const struct wavenet_ring *const writes = walk->writes;
    const uint32_t partner = back(writes, walk->to, walk->partner), tile = walk->tile;
    uint32_t left = (walk->tiles - tile) * TILE_FRAMES;
    if (partner > walk->to) {
        const uint32_t until = writes->frames - partner;
        const int whole = walk->to < TILE_FRAMES - 1 && until >= TILE_FRAMES;
        left = wavenet_narrow_smaller(left, whole ? until / TILE_FRAMES * TILE_FRAMES : until);
    }
    struct wavenet_taps taps;
    wavenet_find_taps(&taps, walk->layer, (int32_t)walk->from, run->tap + 2 * WAVENET_NARROW_PAIRS);
    run->first = *taps.tap;
    if (walk->layer->taps < 2 * WAVENET_NARROW_PAIRS)
        // An odd tap is beside one without weights, and over 32 bits it is read.
        *--taps.tap = run->first;
    left = (left + TILE_FRAMES - 1) / TILE_FRAMES;
    run->out = wavenet_narrow_frame(writes, walk->to);
    run->partner = wavenet_narrow_frame(writes, partner);
    run->audio = walk->net->x + tile * TILE_FRAMES;
    run->head = walk->net->head + tile * TILE_FRAMES * 4 - HALF_3;
    run->residual = walk->residual + tile * TILE_FRAMES * 4 - HALF_3;
    run->end = left * TILE_FRAMES * 8;
    return left;
}

static uint32_t moved_on(const struct wavenet_ring *ring, uint32_t at, uint32_t frames) {
    at += frames;
    return at >= ring->frames && ring->past > WAVENET_SLIDE_MAX ? at - ring->frames : at;
}

static void end_run(struct wavenet_walk *walk) {
    const uint32_t frames = walk->run * TILE_FRAMES;
    walk->tile += walk->run;
    wavenet_narrow_mirror(walk->writes, walk->to, frames);
    walk->from = moved_on(&walk->layer->ring, walk->from, frames);
    walk->to = moved_on(walk->writes, walk->to, frames);
}

uint32_t wavenet_narrow_3_next(struct wavenet_narrow_3_m7 *run, struct wavenet_walk *walk) {
    if (walk->run != 0)
        end_run(walk);
    if (walk->tile == walk->tiles) {
        if (!wavenet_narrow_end(walk))
            return 0;
        if (walk->layer->ring.wide)
            wavenet_narrow_3_remember(walk, &walk->layer->ring);
    }
    if (walk->tile == 0)
        begin_layer(run, walk);
    walk->run = begin_run(run, walk);
    return walk->run;
}

#endif
