// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The rows of a layer: which code serves them, found when a network is loaded, and runs of tiles in
// which no ring wraps, handed to wavenet_rows_m7.S.
#include "wavenet_m7.h"

#if ENGINE_M7

#include "cold.h"

extern const uint8_t wavenet_leaky_m7[], wavenet_leaky_long[];
extern const uint8_t wavenet_table_m7[], wavenet_table_long[], wavenet_table_full[];
extern const uint8_t wavenet_table_scaled[], wavenet_table_long_scaled[],
    wavenet_table_full_scaled[];
extern const uint8_t wavenet_gated_tanh[], wavenet_gated_tanh_scaled[], wavenet_gated_leaky[];
extern const uint8_t wavenet_gated_other[], wavenet_gated_other_scaled[], wavenet_gated_finish[];
extern const uint8_t wavenet_gated_leaky_9[], wavenet_gated_leaky_8[], wavenet_gated_leaky_7[],
    wavenet_gated_leaky_6[], wavenet_gated_sigmoid[];
extern const uint8_t wavenet_silu_m7[], wavenet_silu_scaled[], wavenet_linear_m7[];
extern const uint8_t wavenet_corners_m7[], wavenet_corners_scaled[], wavenet_curve_m7[],
    wavenet_curve_scaled[];
extern const uint8_t wavenet_leaky_9[], wavenet_leaky_8[], wavenet_leaky_7[], wavenet_leaky_6[];
extern const uint8_t wavenet_finish_long[], wavenet_finish_upper[];
extern const uint8_t wavenet_fine_m7[], wavenet_fine_scaled[];
extern const uint8_t wavenet_lift_1[], wavenet_lift_2[], wavenet_lift_3[], wavenet_lift_4[],
    wavenet_lift_5[], wavenet_lift_6[];
extern const uint8_t wavenet_long_1[], wavenet_long_2[], wavenet_long_3[], wavenet_long_4[],
    wavenet_long_5[], wavenet_long_6[], wavenet_long_7[], wavenet_long_8[];
extern const uint8_t wavenet_full_2[], wavenet_full_4[], wavenet_full_6[], wavenet_full_8[],
    wavenet_full_10[], wavenet_full_12[], wavenet_full_16[];
extern const uint8_t wavenet_taps_3[], wavenet_taps_4[], wavenet_taps_6[], wavenet_taps_8[];
extern const uint8_t wavenet_around_1[], wavenet_around_2[], wavenet_around_3[], wavenet_around_5[],
    wavenet_around_6[], wavenet_around_7[], wavenet_around_8[];

// Kernels by pairs of columns: up to `taps` of them a chain, which ends at `taps_end`, else around;
// `long_taps` of a history of 32 bits, `full_taps` beside weights of as many. All but the chains
// have up to 16 taps.
static const struct {
    const uint8_t *taps_end, *around, *long_taps, *full_taps;
    uint32_t taps;
} kernels[] = {
    {NULL, NULL, NULL, NULL, 0},
    {NULL, wavenet_around_1, wavenet_long_1, wavenet_full_2, 0},
    {NULL, wavenet_around_2, wavenet_long_2, wavenet_full_4, 0},
    {wavenet_taps_3, wavenet_around_3, wavenet_long_3, wavenet_full_6, 3},
    {wavenet_taps_4, NULL, wavenet_long_4, wavenet_full_8, 15},
    {NULL, wavenet_around_5, wavenet_long_5, wavenet_full_10, 0},
    {wavenet_taps_6, wavenet_around_6, wavenet_long_6, wavenet_full_12, 3},
    {NULL, wavenet_around_7, wavenet_long_7, NULL, 0},
    {wavenet_taps_8, wavenet_around_8, wavenet_long_8, wavenet_full_16, 3},
};
enum { KERNELS = sizeof kernels / sizeof kernels[0] };

// Bytes of the code of a tap.
static uint32_t tap_bytes(uint32_t pairs) {
    return 56 * pairs + (pairs < 4 ? 4 : 4 + 2 * pairs);
}

// By so many bits wavenet_table_full_m7.S shifts activations.
enum { TABLE_FULL_SHIFT = 7 };

// What a tail of the table begins with, by the lift; NULL: by itself.
static const uint8_t *const lifts[] = {NULL,           wavenet_lift_1, wavenet_lift_2,
                                       wavenet_lift_3, wavenet_lift_4, wavenet_lift_5,
                                       wavenet_lift_6};
enum { LIFT_MOST = sizeof lifts / sizeof lifts[0] - 1 };

static const uint8_t *lift_of(const struct wavenet_layer *layer, const uint8_t *tail) {
    return layer->lift == 0 ? tail : lifts[layer->lift];
}

// Tails of the table by what the 1x1 reads: 16 bits, 32, or 31 beside weights of 32.
static const struct {
    const uint8_t *tail, *scaled;
} tables[] = {{wavenet_table_m7, wavenet_table_scaled},
              {wavenet_table_long, wavenet_table_long_scaled},
              {wavenet_table_full, wavenet_table_full_scaled}};

