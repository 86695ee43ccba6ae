// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "cold.h"
#include "wavenet.h"

enum { PART_BYTES = 16 };

COLD static uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

// The eight fields at the head of an array or a layer.
COLD static int take_fields(struct blob_cursor *cursor, uint16_t field[8]) {
    const uint8_t *const at = blob_take(cursor, PART_BYTES);
    if (at == NULL)
        return 0;
    for (uint32_t i = 0; i < 8; i++)
        field[i] = blob_u16(at + 2 * i);
    return 1;
}

// A stream of so many rows with weights and `beside` other words a pair.
COLD static uint32_t stream_bytes(uint32_t rows, uint32_t columns, uint32_t beside) {
    return 4 * (wavenet_even(rows) / 2) * (beside + wavenet_even(columns));
}

COLD enum engine_status wavenet_read_array(struct wavenet_array_view *array,
                                           struct blob_cursor *cursor, uint32_t *arena_bytes,
                                           struct wavenet_bounds *bounds) {
    uint16_t field[8];
    if (!take_fields(cursor, field))
        return ENGINE_BAD_SECTION;
    array->channels = field[1];
    array->bottleneck = field[2];
    array->layers = field[3];
    if (array->channels < 1 || array->channels > WAVENET_CHANNELS_MAX || array->bottleneck < 1 ||
        array->bottleneck > WAVENET_CHANNELS_MAX || array->layers < 1 ||
        array->layers > WAVENET_LAYERS_MAX || field[0] > WAVENET_CHANNELS_MAX ||
        field[4] > WAVENET_CHANNELS_MAX)
        return ENGINE_BAD_SHAPE;
    array->rechannel.inputs = field[0];
    array->rechannel.outputs = array->channels;
    array->rechannel.taps = 1;
    array->rechannel.fraction = field[6];
    array->head.inputs = array->bottleneck;
    array->head.outputs = field[4];
    array->head.taps = field[5];
    array->head.fraction = field[7];
    *arena_bytes +=
        WAVENET_ARRAY_BYTES + layer_eights(4 * array->bottleneck) +
        stream_bytes(array->channels, 0, WAVENET_CHANNELS_FRONT + WAVENET_CHANNELS_BACK);
    const enum engine_status status = wide_read(&array->rechannel, cursor, arena_bytes);
    if (status != ENGINE_OK)
        return status;
    array->start = blob_take(cursor, (uint32_t)4 * array->bottleneck);
    if (array->start == NULL)
        return ENGINE_BAD_SECTION;
    if (bounds == NULL)
        return ENGINE_OK;
    uint64_t below[WAVENET_CHANNELS_MAX];
    for (uint32_t i = 0; i < WAVENET_CHANNELS_MAX; i++) {
        below[i] = bounds->residual[i];
        __asm__ volatile(""); // keeps compilers from calling memcpy
    }
    wide_bounds(&array->rechannel, below, bounds->residual);
    for (uint32_t c = 0; c < array->channels; c++)
        if (bounds->residual[c] > INT32_MAX)
            return ENGINE_NOT_PROVED;
    for (uint32_t b = 0; b < array->bottleneck; b++)
        bounds->head[b] += layer_magnitude(blob_word(array->start, b));
    return ENGINE_OK;
}

COLD enum engine_status wavenet_read_head(struct wavenet_array_view *array,
                                          struct blob_cursor *cursor, uint32_t *arena_bytes,
                                          struct wavenet_bounds *bounds) {
    const enum engine_status status = wide_read(&array->head, cursor, arena_bytes);
    if (status != ENGINE_OK || bounds == NULL)
        return status;
    uint64_t sums[WAVENET_CHANNELS_MAX];
    for (uint32_t b = 0; b < array->bottleneck; b++) {
        sums[b] = bounds->head[b];
        if (sums[b] > INT32_MAX)
            return ENGINE_NOT_PROVED;
    }
    wide_bounds(&array->head, sums, bounds->head);
    return ENGINE_OK;
}

// Whether the table of chords is read: by activations, and by the sigmoid of every gate.
COLD static uint32_t reads_chords(const struct wavenet_layer_view *layer) {
    return layer->gated || layer->activation == WAVENET_TANH ||
           layer->activation == WAVENET_SIGMOID || layer->activation == WAVENET_SILU;
}

COLD uint32_t wavenet_ring_frames(const struct wavenet_layer_view *layer) {
    const uint32_t more = layer->history == WAVENET_HISTORY_AUDIO ? layer->dilation / 2 : 0;
    return (uint32_t)(layer->taps - 1) * layer->dilation + more + WAVENET_CHUNK;
}

COLD uint32_t wavenet_ring_mirrored(const struct wavenet_layer_view *layer, uint32_t channels) {
    const int whole = channels <= WAVENET_NARROW_MAX &&
                      wavenet_ring_frames(layer) > WAVENET_SLIDE_MAX + WAVENET_CHUNK;
    return whole ? WAVENET_CHUNK : TILE_FRAMES - 1;
}

