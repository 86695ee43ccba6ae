// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wavenet.h"

enum { PART_BYTES = 16, L1_MAX = 65535 };

static uint32_t even(uint32_t count) {
    return (count + 1) & ~(uint32_t)1;
}

static uint32_t larger(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

// The eight fields at the head of an array or a layer.
static int take_fields(struct blob_cursor *cursor, uint16_t field[8]) {
    const uint8_t *const at = blob_take(cursor, PART_BYTES);
    if (at == NULL)
        return 0;
    for (uint32_t i = 0; i < 8; i++)
        field[i] = blob_u16(at + 2 * i);
    return 1;
}

enum engine_status wavenet_read_array(struct wavenet_array_view *array, struct blob_cursor *cursor,
                                      uint32_t *arena_bytes) {
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
    *arena_bytes += WAVENET_ARRAY_BYTES + layer_eights(4 * array->bottleneck);
    const enum engine_status status = wide_read(&array->rechannel, cursor, arena_bytes);
    if (status != ENGINE_OK)
        return status;
    array->start = blob_take(cursor, (uint32_t)4 * array->bottleneck);
    return array->start != NULL ? ENGINE_OK : ENGINE_BAD_SECTION;
}

enum engine_status wavenet_read_head(struct wavenet_array_view *array, struct blob_cursor *cursor,
                                     uint32_t *arena_bytes) {
    return wide_read(&array->head, cursor, arena_bytes);
}

// Proves |bias| + |mixin| / 2 + |acc scale| / 2^32 < 2^31 for every row; `mixin` may be NULL.
static int rows_proved(const uint8_t *weights, const uint8_t *scale, const uint8_t *bias,
                       const uint8_t *mixin, uint32_t rows, uint32_t columns, int wide) {
    for (uint32_t r = 0; r < rows; r++) {
        uint32_t l1 = 0;
        for (uint32_t i = 0; i < columns; i++) {
            const int32_t w = blob_i16(weights + (size_t)2 * (r * columns + i));
            l1 += (uint32_t)(w < 0 ? -w : w);
        }
        if (l1 > L1_MAX)
            return 0;
        const uint64_t acc = ((uint64_t)l1 << 15) + (wide ? columns : 0);
        uint64_t bound = layer_magnitude(blob_word(bias, r));
        bound += (acc * layer_magnitude(blob_word(scale, r)) + UINT32_MAX) >> 32;
        if (mixin != NULL)
            bound += (layer_magnitude(blob_word(mixin, r)) + 1) >> 1;
        if (bound > INT32_MAX)
            return 0;
    }
    return 1;
}

static enum engine_status take_matrix(struct wavenet_layer_view *layer,
                                      const struct wavenet_array_view *array,
                                      struct blob_cursor *cursor, uint32_t *arena_bytes) {
    const uint32_t rows = array->channels, columns = array->bottleneck;
    layer->matrix_weights = blob_take(cursor, 2 * rows * columns);
    layer->matrix_scale = blob_take(cursor, 4 * rows);
    layer->matrix_bias = blob_take(cursor, 4 * rows);
    if (layer->matrix_weights == NULL || layer->matrix_scale == NULL || layer->matrix_bias == NULL)
        return ENGINE_BAD_SECTION;
    if (!rows_proved(layer->matrix_weights, layer->matrix_scale, layer->matrix_bias, NULL, rows,
                     columns, 1))
        return ENGINE_NOT_PROVED;
    *arena_bytes += layer_eights(2 * rows * even(columns)) + 2 * layer_eights(4 * rows);
    return ENGINE_OK;
}

uint32_t wavenet_ring_frames(const struct wavenet_layer_view *layer) {
    return (uint32_t)(layer->taps - 1) * layer->dilation + LAYER_CHUNK;
}

enum engine_status wavenet_read_layer(struct wavenet_layer_view *layer,
                                      const struct wavenet_array_view *array,
                                      struct blob_cursor *cursor, uint32_t *arena_bytes) {
    uint16_t field[8];
    if (!take_fields(cursor, field))
        return ENGINE_BAD_SECTION;
    layer->taps = field[0];
    layer->dilation = field[1];
    layer->activation = field[2];
    layer->gated = field[3];
    layer->history = field[4];
    layer->shift = field[5];
    layer->matrix = field[6];
    const int wide = layer->history == WAVENET_HISTORY_32;
    if (layer->activation >= WAVENET_ACTIVATIONS || layer->gated > 1 || layer->matrix > 1 ||
        (!wide && layer->history != WAVENET_HISTORY_16) ||
        layer->shift > (wide ? WAVENET_SHIFT_MAX : 0) || field[7] != 0)
        return ENGINE_UNKNOWN_FORMAT;
    if (layer->taps < 1 || layer->taps > TILE_TAPS_MAX || layer->dilation < 1 ||
        (uint32_t)(layer->taps - 1) * layer->dilation > ENGINE_REST_FRAMES)
        return ENGINE_BAD_SHAPE;
    const uint32_t channels = array->channels, bottleneck = array->bottleneck;
    const uint32_t rows = bottleneck << layer->gated, columns = layer->taps * channels;
    const int leaky = layer->activation == WAVENET_LEAKY;
    layer->rows = (uint16_t)rows;
    layer->history_scale = wide ? cursor->at : blob_take(cursor, 4 * channels);
    layer->weights = blob_take(cursor, 2 * rows * columns);
    layer->scale = blob_take(cursor, 4 * rows);
    layer->mixin = blob_take(cursor, 4 * rows);
    layer->bias = blob_take(cursor, 4 * rows);
    layer->slope = leaky ? blob_take(cursor, 4 * bottleneck) : cursor->at;
    layer->head_scale = blob_take(cursor, 4 * bottleneck);
    if (layer->history_scale == NULL || layer->weights == NULL || layer->scale == NULL ||
        layer->mixin == NULL || layer->bias == NULL || layer->slope == NULL ||
        layer->head_scale == NULL)
        return ENGINE_BAD_SECTION;
    if (!rows_proved(layer->weights, layer->scale, layer->bias, layer->mixin, rows, columns, wide))
        return ENGINE_NOT_PROVED;
    const uint32_t ring = (wavenet_ring_frames(layer) + TILE_FRAMES - 1) * even(channels);
    *arena_bytes += WAVENET_LAYER_BYTES + layer_eights(2 * rows * layer->taps * even(channels)) +
                    3 * layer_eights(4 * rows) + (leaky ? 2 : 1) * layer_eights(4 * bottleneck);
    layer->ring_bytes = layer_eights((wide ? 4 : 2) * ring);
    *arena_bytes += layer->ring_bytes + (wide ? 0 : 2 * layer_eights(4 * channels));
    return layer->matrix ? take_matrix(layer, array, cursor, arena_bytes) : ENGINE_OK;
}

enum engine_status wavenet_measure(const struct blob_record *record, uint32_t *widest,
                                   struct layer_chain *chain) {
    struct blob_cursor cursor = record->tensors;
    uint32_t history = 0, residual = 1, head = 0, arena_bytes = 0;
    *widest = 0;
    if (record->format != 0 || record->own[1] != 0)
        return ENGINE_UNKNOWN_FORMAT;
    if (record->inputs != 1 || record->outputs != 1 || record->own[0] < 1 ||
        record->own[0] > WAVENET_ARRAYS_MAX)
        return ENGINE_BAD_SHAPE;
    for (uint32_t a = 0; a < record->own[0]; a++) {
        struct wavenet_array_view array;
        enum engine_status status = wavenet_read_array(&array, &cursor, &arena_bytes);
        for (uint32_t l = 0; status == ENGINE_OK && l < array.layers; l++) {
            struct wavenet_layer_view layer;
            status = wavenet_read_layer(&layer, &array, &cursor, &arena_bytes);
            if (status == ENGINE_OK) {
                history += wavenet_ring_frames(&layer) - LAYER_CHUNK;
                *widest = larger(*widest, layer.rows);
                if (chain != NULL && !layer_add_history(chain, layer.ring_bytes))
                    status = ENGINE_BAD_SHAPE;
            }
        }
        if (status == ENGINE_OK)
            status = wavenet_read_head(&array, &cursor, &arena_bytes);
        if (status != ENGINE_OK)
            return status;
        if (array.rechannel.inputs != residual || (a > 0 && array.bottleneck != head))
            return ENGINE_BAD_SHAPE;
        history += array.head.taps - 1u;
        residual = array.channels;
        head = array.head.outputs;
        *widest = larger(*widest, even(larger(residual, larger(head, array.bottleneck))));
    }
    if (head != 1 || history > ENGINE_REST_FRAMES)
        return ENGINE_BAD_SHAPE;
    arena_bytes += LAYER_ARENA_BYTES + 5 * layer_eights(4 * LAYER_CHUNK * *widest) +
                   layer_eights(4 * TILE_FRAMES * *widest);
    if (chain != NULL)
        chain->arena_bytes += arena_bytes;
    return cursor.left == 0 ? ENGINE_OK : ENGINE_BAD_SECTION;
}

enum engine_status wavenet_check(const struct blob_record *record, struct layer_chain *chain) {
    uint32_t widest;
    if (chain->index != 0 || chain->knobs != 0)
        return ENGINE_BAD_SHAPE;
    chain->width = 1;
    // Its head gives the output, as a dense layer does behind a recurrent one.
    chain->dense = LAYER_DENSE_MAX;
    chain->bound = (uint64_t)1 << 31;
    return wavenet_measure(record, &widest, chain);
}
