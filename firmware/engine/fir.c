// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// An impulse response (README.md, FIR): kind 17. Four frames at once, so that each loaded weight
// and each loaded sample is used four times; fir_m7.S plays them on a Cortex-M7.
#include "cold.h"
#include "fixed.h"
#include "layer.h"
#include "m7.h"
#include "words_m7.h"

// Taps of a segment, which has a scale of its own; frames at once.
enum { SEGMENT = 32, TILE = 4, SEGMENTS_MAX = 750, L1_MAX = 65535 };
// A segment's words for a tile never wrap: the ring's first words are there again behind its last.
enum { MIRRORED = SEGMENT + TILE - 2 };

// Words of a segment in the stream: its weights, the oldest tap first, and its scale, Q40 over the
// segment's own.
enum { SCALE = SEGMENT / 2, SEGMENT_WORDS };

// What the assembly reads; fir_m7.S has the offsets.
struct fir_m7 {
    const int32_t *from; // the oldest sample that the newest segment reads for the first frame
    uint32_t tiles;
    int32_t *out; // whole tiles
    const int32_t *ring;
    uint32_t ring_bytes; // without the mirrored ones
    const int32_t *stream;
    uint32_t span; // bytes of samples of all segments
    int64_t start; // of the sum
};

_Static_assert(sizeof(void *) != 4 || offsetof(struct fir_m7, start) == 32,
               "fir_m7.S has other offsets");

void fir_m7(const struct fir_m7 *run);

struct fir {
    struct layer layer;
    uint32_t segments;
    const int32_t *stream; // segments x SEGMENT_WORDS, the newest segment first
    int64_t start;         // of the sum: the bias and the half that rounds
    int32_t *ring;         // Q31, `frames` and MIRRORED words
    uint32_t frames;       // of the ring
    uint32_t at;           // where the next sample goes
    int32_t out[LAYER_CHUNK];
};

_Static_assert(sizeof(struct fir) + 3 * 8 <= LAYER_ARENA_BYTES, "struct fir outgrew its share");

struct tensors {
    const uint8_t *weights, *scale, *bias;
};

COLD static int take_tensors(const struct blob_record *record, struct tensors *t) {
    struct blob_cursor cursor = record->tensors;
    const uint32_t segments = record->own[0];
    t->weights = blob_take(&cursor, 2 * SEGMENT * segments);
    t->scale = blob_take(&cursor, 4 * segments);
    t->bias = blob_take(&cursor, 4);
    return t->weights != NULL && t->scale != NULL && t->bias != NULL && cursor.left == 0;
}

COLD static uint32_t ring_frames(uint32_t segments) {
    return SEGMENT * segments + LAYER_CHUNK;
}

COLD static enum engine_status fir_check(const struct blob_record *record,
                                         struct layer_chain *chain) {
    struct tensors t;
    const uint32_t segments = record->own[0];
    if (record->format != 0 || record->own[1] != 0)
        return ENGINE_UNKNOWN_FORMAT;
    if (chain->index != 0 || chain->knobs != 0 || record->inputs != 1 || record->outputs != 1 ||
        segments < 1 || segments > SEGMENTS_MAX)
        return ENGINE_BAD_SHAPE;
    if (!take_tensors(record, &t))
        return ENGINE_BAD_SECTION;
    uint64_t bound = (layer_magnitude(blob_word(t.bias, 0)) << 32) + ((uint64_t)1 << 31);
    for (uint32_t s = 0; s < segments; s++) {
        uint32_t l1 = 0;
        for (uint32_t i = 0; i < SEGMENT; i++)
            l1 += (uint32_t)layer_magnitude(blob_i16(t.weights + 2 * (s * SEGMENT + i)));
        if (l1 > L1_MAX)
            return ENGINE_NOT_PROVED;
        bound += (((uint64_t)l1 << 15) + SEGMENT) * layer_magnitude(blob_word(t.scale, s));
        if (bound >> 63 != 0)
            return ENGINE_NOT_PROVED;
    }
    const uint32_t ring = layer_eights(4 * (ring_frames(segments) + MIRRORED));
    if (!layer_add_history(chain, ring))
        return ENGINE_BAD_SHAPE;
    chain->arena_bytes += LAYER_ARENA_BYTES + layer_eights(2 * SEGMENT * segments) +
                          layer_eights(4 * segments) + ring;
    // It ends the network, as a dense layer does.
    chain->width = 1;
    chain->dense = LAYER_DENSE_MAX;
    chain->bound = (uint64_t)1 << 31;
    return ENGINE_OK;
}

