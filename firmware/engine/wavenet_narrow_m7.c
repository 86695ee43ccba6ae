// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The runs of tiles in which no ring wraps, of an array that the narrow kernels play. With three
// channels a frame of a history is two words, (c0, c1) and (c2, c2 one dilation before), so that
// two taps are three words of each row instead of four.
#include "wavenet_narrow_m7.h"

#ifdef WAVENET_M7

#include "cold.h"
#include "fixed.h"

enum { ROWS_3_WEIGHTS = 9, ROWS_3_BACK = 12 }; // words of a pair of taps; behind the weights
enum { BYTES_3_PAIR = 144 };                   // code of a pair of taps
enum { FRAME_3 = 2 };                          // words of a frame
enum { HALF_3 = 6 }; // words that the assembly adds in a tile's first half

extern const uint8_t wavenet_narrow_3_a[], wavenet_narrow_3_b[];

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

// Tiles from `at` until one begins beyond the ring.
static uint32_t tiles_until(const struct wavenet_ring *ring, uint32_t at) {
    return (ring->frames - at + TILE_FRAMES - 1) / TILE_FRAMES;
}

static uint32_t back(const struct wavenet_ring *ring, uint32_t at, uint32_t frames) {
    return at >= frames ? at - frames : at + ring->frames - frames;
}

static int32_t *frame_of(const struct wavenet_ring *ring, uint32_t at) {
    return (int32_t *)ring->words + at * FRAME_3;
}

// The parameters of the rows, so that they end where the stream does.
static int32_t *rows_3(const struct wavenet_layer *layer) {
    return layer->rows.words + wavenet_row_words(&layer->rows) * layer->rows.pairs - ROWS_3_BACK -
           ROWS_3_WEIGHTS * WAVENET_NARROW_PAIRS;
}

