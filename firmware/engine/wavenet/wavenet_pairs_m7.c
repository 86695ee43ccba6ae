// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Pairs of rows and of channels: runs of tiles in which no ring wraps, handed to wavenet_rows_m7.S
// and wavenet_channels_m7.S.
#include "wavenet_m7.h"

#ifdef WAVENET_M7

#include "cold.h"

extern const uint8_t wavenet_leaky_m7[], wavenet_leaky_long[];
extern const uint8_t wavenet_table_m7[], wavenet_table_long[], wavenet_table_full[];
extern const uint8_t wavenet_table_scaled[], wavenet_table_long_scaled[],
    wavenet_table_full_scaled[];
extern const uint8_t wavenet_gated_tanh[], wavenet_gated_tanh_scaled[], wavenet_gated_leaky[];
extern const uint8_t wavenet_silu_m7[], wavenet_silu_scaled[], wavenet_linear_m7[];
extern const uint8_t wavenet_corners_m7[], wavenet_corners_scaled[], wavenet_curve_m7[],
    wavenet_curve_scaled[];
extern const uint8_t wavenet_leaky_9[], wavenet_leaky_8[], wavenet_leaky_7[], wavenet_leaky_6[];
extern const uint8_t wavenet_finish_long[], wavenet_finish_upper[];
extern const uint8_t wavenet_fine_m7[], wavenet_fine_scaled[];
extern const uint8_t wavenet_lift_1[], wavenet_lift_2[], wavenet_lift_3[], wavenet_lift_4[],
    wavenet_lift_5[], wavenet_lift_6[];
extern const uint8_t wavenet_long_1[], wavenet_long_2[], wavenet_long_3[], wavenet_long_4[],
    wavenet_long_5[], wavenet_long_6[], wavenet_long_8[];
extern const uint8_t wavenet_full_2[], wavenet_full_4[], wavenet_full_6[], wavenet_full_8[],
    wavenet_full_10[], wavenet_full_12[], wavenet_full_16[];
extern const uint8_t wavenet_taps_1[], wavenet_taps_2[], wavenet_taps_3[], wavenet_taps_4[],
    wavenet_taps_5[], wavenet_taps_6[], wavenet_taps_8[];
extern const uint8_t wavenet_matrix_0[], wavenet_matrix[], wavenet_matrix_16[], wavenet_matrix_32[];
extern const uint8_t wavenet_residual_m7[], wavenet_history_m7[], wavenet_history_long[];
extern const uint8_t wavenet_matrix_full[], wavenet_full_residual[], wavenet_full_history[];

// As in wavenet_square_m7.c.
#ifdef ENGINE_WITHOUT_WAVENET_16
#define TAPS_8     NULL
#define LONG_8     NULL
#define FULL(code) NULL
enum { FULL_MOST = 8 };
#else
#define TAPS_8     wavenet_taps_8
#define LONG_8     wavenet_long_8
#define FULL(code) code
enum { FULL_MOST = 16 };
#endif

// Kernels by pairs of columns; `long_taps` of a history of 32 bits, `full_taps` beside weights of
// as many, for up to 16 taps. AROUND: so is the other, which has no end.
enum { AROUND = 16 };
static const struct {
    const uint8_t *taps_end, *long_taps, *full_taps;
    uint32_t taps;
} kernels[] = {
    {NULL, NULL, NULL, 0},
    {wavenet_taps_1, wavenet_long_1, FULL(wavenet_full_2), AROUND},
    {wavenet_taps_2, wavenet_long_2, wavenet_full_4, AROUND},
    {wavenet_taps_3, wavenet_long_3, FULL(wavenet_full_6), 3},
    {wavenet_taps_4, wavenet_long_4, wavenet_full_8, 15},
    {wavenet_taps_5, wavenet_long_5, FULL(wavenet_full_10), AROUND},
    {wavenet_taps_6, wavenet_long_6, FULL(wavenet_full_12), 3},
    {NULL, NULL, NULL, 0},
    {TAPS_8, LONG_8, FULL(wavenet_full_16), 3},
};
enum { KERNELS = sizeof kernels / sizeof kernels[0] };

// Bytes of the code of a tap.
static uint32_t tap_bytes(uint32_t pairs) {
    return 56 * pairs + (pairs < 4 ? 4 : 4 + 2 * pairs);
}