COLD static struct layer *fir_load(const struct blob_record *record,
                                   const struct layer_chain *chain, struct layer_arena *arena) {
    (void)chain;
    struct tensors t;
    const uint32_t segments = record->own[0];
    struct fir *const fir = layer_take(arena, sizeof *fir);
    int32_t *const stream = layer_take(arena, (size_t)4 * SEGMENT_WORDS * segments);
    int32_t *const ring = layer_take_history(arena, (size_t)4 * (ring_frames(segments) + MIRRORED));
    if (fir == NULL || stream == NULL || ring == NULL || !take_tensors(record, &t))
        return NULL;
    for (uint32_t s = 0; s < segments; s++) {
        int32_t *const segment = stream + SEGMENT_WORDS * s;
        for (uint32_t i = 0; i < SEGMENT; i++)
            ((int16_t *)segment)[i] = (int16_t)blob_i16(t.weights + 2 * (SEGMENT * s + i));
        segment[SCALE] = blob_word(t.scale, s);
    }
    fir->layer.kind = &fir_kind;
    fir->layer.out.wide = fir->out;
    fir->segments = segments;
    fir->stream = stream;
    fir->start = (int64_t)((uint64_t)(int64_t)blob_word(t.bias, 0) << 32) + ((int64_t)1 << 31);
    fir->ring = ring;
    fir->frames = ring_frames(segments);
    return &fir->layer;
}

static void fir_reset(struct layer *layer) {
    struct fir *const fir = (struct fir *)layer;
    for (uint32_t i = 0; i < fir->frames + MIRRORED; i++) {
        fir->ring[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    fir->at = 0;
}

static void remember(struct fir *fir, const int32_t *x, uint32_t frames) {
    for (uint32_t f = 0; f < frames; f++) {
        const int32_t word = shl(x[f], 8);
        fir->ring[fir->at] = word;
        if (fir->at < MIRRORED)
            fir->ring[fir->frames + fir->at] = word;
        fir->at = fir->at + 1 == fir->frames ? 0 : fir->at + 1;
    }
}

#if ENGINE_M7

static void play(struct fir *fir, uint32_t at, uint32_t frames) {
    struct fir_m7 run;
    run.from = fir->ring + at;
    run.tiles = (frames + TILE - 1) / TILE;
    run.out = fir->out;
    run.ring = fir->ring;
    run.ring_bytes = 4 * fir->frames;
    run.stream = fir->stream;
    run.span = 4 * SEGMENT * fir->segments;
    run.start = fir->start;
    fir_m7(&run);
}

#else

// Adds a segment's part to the sums of four frames; x: the oldest sample of the first of them.
static inline void add_segment(const int32_t *segment, const int32_t *x, int64_t *sum) {
    const int16_t *const w = (const int16_t *)segment;
    const int64_t scale = segment[SCALE];
    int32_t a = 0, b = 0, c = 0, d = 0;
    int32_t x0 = x[0], x1 = x[1], x2 = x[2];
    for (uint32_t i = 0; i < SEGMENT / 2; i++) {
        const int32_t x3 = x[2 * i + 3], x4 = x[2 * i + 4];
        a = add_upper(w + 2 * i, x0, x1, a);
        b = add_upper(w + 2 * i, x1, x2, b);
        c = add_upper(w + 2 * i, x2, x3, c);
        d = add_upper(w + 2 * i, x3, x4, d);
        x0 = x2;
        x1 = x3;
        x2 = x4;
    }
    sum[0] += a * scale;
    sum[1] += b * scale;
    sum[2] += c * scale;
    sum[3] += d * scale;
}

static void play(struct fir *fir, uint32_t at, uint32_t frames) {
    int64_t sum[LAYER_CHUNK];
    for (uint32_t f = 0; f < LAYER_CHUNK; f++)
        sum[f] = fir->start;
    const int32_t *const end = fir->stream + SEGMENT_WORDS * fir->segments;
    for (const int32_t *segment = fir->stream; segment < end; segment += SEGMENT_WORDS) {
        for (uint32_t f = 0; f < frames; f += TILE) {
            const uint32_t from = at + f >= fir->frames ? at + f - fir->frames : at + f;
            add_segment(segment, fir->ring + from, sum + f);
        }
        at = at >= SEGMENT ? at - SEGMENT : at + fir->frames - SEGMENT;
    }
    for (uint32_t f = 0; f < frames; f++)
        fir->out[f] = sat(sum[f] >> 32, 32);
}

#endif

// The frames of the last tile that are not there yet read old words and are dropped.
static void fir_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    struct fir *const fir = (struct fir *)layer;
    // The oldest sample that the newest segment reads for the first frame.
    const uint32_t at =
        fir->at >= SEGMENT - 1 ? fir->at - (SEGMENT - 1) : fir->at + fir->frames - (SEGMENT - 1);
    remember(fir, in->wide, frames);
    play(fir, at, frames);
}

const struct layer_kind fir_kind = {
    .kind = 17,
    .chunk = LAYER_CHUNK,
    .check = fir_check,
    .load = fir_load,
    .reset = fir_reset,
    .set_knobs = NULL,
    .unit = NULL,
    .process = fir_process,
};