// The tensors of a layer whose fields are read.
COLD static int take_tensors(struct wavenet_layer_view *layer,
                             const struct wavenet_array_view *array, struct blob_cursor *cursor) {
    const uint32_t channels = array->channels, bottleneck = array->bottleneck, rows = layer->rows;
    const uint8_t *const none = cursor->at;
    const int wide = layer->history != WAVENET_HISTORY_16;
    layer->history_scale = wide ? none : blob_take(cursor, 4 * channels);
    const uint32_t weights_bytes = layer->history == WAVENET_HISTORY_FULL ? 4 : 2;
    layer->weights = blob_take(cursor, weights_bytes * rows * layer->taps * layer->heard);
    layer->bias = blob_take(cursor, 4 * rows);
    layer->mixin = blob_take(cursor, 4 * rows);
    layer->scale =
        wavenet_scaled(layer->activation, layer->gated) ? blob_take(cursor, 4 * rows) : none;
    layer->slope = layer->activation == WAVENET_LEAKY ? blob_take(cursor, 4 * bottleneck) : none;
    layer->head_scale = blob_take(cursor, 4 * bottleneck);
    const int full = layer->matrix == WAVENET_MATRIX_FULL;
    const int weights = layer->matrix && layer->matrix != WAVENET_MATRIX_COPY;
    const uint32_t bytes = (full ? 4 : 2) * channels * bottleneck;
    layer->matrix_weights = weights ? blob_take(cursor, bytes) : none;
    layer->matrix_bias = layer->matrix ? blob_take(cursor, 4 * channels) : none;
    layer->matrix_scale = layer->matrix && !full ? blob_take(cursor, 4 * channels) : none;
    const int head = layer->head_matrix;
    layer->head_weights = head ? blob_take(cursor, 2 * bottleneck * bottleneck) : none;
    layer->head_bias = head ? blob_take(cursor, 4 * bottleneck) : none;
    layer->head_matrix_scale = head ? blob_take(cursor, 4 * bottleneck) : none;
    return layer->head_weights != NULL && layer->head_bias != NULL &&
           layer->head_matrix_scale != NULL && layer->history_scale != NULL &&
           layer->weights != NULL && layer->bias != NULL && layer->mixin != NULL &&
           layer->scale != NULL && layer->slope != NULL && layer->head_scale != NULL &&
           layer->matrix_weights != NULL && layer->matrix_bias != NULL &&
           layer->matrix_scale != NULL;
}

COLD enum engine_status wavenet_read_layer(struct wavenet_layer_view *layer,
                                           const struct wavenet_array_view *array,
                                           struct blob_cursor *cursor, uint32_t *arena_bytes,
                                           struct wavenet_bounds *bounds) {
    uint16_t field[8];
    if (!take_fields(cursor, field))
        return ENGINE_BAD_SECTION;
    layer->taps = field[0];
    layer->dilation = field[1];
    layer->activation = field[2];
    layer->gated = field[3];
    layer->history = field[4];
    layer->shift = field[5];
    layer->matrix = field[6] & 0x7F;
    layer->head_matrix = (field[6] & WAVENET_MATRIX_HEAD) != 0;
    layer->copy_shift = field[6] >> 8;
    layer->lift = field[7];
    const int wide = layer->history != WAVENET_HISTORY_16;
    const int audio = layer->history == WAVENET_HISTORY_AUDIO;
    const int copy = layer->matrix == WAVENET_MATRIX_COPY;
    const int full = layer->matrix == WAVENET_MATRIX_FULL;
    layer->heard = audio ? 2 : array->channels;
    if (layer->activation >= WAVENET_FUNCTION + array->functions->count || layer->gated > 1 ||
        layer->matrix > WAVENET_MATRIX_FULL ||
        layer->copy_shift > (copy || full ? WAVENET_COPY_SHIFT_MAX : 0) ||
        layer->history < WAVENET_HISTORY_16 || layer->history > WAVENET_HISTORY_FULL ||
        layer->shift > (wide && !audio ? WAVENET_SHIFT_MAX : 0) ||
        layer->lift > (layer->activation == WAVENET_LINEAR ? 0 : WAVENET_LIFT_MAX))
        return ENGINE_UNKNOWN_FORMAT;
    if ((copy && array->channels != array->bottleneck) || layer->taps < 1 ||
        layer->taps > TILE_TAPS_MAX || layer->dilation < 1 ||
        wavenet_ring_frames(layer) - WAVENET_CHUNK > ENGINE_REST_FRAMES ||
        (audio && (layer->dilation % 2 != 0 || copy || !layer->matrix)) ||
        (full && layer->head_matrix))
        return ENGINE_BAD_SHAPE;
    layer->rows = (uint16_t)(array->bottleneck << layer->gated);
    if (!take_tensors(layer, array, cursor))
        return ENGINE_BAD_SECTION;
    if (bounds != NULL && !wavenet_layer_proved(layer, array, bounds))
        return ENGINE_NOT_PROVED;
    const uint32_t channels = wavenet_even(array->channels), rows = wavenet_even(layer->rows);
    const uint32_t heard = wavenet_even(layer->heard);
    const uint32_t ring =
        (wavenet_ring_frames(layer) + wavenet_ring_mirrored(layer, heard)) * heard;
    layer->ring_bytes = layer_eights((wide ? 4 : 2) * ring);
    *arena_bytes +=
        WAVENET_LAYER_BYTES + layer->ring_bytes +
        stream_bytes(rows,
                     (uint32_t)layer->taps * heard << (layer->history == WAVENET_HISTORY_FULL),
                     WAVENET_ROWS_FRONT + WAVENET_ROWS_BACK) +
        stream_bytes(channels, layer->matrix && !copy && !full ? array->bottleneck : 0,
                     WAVENET_CHANNELS_FRONT + WAVENET_CHANNELS_BACK) +
        (copy ? 8 * array->channels : 0) + // not taken any more, but older engines ask for it
        (full ? layer_eights(4 * (channels / 2) * wavenet_full_words(array->bottleneck)) : 0);
    if (layer->head_matrix)
        *arena_bytes +=
            WAVENET_HEADS_BYTES + stream_bytes(array->bottleneck, array->bottleneck,
                                               WAVENET_CHANNELS_FRONT + WAVENET_CHANNELS_BACK);
    return ENGINE_OK;
}