// Bytes of the code of a pair of columns of a 1x1, and the most of them.
enum { MATRIX_16_BYTES = 56, MATRIX_32_BYTES = 104, MATRIX_MOST = 8 };
// Of a column of 32-bit weights; the most of them is FULL_MOST.
enum { FULL_BYTES = 56 };

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

// The same of a gated layer, whose activations have 32 bits or are not read.
COLD static int find_gated(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    if (layer->matrix_format == WAVENET_MATRIX_16 || layer->full || layer->copy != NULL ||
        (layer->matrix_format == WAVENET_MATRIX_NONE && layer->heads != NULL))
        return 0;
    code->tail = wavenet_gated_leaky;
    code->scaled = NULL;
    if (layer->activation == WAVENET_LEAKY)
        return layer->lift == WAVENET_LIFT_ONE + 2;
    if (layer->activation != WAVENET_TANH || layer->lift > LIFT_MOST)
        return 0;
    code->tail = lift_of(layer, wavenet_gated_tanh);
    code->scaled = wavenet_gated_tanh_scaled;
    return 1;
}

// Whether the tail of a fine tanh serves, of which nobody may read 16 bits.
COLD static int fine_serves(const struct wavenet_layer *layer) {
    return layer->matrix_format == WAVENET_MATRIX_32 ||
           (layer->matrix_format == WAVENET_MATRIX_NONE && layer->heads == NULL);
}

// Tails of the functions of a record by their type, and of SiLU.
static const struct {
    const uint8_t *tail, *scaled;
} others[] = {[WAVENET_CORNERS] = {wavenet_corners_m7, wavenet_corners_scaled},
              [WAVENET_CURVE] = {wavenet_curve_m7, wavenet_curve_scaled},
              [WAVENET_FINE_TANH] = {wavenet_fine_m7, wavenet_fine_scaled},
              [WAVENET_FUNCTION_TYPES] = {wavenet_silu_m7, wavenet_silu_scaled}};

// How a tail ends that leaves the rest to others.
static const uint8_t *finish_of(const struct wavenet_layer *layer) {
    return layer->matrix_format == WAVENET_MATRIX_32 ? wavenet_finish_long : wavenet_finish_upper;
}

// A leaky activation of another lift than that of most, or none: sums that are not scaled.
COLD static int find_unscaled(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    code->scaled = finish_of(layer);
    switch (layer->activation == WAVENET_LEAKY ? layer->lift : 0) {
    case 0:
        code->tail = wavenet_linear_m7;
        return layer->activation == WAVENET_LINEAR;
    case WAVENET_LIFT_ONE + 1: // of such sums a 1x1 reads other 16 bits than the upper ones
        code->tail = wavenet_leaky_9;
        return layer->matrix_format != WAVENET_MATRIX_16;
    case WAVENET_LIFT_ONE:
        code->tail = wavenet_leaky_8;
        return 1;
    case WAVENET_LIFT_ONE - 1:
        code->tail = wavenet_leaky_7;
        return 1;
    case WAVENET_LIFT_ONE - 2:
        code->tail = wavenet_leaky_6;
        return 1;
    default:
        return 0;
    }
}