COLD static int serves_3(const struct wavenet_layer *layer, int last) {
    const int fits = layer->activation == WAVENET_LEAKY && layer->lift == WAVENET_LIFT_ONE + 2 &&
                     !layer->gated && !layer->ring.wide && layer->taps >= 2 &&
                     layer->taps <= 2 * WAVENET_NARROW_PAIRS && layer->heads == NULL;
    return fits && (layer->matrix_format == WAVENET_MATRIX_16 ||
                    (last && layer->matrix_format == WAVENET_MATRIX_NONE));
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

// Lays the stream of a layer's rows out anew: of each pair of taps, the oldest first, (c0, c1) of
// the older, of the newer, and c2 of both, the three rows of each; biases, mixins, slopes, head
// scales.
COLD static void lay_rows(const struct wavenet_layer *layer) {
    int32_t laid[ROWS_3_WEIGHTS * WAVENET_NARROW_PAIRS + ROWS_3_BACK], *to = laid;
    for (uint32_t pair = WAVENET_NARROW_PAIRS; pair-- > 0;) {
        const uint32_t newer = 2 * pair, older = newer + 1;
        const uint32_t tap[3][2] = {{older, older}, {newer, newer}, {newer, older}};
        const uint32_t column[3][2] = {{0, 1}, {0, 1}, {2, 2}};
        for (uint32_t word = 0; word < 3; word++)
            for (uint32_t row = 0; row < 3; row++)
                *to++ = (int32_t)(weight_of(layer, row, tap[word][0], column[word][0]) |
                                  weight_of(layer, row, tap[word][1], column[word][1]) << 16);
    }
    for (uint32_t row = 0; row < 3; row++) {
        const int32_t *const front = wavenet_row_front(&layer->rows, row);
        const int32_t *const behind = wavenet_row_back(&layer->rows, row);
        to[row] = front[0];
        to[3 + row] = front[1];
        to[6 + row] = behind[WAVENET_SLOPE];
        to[9 + row] = behind[WAVENET_HEAD];
    }
    const uint32_t unused = WAVENET_NARROW_PAIRS - (layer->taps + 1u) / 2;
    for (uint32_t i = ROWS_3_WEIGHTS * unused; i < sizeof laid / sizeof laid[0]; i++) {
        rows_3(layer)[i] = laid[i];
        __asm__ volatile(""); // keeps compilers from calling memcpy
    }
}

COLD int wavenet_narrow_load(struct wavenet_array *array) {
    if (array->channels != 3 || array->bottleneck != 3)
        return 0;
    for (uint32_t l = 0; l < array->count; l++)
        if (!serves_3(&array->layers[l], l + 1u == array->count))
            return 0;
    for (uint32_t l = 0; l < array->count; l++)
        lay_rows(&array->layers[l]);
    return 1;
}

// The residual that the array begins with, into the first layer's history.
static void enter(const struct wavenet_array *array, const int32_t *residual, uint32_t frames) {
    const struct wavenet_layer *const layer = &array->layers[0];
    const struct wavenet_ring *const ring = &layer->ring;
    for (uint32_t c = 0; c < 3; c++) {
        int32_t *const writer = wavenet_channel_back(&array->entry, c);
        const int32_t scale = writer[WAVENET_HISTORY];
        int16_t *const q = (int16_t *)ring->words;
        int32_t t = writer[WAVENET_ERROR];
        uint32_t at = ring->at, before = back(ring, at, layer->dilation);
        for (uint32_t f = 0; f < frames; f++) {
            t += mulh(residual[tile_at(f, c, 4)], scale);
            q[at * 4 + c] = (int16_t)clip(t >> WAVENET_FEEDBACK_BITS, INT16_MIN, INT16_MAX);
            t &= (1 << WAVENET_FEEDBACK_BITS) - 1;
            if (c == 2)
                q[at * 4 + 3] = q[before * 4 + 2];
            at = at + 1 == ring->frames ? 0 : at + 1;
            before = before + 1 == ring->frames ? 0 : before + 1;
        }
        writer[WAVENET_ERROR] = t;
    }
    wavenet_mirror(ring, frames);
}

// What a layer has for all of its runs.
static void begin_layer(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk) {
    struct wavenet_layer *const layer = &walk->array->layers[walk->layer];
    const int last = walk->layer + 1 == walk->array->count;
    const uint32_t pairs = (layer->taps + 1u) / 2;
    run->chain[0] = wavenet_narrow_3_a - (pairs - 1) * BYTES_3_PAIR;
    run->chain[1] = wavenet_narrow_3_b - (pairs - 1) * BYTES_3_PAIR;
    run->rows = rows_3(layer);
    run->weight = run->rows[ROWS_3_WEIGHTS * (WAVENET_NARROW_PAIRS - pairs)];
    run->channels = layer->channels.columns == 0 ? walk->still : layer->channels.words;
    walk->reads = &layer->ring;
    walk->writes = last ? &walk->spare : &layer[1].ring;
    walk->dilation = layer->dilation;
    walk->partner = last ? 0 : layer[1].dilation;
    walk->taps = layer->taps;
    walk->from = walk->reads->at;
    walk->to = walk->writes->at;
    walk->tile = 0;
}

// The next run of the layer: until a ring that it reads or writes wraps.
static uint32_t begin_run(struct wavenet_narrow_m7 *run, const struct wavenet_walk *walk) {
    const struct wavenet_ring *const reads = walk->reads, *const writes = walk->writes;
    const uint32_t partner = back(writes, walk->to, walk->partner);
    uint32_t tiles = smaller(tiles_until(writes, walk->to), tiles_until(writes, partner));
    tiles = smaller(tiles, walk->tiles - walk->tile);
    uint32_t at = walk->from, k = 0;
    for (; k < walk->taps; k++) { // from the newest, one dilation older each
        run->tap[2 * WAVENET_NARROW_PAIRS - 1 - k] = frame_of(reads, at);
        tiles = smaller(tiles, tiles_until(reads, at));
        at = back(reads, at, walk->dilation);
    }
    if (k & 1) { // a tap without weights
        run->tap[2 * WAVENET_NARROW_PAIRS - 1 - k] = run->tap[2 * WAVENET_NARROW_PAIRS - k];
        k++;
    }
    run->first = run->tap[2 * WAVENET_NARROW_PAIRS - k];
    // What is written at the beginning of a ring is mirrored before a tile reads it behind the end.
    if (walk->to < TILE_FRAMES - 1 && writes->past > WAVENET_SLIDE_MAX)
        tiles = 1;
    run->out = frame_of(writes, walk->to);
    run->partner = frame_of(writes, partner);
    run->audio = walk->net->x + walk->tile * TILE_FRAMES;
    run->head = walk->net->head + walk->tile * TILE_FRAMES * 4 - HALF_3;
    run->residual = walk->residual + walk->tile * TILE_FRAMES * 4 - HALF_3;
    run->end = tiles * TILE_FRAMES * 4 * FRAME_3;
    return tiles;
}

// Moves on behind a run. What its last tile wrote beyond the ring belongs to the beginning.
static void end_run(struct wavenet_walk *walk) {
    const struct wavenet_ring *const reads = walk->reads, *const writes = walk->writes;
    const uint32_t frames = walk->run * TILE_FRAMES, first = walk->to, end = writes->frames;
    int32_t *const words = writes->words;
    walk->tile += walk->run;
    walk->from += frames;
    walk->from -= walk->from >= reads->frames ? reads->frames : 0;
    walk->to += frames;
    if (walk->to >= end) {
        walk->to -= end;
        for (uint32_t i = 0; i < walk->to * FRAME_3; i++)
            words[i] = words[end * FRAME_3 + i];
    }
    for (uint32_t i = first * FRAME_3; i < (TILE_FRAMES - 1) * FRAME_3; i++)
        words[end * FRAME_3 + i] = words[i];
}

// Frames of the last tile that are not there yet have moved the remainders.
static void give_back(const struct wavenet_walk *walk, const struct wavenet_stream *writer) {
    for (uint32_t c = 0; writer->columns != 0 && c < 3; c++) {
        int32_t *const words = wavenet_channel_back(writer, c);
        for (uint32_t f = walk->frames; f < walk->tiles * TILE_FRAMES; f++)
            words[WAVENET_ERROR] -= mulh(walk->residual[tile_at(f, c, 4)], words[WAVENET_HISTORY]);
        words[WAVENET_ERROR] &= (1 << WAVENET_FEEDBACK_BITS) - 1;
    }
}

uint32_t wavenet_narrow_next(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk) {
    if (walk->run != 0)
        end_run(walk);
    if (walk->tile == walk->tiles) {
        struct wavenet_layer *const layer = &walk->array->layers[walk->layer++];
        give_back(walk, &layer->channels);
        wavenet_advance(&layer->ring, walk->frames);
        if (walk->layer == walk->array->count)
            return 0;
        begin_layer(run, walk);
    } else if (walk->run == 0) {
        begin_layer(run, walk);
    }
    walk->run = begin_run(run, walk);
    return walk->run;
}

int wavenet_array_run(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                      uint32_t frames) {
    if (!array->narrow)
        return 0;
    struct wavenet_walk walk;
    walk.net = net;
    walk.array = array;
    walk.residual = residual;
    walk.frames = frames;
    walk.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    walk.layer = walk.tile = walk.run = 0;
    walk.spare.words = net->a;
    walk.spare.frames = WAVENET_CHUNK;
    walk.spare.at = walk.spare.past = 0;
    for (uint32_t i = 0; i < sizeof walk.still / sizeof walk.still[0]; i++) {
        walk.still[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    enter(array, residual, frames);
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