COLD enum engine_status wavenet_measure(const struct blob_record *record, uint32_t *widest,
                                        struct layer_chain *chain) {
    struct blob_cursor cursor = record->tensors;
    struct wavenet_bounds bounds, *const proof = chain != NULL ? &bounds : NULL;
    struct wavenet_functions functions;
    uint32_t history = 0, residual = 1, head = 0, arena_bytes = 0;
    *widest = 0;
    if (record->format != WAVENET_FORMAT)
        return ENGINE_UNKNOWN_FORMAT;
    if (record->inputs != 1 || record->outputs != 1 || record->own[0] < 1 ||
        record->own[0] > WAVENET_ARRAYS_MAX)
        return ENGINE_BAD_SHAPE;
    for (uint32_t i = 0; i < WAVENET_CHANNELS_MAX; i++) {
        bounds.residual[i] = (uint64_t)1 << 31; // the audio
        bounds.head[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    enum engine_status status =
        wavenet_functions_read(&functions, record->own[1], &cursor, &arena_bytes);
    if (status != ENGINE_OK)
        return status;
    for (uint32_t a = 0; a < record->own[0]; a++) {
        struct wavenet_array_view array;
        array.functions = &functions;
        status = wavenet_read_array(&array, &cursor, &arena_bytes, proof);
        if (status != ENGINE_OK)
            return status;
        if (array.rechannel.inputs != residual || (a > 0 && array.bottleneck != head))
            return ENGINE_BAD_SHAPE;
        for (uint32_t l = 0; status == ENGINE_OK && l < array.layers; l++) {
            struct wavenet_layer_view layer;
            status = wavenet_read_layer(&layer, &array, &cursor, &arena_bytes, proof);
            if (status == ENGINE_OK && layer.history == WAVENET_HISTORY_AUDIO && (a > 0 || l > 0))
                status = ENGINE_BAD_SHAPE;
            if (status == ENGINE_OK) {
                history += wavenet_ring_frames(&layer) - WAVENET_CHUNK;
                *widest = larger(*widest, wavenet_even(layer.rows));
                if (chain != NULL) {
                    chain->reads_chords |= reads_chords(&layer);
                    if (!layer_add_history(chain, layer.ring_bytes))
                        status = ENGINE_BAD_SHAPE;
                }
            }
        }
        if (status == ENGINE_OK)
            status = wavenet_read_head(&array, &cursor, &arena_bytes, proof);
        if (status != ENGINE_OK)
            return status;
        history += array.head.taps - 1u;
        residual = array.channels;
        head = array.head.outputs;
        *widest = larger(*widest, wavenet_even(larger(residual, larger(head, array.bottleneck))));
    }
    if (head != 1 || history > ENGINE_REST_FRAMES)
        return ENGINE_BAD_SHAPE;
    arena_bytes += LAYER_ARENA_BYTES + 5 * layer_eights(4 * WAVENET_CHUNK * *widest) +
                   layer_eights(4 * TILE_FRAMES * *widest);
    if (chain != NULL)
        chain->arena_bytes += arena_bytes;
    return cursor.left == 0 ? ENGINE_OK : ENGINE_BAD_SECTION;
}

COLD enum engine_status wavenet_check(const struct blob_record *record, struct layer_chain *chain) {
    uint32_t widest;
    if (chain->index != 0 || chain->knobs != 0)
        return ENGINE_BAD_SHAPE;
    chain->width = 1;
    // Its head gives the output, as a dense layer does behind a recurrent one.
    chain->dense = LAYER_DENSE_MAX;
    chain->bound = (uint64_t)1 << 31;
    return wavenet_measure(record, &widest, chain);
}
