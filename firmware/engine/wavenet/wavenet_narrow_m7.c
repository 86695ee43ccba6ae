// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The runs of tiles in which no ring wraps, of an array that the narrow kernels play. With three
// channels a frame of a history is two words, (c0, c1) and (c2, c2 one dilation before), so that
// two taps are three words of each row instead of four.
#include "wavenet_narrow_m7.h"

#ifdef WAVENET_M7

#include "activation.h"
#include "cold.h"

enum { ROWS_3_WEIGHTS = 9, ROWS_3_BACK = 12 }; // words of a pair of taps; behind the weights
enum { BYTES_3_PAIR = 144 };                   // code of a pair of taps
enum { HALF_3 = 6 }; // words that the assembly adds in a tile's first half

extern const uint8_t wavenet_narrow_3_a[], wavenet_narrow_3_b[];

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

static uint32_t back(const struct wavenet_ring *ring, uint32_t at, uint32_t frames) {
    return at >= frames ? at - frames : at + ring->frames - frames;
}

static int32_t *frame_of(const struct wavenet_ring *ring, uint32_t at) {
    return (int32_t *)ring->words + at * (ring->channels / 2u);
}

// The parameters of the rows, so that they end where the stream does.
static int32_t *rows_3(const struct wavenet_layer *layer) {
    return layer->rows.words + wavenet_row_words(&layer->rows) * layer->rows.pairs - ROWS_3_BACK -
           ROWS_3_WEIGHTS * WAVENET_NARROW_PAIRS;
}