// Tails of the functions of a record by their type, and of SiLU.
static const struct {
    const uint8_t *tail, *scaled;
} others[] = {[WAVENET_CORNERS] = {wavenet_corners_m7, wavenet_corners_scaled},
              [WAVENET_CURVE] = {wavenet_curve_m7, wavenet_curve_scaled},
              [WAVENET_FINE_TANH] = {wavenet_fine_m7, wavenet_fine_scaled},
              [WAVENET_FUNCTION_TYPES] = {wavenet_silu_m7, wavenet_silu_scaled}};

// Which of them a layer has, of SiLU or a function.
COLD static uint32_t other_of(const struct wavenet_layer *layer) {
    return layer->activation == WAVENET_SILU ? WAVENET_FUNCTION_TYPES
                                             : (uint32_t)layer->function[0];
}

// Of leaky activations of gated layers by their lift, from LEAKY_FIRST on.
static const uint8_t *const gated_leaky[] = {wavenet_gated_leaky_6, wavenet_gated_leaky_7,
                                             wavenet_gated_leaky_8, wavenet_gated_leaky_9,
                                             wavenet_gated_leaky};
enum {
    LEAKY_FIRST = WAVENET_LIFT_ONE - 2,
    GATED_LEAKY = sizeof gated_leaky / sizeof gated_leaky[0]
};

// The tail of a gated row's activation that has none with its gate; NULL where there is none.
COLD static const uint8_t *inner_of(const struct wavenet_layer *layer) {
    switch (layer->activation) {
    case WAVENET_LINEAR:
        return wavenet_gated_finish;
    case WAVENET_SIGMOID:
        return wavenet_gated_sigmoid;
    default: // a fine tanh has other chords than the gate
        return other_of(layer) == WAVENET_FINE_TANH ? NULL : others[other_of(layer)].scaled;
    }
}

// The same of a gated layer, whose activations have 32 bits or are not read.
COLD static int find_gated(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    if (layer->matrix_format == WAVENET_MATRIX_16 || layer->full || layer->copy != NULL ||
        (layer->matrix_format == WAVENET_MATRIX_NONE && layer->heads != NULL))
        return 0;
    if (layer->activation == WAVENET_LEAKY) {
        const uint32_t kind = layer->lift - (uint32_t)LEAKY_FIRST;
        code->tail = kind < GATED_LEAKY ? gated_leaky[kind] : NULL;
        return code->tail != NULL;
    }
    if (layer->lift > LIFT_MOST)
        return 0;
    if (layer->activation == WAVENET_TANH) {
        code->tail = lift_of(layer, wavenet_gated_tanh);
        code->scaled = wavenet_gated_tanh_scaled;
        return 1;
    }
    code->tail = lift_of(layer, wavenet_gated_other);
    code->scaled = wavenet_gated_other_scaled;
    code->inner = inner_of(layer);
    return code->inner != NULL;
}

// Whether the tail of a fine tanh serves, of which nobody may read 16 bits.
COLD static int fine_serves(const struct wavenet_layer *layer) {
    return layer->matrix_format == WAVENET_MATRIX_32 ||
           (layer->matrix_format == WAVENET_MATRIX_NONE && layer->heads == NULL);
}

// How a tail ends that leaves the rest to others.
static const uint8_t *finish_of(const struct wavenet_layer *layer) {
    if (layer->gated)
        return wavenet_gated_finish;
    return layer->matrix_format == WAVENET_MATRIX_32 ? wavenet_finish_long : wavenet_finish_upper;
}

// Of leaky activations by their lift, from LEAKY_FIRST on.
static const uint8_t *const leaky[] = {wavenet_leaky_6, wavenet_leaky_7, wavenet_leaky_8,
                                       wavenet_leaky_9};
enum { LEAKY_LAST = WAVENET_LIFT_ONE + 1 };

// A leaky activation of another lift than that of most, or none: sums that are not scaled.
COLD static int find_unscaled(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    code->scaled = finish_of(layer);
    code->tail = wavenet_linear_m7;
    if (layer->activation == WAVENET_LINEAR)
        return 1;
    if (layer->lift < LEAKY_FIRST || layer->lift > LEAKY_LAST)
        return 0;
    code->tail = leaky[layer->lift - LEAKY_FIRST];
    // Of the last one a 1x1 reads other 16 bits than the upper ones.
    return layer->lift != LEAKY_LAST || layer->matrix_format != WAVENET_MATRIX_16;
}

// SiLU and the functions of a record.
COLD static int find_other(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    if (layer->activation < WAVENET_SILU)
        return layer->full ? 0 : find_unscaled(layer);
    const uint32_t kind = other_of(layer);
    if (layer->lift > LIFT_MOST || (kind == WAVENET_FINE_TANH ? !fine_serves(layer) : layer->full))
        return 0;
    code->tail = lift_of(layer, others[kind].tail);
    code->scaled = others[kind].scaled;
    return 1;
}