// SiLU and the functions of a record.
COLD static int find_other(struct wavenet_layer *layer) {
    struct wavenet_rows_code *const code = &layer->code;
    if (layer->activation < WAVENET_SILU)
        return layer->full ? 0 : find_unscaled(layer);
    const uint32_t kind =
        layer->activation == WAVENET_SILU ? WAVENET_FUNCTION_TYPES : (uint32_t)layer->function[0];
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
    if (pairs >= KERNELS || (ring->wide && taps > WAVENET_M7_TAPS))
        return NULL;
    if (ring->wide)
        return layer->full_rows ? kernels[pairs].full_taps : kernels[pairs].long_taps;
    if (kernels[pairs].taps_end == NULL || taps > kernels[pairs].taps)
        return NULL;
    return kernels[pairs].taps_end - (kernels[pairs].taps == AROUND ? 0 : taps * tap_bytes(pairs));
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
        const struct sigmoid_chord *const chords = walk->layer->activation == WAVENET_FUNCTION
                                                       ? wavenet_fine_chords(walk->layer->function)
                                                       : walk->net->chords;
        run->bases = &chords->base;
        run->slopes = &chords->slope;
        if (walk->layer->activation >= WAVENET_SILU) {
            run->function = walk->layer->function;
            run->finish = finish_of(walk->layer);
        }
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

// What all tiles share.
static void begin_channels(struct wavenet_channels_m7 *run, const struct wavenet_stream *stream,
                           int wide, const uint8_t *tail) {
    const uint32_t pairs = stream->pairs, words = wavenet_channel_words(stream) * pairs;
    run->start = stream->words - 1;
    run->end = stream->words + words - 1;
    run->begin = stream->columns == 0 ? wavenet_matrix_0 : wavenet_matrix;
    run->chain = wide ? wavenet_matrix_32 - MATRIX_32_BYTES * stream->columns
                      : wavenet_matrix_16 - MATRIX_16_BYTES * stream->columns;
    run->tail = tail;
    run->a_step = 16u * stream->columns << wide;
}

// Whole tiles of a chunk, whose history goes into `next`.
static uint32_t play_tiles(const struct wavenet *net, struct wavenet_channels_m7 *run,
                           const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    const uint32_t step = wavenet_frame_bytes(next), tiles = frames / TILE_FRAMES;
    uint32_t at = next->at;
    run->stride = step;
    run->ring_step = 3 * step;
    run->shift = next->shift;
    run->room = INT32_MAX - (INT32_MAX >> next->shift);
    for (uint32_t tile = 0; tile < tiles; tile += run->tiles) {
        run->tiles = wavenet_tiles_until(next, at, tiles - tile);
        run->a = net->a + tile * (run->a_step / 4);
        run->residual = residual + tile * TILE_FRAMES * next->channels;
        run->ring = (uint8_t *)next->words + at * step;
        wavenet_channels_m7(run);
        at = wavenet_ring_after(next, at, run->tiles);
    }
    return tiles * TILE_FRAMES;
}

// A chunk of the residual alone from the tile `from` on, where `residual` is.
static void play_residual(const struct wavenet *net, struct wavenet_channels_m7 *run,
                          int32_t *residual, uint32_t from, uint32_t frames) {
    run->tiles = (frames - from + TILE_FRAMES - 1) / TILE_FRAMES;
    run->a = net->a + from / TILE_FRAMES * (run->a_step / 4);
    run->residual = residual;
    run->ring = NULL; // counted on, but never written
    run->ring_step = run->stride = run->shift = 0;
    run->room = 0;
    wavenet_channels_m7(run);
}

COLD int wavenet_pairs_serves(const struct wavenet_stream *stream, int wide,
                              const struct wavenet_ring *next) {
    (void)wide;
    (void)next;
    return stream->columns <= MATRIX_MOST;
}

uint32_t wavenet_pairs_play(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                            const struct wavenet_ring *next, int32_t *residual, uint32_t frames) {
    struct wavenet_channels_m7 run;
    begin_channels(&run, stream, wide, next->wide ? wavenet_history_long : wavenet_history_m7);
    return play_tiles(net, &run, next, residual, frames);
}

int wavenet_residual_run(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                         int32_t *residual, uint32_t from, uint32_t frames) {
    struct wavenet_channels_m7 run;
    if (stream->columns == 0 || stream->columns > MATRIX_MOST)
        return 0;
    begin_channels(&run, stream, wide, wavenet_residual_m7);
    play_residual(net, &run, residual + 2u * stream->pairs * from, from, frames);
    return 1;
}

uint32_t wavenet_full_run(struct wavenet *net, const struct wavenet_layer *layer,
                          const struct wavenet_array *array, const struct wavenet_ring *next,
                          int32_t *residual, uint32_t frames) {
    const uint32_t columns = wavenet_even(array->bottleneck);
    const uint32_t words = wavenet_even(array->channels) / 2 * wavenet_full_words(columns);
    struct wavenet_channels_m7 run;
    if (columns > FULL_MOST || (next != NULL && !next->wide))
        return 0;
    run.start = layer->copy - 1;
    run.end = layer->copy + words - 1;
    run.begin = wavenet_matrix;
    run.chain = wavenet_matrix_full - FULL_BYTES * columns;
    run.tail = next != NULL ? wavenet_full_history : wavenet_full_residual;
    run.a_step = 16 * columns;
    if (next == NULL) {
        play_residual(net, &run, residual, 0, frames);
        return frames;
    }
    return play_tiles(net, &run, next, residual, frames);
}

#endif