COLD static int serves(const struct wavenet_layer *layer, uint32_t channels, int last) {
    const int activation =
        channels == 3
            ? layer->activation == WAVENET_LEAKY && layer->lift == WAVENET_LIFT_ONE + 2
            : (layer->activation == WAVENET_TANH || layer->activation == WAVENET_SIGMOID) &&
                  layer->lift == 0;
    const int taps = channels == 3 ? layer->taps >= 2 && layer->taps <= 2 * WAVENET_NARROW_PAIRS
                                   : layer->taps == 3;
    return activation && taps && !layer->gated && !layer->ring.wide && layer->heads == NULL &&
           (layer->matrix_format == WAVENET_MATRIX_16 ||
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
    const uint32_t channels = array->channels;
    if (channels < 2 || channels > 4 || array->bottleneck != channels)
        return 0;
    for (uint32_t l = 0; l < array->count; l++)
        if (!serves(&array->layers[l], channels, l + 1u == array->count))
            return 0;
    for (uint32_t l = 0; channels == 3 && l < array->count; l++)
        lay_rows(&array->layers[l]);
    return 1;
}

// Moves on behind frames that were written into a ring from `first` on. What a tile wrote beyond
// the ring belongs to its beginning, and what is there is mirrored behind the end.
static uint32_t written(const struct wavenet_ring *ring, uint32_t first, uint32_t frames) {
    const uint32_t end = ring->frames, step = ring->channels / 2u;
    int32_t *const words = ring->words;
    uint32_t at = first + frames;
    if (first >= TILE_FRAMES - 1 && at < end)
        return at;
    at -= at >= end ? end : 0;
    for (uint32_t i = 0; at < first && i < at * step; i++) {
        words[i] = words[end * step + i];
        __asm__ volatile(""); // keeps compilers from unrolling it
    }
    for (uint32_t i = first * step; i < (TILE_FRAMES - 1) * step; i++) {
        words[end * step + i] = words[i];
        __asm__ volatile("");
    }
    return at;
}

// Frames of the last tile that are not there yet have moved the remainders.
static void give_back(const struct wavenet_walk *walk, const struct wavenet_stream *writer) {
    for (uint32_t c = 0; c < walk->array->channels; c++) {
        int32_t *const words = wavenet_channel_back(writer, c);
        for (uint32_t f = walk->frames; f < walk->tiles * TILE_FRAMES; f++)
            words[WAVENET_ERROR] -=
                mulh(walk->residual[tile_at(f, c, 2u * writer->pairs)], words[WAVENET_HISTORY]);
        words[WAVENET_ERROR] &= (1 << WAVENET_FEEDBACK_BITS) - 1;
    }
}

// t / 64, saturated; the remainder stays in t.
static inline int32_t fed_back(int32_t *t) {
    const int32_t q = clip(*t >> WAVENET_FEEDBACK_BITS, INT16_MIN, INT16_MAX);
    *t &= (1 << WAVENET_FEEDBACK_BITS) - 1;
    return q;
}

static inline int32_t beside(int32_t low, int32_t high) {
    return (int32_t)((uint16_t)low | (uint32_t)high << 16);
}

// Two channels of the residual that an array begins with, into the first layer's history.
static void enter(const struct wavenet_walk *walk, uint32_t pair) {
    const struct wavenet_ring *const ring = &walk->array->layers[0].ring;
    const uint32_t step = ring->channels / 2u, width = ring->channels;
    int32_t *const a = wavenet_channel_back(&walk->array->entry, 2 * pair);
    int32_t *const b = wavenet_channel_back(&walk->array->entry, 2 * pair + 1);
    const int32_t scale = a[WAVENET_HISTORY], other = b[WAVENET_HISTORY];
    int32_t t = a[WAVENET_ERROR], u = b[WAVENET_ERROR];
    const int32_t *residual = walk->residual + 2 * pair * TILE_FRAMES;
    uint32_t at = ring->at;
    for (uint32_t tile = 0; tile < walk->tiles; tile++, residual += width * TILE_FRAMES) {
        int32_t *frame = frame_of(ring, at) + pair;
        for (uint32_t f = 0; f < TILE_FRAMES; f++, frame += step) {
            t += mulh(residual[f], scale);
            u += mulh(residual[TILE_FRAMES + f], other);
            *frame = beside(fed_back(&t), fed_back(&u));
        }
        at = written(ring, at, TILE_FRAMES);
    }
    a[WAVENET_ERROR] = t;
    b[WAVENET_ERROR] = u;
}

// The third channel, beside itself one dilation before.
static void enter_alone(const struct wavenet_walk *walk) {
    const struct wavenet_layer *const layer = &walk->array->layers[0];
    const struct wavenet_ring *const ring = &layer->ring;
    int32_t *const back_2 = wavenet_channel_back(&walk->array->entry, 2);
    const int32_t scale = back_2[WAVENET_HISTORY];
    int32_t t = back_2[WAVENET_ERROR];
    const int32_t *residual = walk->residual + 2 * TILE_FRAMES;
    uint32_t at = ring->at;
    for (uint32_t tile = 0; tile < walk->tiles; tile++, residual += 4 * TILE_FRAMES) {
        const int32_t *before = frame_of(ring, back(ring, at, layer->dilation)) + 1;
        int32_t *frame = frame_of(ring, at) + 1;
        for (uint32_t f = 0; f < TILE_FRAMES; f++, frame += 2, before += 2) {
            t += mulh(residual[f], scale);
            *frame = beside(fed_back(&t), *before);
        }
        at = written(ring, at, TILE_FRAMES);
    }
    back_2[WAVENET_ERROR] = t;
}

// What a layer has for all of its runs.
static void begin_layer(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk) {
    struct wavenet_layer *const layer = &walk->array->layers[walk->layer];
    const int last = walk->layer + 1 == walk->array->count;
    run->rows = layer->rows.words;
    walk->partner = 0;
    if (walk->array->channels == 3) {
        const uint32_t pairs = (layer->taps + 1u) / 2;
        run->chain[0] = wavenet_narrow_3_a - (pairs - 1) * BYTES_3_PAIR;
        run->chain[1] = wavenet_narrow_3_b - (pairs - 1) * BYTES_3_PAIR;
        run->rows = rows_3(layer);
        run->weight = run->rows[ROWS_3_WEIGHTS * (WAVENET_NARROW_PAIRS - pairs)];
        walk->partner = last ? 0 : layer[1].dilation;
    }
    run->bases = sigmoid_table + SIGMOID_CHORDS / 2;
    run->slopes = &sigmoid_table[SIGMOID_CHORDS / 2].slope;
    run->channels = layer->channels.columns == 0 ? walk->still : layer->channels.words;
    walk->reads = &layer->ring;
    walk->writes = last ? &walk->spare : &layer[1].ring;
    walk->dilation = layer->dilation;
    walk->taps = layer->taps;
    walk->from = walk->reads->at;
    walk->to = walk->writes->at;
    walk->tile = 0;
}

// The next run of the layer: until a ring that it reads or writes wraps.
static uint32_t begin_run(struct wavenet_narrow_m7 *run, const struct wavenet_walk *walk) {
    const struct wavenet_ring *const reads = walk->reads, *const writes = walk->writes;
    const uint32_t partner = back(writes, walk->to, walk->partner), tile = walk->tile;
    uint32_t left = writes->frames - walk->to;
    // A tile that reads behind the end is not in the run that has written the beginning.
    const uint32_t until = writes->frames - partner;
    const int whole = walk->to < TILE_FRAMES - 1 && until >= TILE_FRAMES;
    left = smaller(left, whole ? until / TILE_FRAMES * TILE_FRAMES : until);
    left = smaller(left, (walk->tiles - tile) * TILE_FRAMES);
    // From the newest tap, one dilation older each. They span less than a ring, so that at most one
    // is the first to come from its end, and that or the newest is nearest to the end. Bytes.
    const uint32_t pairs = reads->channels / 2u, around = 4 * pairs * reads->frames;
    const uint32_t step = 4 * pairs * walk->dilation, newest = 4 * pairs * walk->from;
    const uint8_t *const words = reads->words;
    const void **tap = run->tap + 2 * WAVENET_NARROW_PAIRS;
    uint32_t at = newest, wrapped = 0;
    *--tap = words + at;
    for (uint32_t k = walk->taps; k > 1; k--) {
        if (at < step) {
            at += around;
            wrapped = at - step;
        }
        at -= step;
        *--tap = words + at;
        __asm__ volatile(""); // keeps compilers from unrolling it
    }
    const uint32_t nearest = wrapped > newest ? wrapped : newest;
    left = smaller(left, (around - nearest) >> (pairs + 1)); // pairs are 1 or 2
    run->first = *tap;
    if (walk->taps & 1) // a tap without weights
        *--tap = run->first;
    left = (left + TILE_FRAMES - 1) / TILE_FRAMES;
    run->out = frame_of(writes, walk->to);
    run->partner = frame_of(writes, partner);
    run->audio = walk->net->x + tile * TILE_FRAMES;
    const uint32_t width = writes->channels, skipped = walk->array->channels == 3 ? HALF_3 : 0;
    run->head = walk->net->head + tile * TILE_FRAMES * width - skipped;
    run->residual = walk->residual + tile * TILE_FRAMES * width - skipped;
    run->end = left * TILE_FRAMES * 2 * width;
    return left;
}

static void end_run(struct wavenet_walk *walk) {
    const uint32_t frames = walk->run * TILE_FRAMES, around = walk->reads->frames;
    walk->tile += walk->run;
    walk->from += frames;
    walk->from -= walk->from >= around ? around : 0;
    walk->to = written(walk->writes, walk->to, frames);
}

static void end_layer(struct wavenet_walk *walk) {
    struct wavenet_layer *const layer = &walk->array->layers[walk->layer++];
    if (layer->channels.columns != 0 && walk->frames % TILE_FRAMES != 0)
        give_back(walk, &layer->channels);
    wavenet_advance(&layer->ring, walk->frames);
}

uint32_t wavenet_narrow_next(struct wavenet_narrow_m7 *run, struct wavenet_walk *walk) {
    if (walk->run != 0)
        end_run(walk);
    if (walk->tile == walk->tiles) {
        end_layer(walk);
        if (walk->layer == walk->array->count)
            return 0;
    }
    if (walk->run == 0 || walk->tile == walk->tiles)
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
    walk.array = array;
    walk.residual = residual;
    walk.frames = frames;
    walk.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    walk.layer = walk.tile = walk.run = 0;
    walk.spare.words = net->a;
    walk.spare.frames = WAVENET_CHUNK;
    walk.spare.at = walk.spare.past = 0;
    walk.spare.channels = wavenet_even(array->channels);
    for (uint32_t i = 0; i < sizeof walk.still / sizeof walk.still[0]; i++) {
        walk.still[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    for (uint32_t pair = 0; pair < array->channels / 2u; pair++)
        enter(&walk, pair);
    if (array->channels == 3)
        enter_alone(&walk);
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