// Sets the tail; 0 where there is none.
COLD static int find_tail(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    if (layer->gated)
        return find_gated(layer);
    const int wide = layer->matrix_format == WAVENET_MATRIX_32;
    code->tail = wide ? wavenet_leaky_long : wavenet_leaky_m7;
    code->scaled = NULL;
    if (layer->activation == WAVENET_LEAKY && layer->lift == WAVENET_LIFT_ONE + 2)
        return !(layer->full && layer->copy_shift);
    if (!wavenet_from_table(layer->activation, layer->gated))
        return find_other(layer);
    if (layer->lift > LIFT_MOST || (layer->full && layer->copy_shift != TABLE_FULL_SHIFT))
        return 0;
    const uint32_t kind = layer->full ? 2 : (uint32_t)wide;
    code->tail = lift_of(layer, tables[kind].tail);
    code->scaled = tables[kind].scaled;
    return 1;
}

// Where a tile enters the products of its rows; NULL where there are none for them.
COLD static const uint8_t *chain_of(const struct wavenet_layer *layer) {
    const struct wavenet_ring *const ring = &layer->ring;
    const uint32_t pairs = ring->channels / 2, taps = layer->taps;
    if (pairs >= KERNELS || taps > WAVENET_M7_TAPS)
        return NULL;
    if (ring->wide)
        return layer->full_rows ? kernels[pairs].full_taps : kernels[pairs].long_taps;
    if (taps > kernels[pairs].taps)
        return kernels[pairs].around;
    return kernels[pairs].taps_end - taps * tap_bytes(pairs);
}

COLD void wavenet_rows_choose(struct wavenet_layer *layer) {
    layer->code.chain = find_tail(layer) ? chain_of(layer) : NULL;
}

uint32_t wavenet_rows_run(struct wavenet *net, const struct wavenet_layer *layer, uint32_t frames) {
    struct wavenet_rows_walk walk;
    if (layer->code.chain == NULL)
        return 0;
    walk.net = net;
    walk.layer = layer;
    walk.tile = 0;
    walk.tiles = (frames + TILE_FRAMES - 1) / TILE_FRAMES;
    walk.newest = (int32_t)layer->ring.at;
    wavenet_rows_m7(&walk);
    return frames;
}

// What all runs of a layer share. The assembly moves head sum and activations on.
static void begin_rows(struct wavenet_rows_m7 *run, const struct wavenet_rows_walk *walk) {
    const struct wavenet_stream *const rows = &walk->layer->rows;
    const struct wavenet_rows_code *const code = &walk->layer->code;
    run->chain = code->chain;
    run->tail = code->tail;
    run->scaled = code->scaled;
    run->taps = walk->layer->taps;
    run->step = TILE_FRAMES * wavenet_frame_bytes(&walk->layer->ring);
    run->start = rows->words - 1;
    run->end = rows->words + wavenet_row_words(rows) * rows->pairs - 5;
    run->head = walk->net->head - 2;
    run->a = walk->net->a - 2;
    run->skip = walk->layer->gated ? 4 * TILE_FRAMES * (rows->pairs & 1) : 0;
    if (walk->layer->activation != WAVENET_LEAKY || walk->layer->gated) {
        const int fine = walk->layer->activation == WAVENET_FUNCTION && !walk->layer->gated;
        const struct sigmoid_chord *const chords =
            fine ? wavenet_fine_chords(walk->layer->function) : walk->net->chords;
        run->bases = &chords->base;
        run->slopes = &chords->slope;
        if (walk->layer->activation >= WAVENET_SILU) {
            run->function = walk->layer->function;
            run->finish = finish_of(walk->layer);
        }
        run->inner = code->inner;
    }
}

void wavenet_rows_next(struct wavenet_rows_m7 *run, struct wavenet_rows_walk *walk) {
    const struct wavenet_layer *const layer = walk->layer;
    const int32_t newest = walk->newest;
    if (walk->tile == 0)
        begin_rows(run, walk);
    struct wavenet_taps taps;
    wavenet_find_taps(&taps, layer, newest, run->tap + WAVENET_M7_TAPS);
    run->first = *taps.tap;
    run->audio = walk->net->x + walk->tile * TILE_FRAMES;
    const int32_t nearest = taps.wrapped > newest ? taps.wrapped : newest;
    const uint32_t whole = (uint32_t)(taps.around - nearest + TILE_FRAMES - 1) / TILE_FRAMES;
    const uint32_t left = walk->tiles - walk->tile;
    run->tiles = whole < left ? whole : left;
    walk->tile += run->tiles;
    run->left = walk->tiles - walk->tile;
    const int32_t next = newest + (int32_t)(run->tiles * TILE_FRAMES);
    walk->newest = next >= taps.around ? next - taps.around : next;
}

#endif
