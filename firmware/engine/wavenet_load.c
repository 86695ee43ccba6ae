// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Builds a checked WaveNet in the arena.
#include "wavenet.h"

_Static_assert(sizeof(struct wavenet) + 8 <= LAYER_ARENA_BYTES, "struct wavenet outgrew its share");
_Static_assert(sizeof(struct wavenet_array) <= WAVENET_ARRAY_BYTES, "struct wavenet_array");
_Static_assert(sizeof(struct wavenet_layer) <= WAVENET_LAYER_BYTES, "struct wavenet_layer");

static const int32_t *load_words(const uint8_t *from, uint32_t count, struct layer_arena *arena) {
    int32_t *const words = layer_take(arena, (size_t)4 * count);
    for (uint32_t i = 0; words != NULL && i < count; i++)
        words[i] = blob_word(from, i);
    return words;
}

static int load_matrix(struct wavenet_matrix *matrix, const uint8_t *weights, const uint8_t *scale,
                       const uint8_t *bias, struct layer_arena *arena, uint32_t channels) {
    struct tile *const tile = &matrix->tile;
    int16_t *const words = layer_take(arena, (size_t)2 * tile->rows * tile->taps * tile->channels);
    matrix->scale = load_words(scale, tile->rows, arena);
    matrix->bias = load_words(bias, tile->rows, arena);
    if (words == NULL || matrix->scale == NULL || matrix->bias == NULL)
        return 0;
    for (uint32_t r = 0; r < (uint32_t)tile->rows * tile->taps; r++)
        for (uint32_t i = 0; i < channels; i++)
            words[r * tile->channels + i] =
                (int16_t)blob_i16(weights + (size_t)2 * (r * channels + i));
    tile->weights = words;
    return 1;
}

static int load_layer(struct wavenet_layer *layer, const struct wavenet_layer_view *view,
                      const struct wavenet_array_view *array, struct layer_arena *arena) {
    const uint32_t channels = array->channels, bottleneck = array->bottleneck;
    const int wide = view->history == WAVENET_HISTORY_32;
    layer->conv.tile.rows = view->rows;
    layer->conv.tile.taps = view->taps;
    layer->conv.tile.channels = (uint16_t)wavenet_even(channels);
    if (!load_matrix(&layer->conv, view->weights, view->scale, view->bias, arena, channels))
        return 0;
    layer->mixin = load_words(view->mixin, view->rows, arena);
    layer->head_scale = load_words(view->head_scale, bottleneck, arena);
    if (layer->mixin == NULL || layer->head_scale == NULL)
        return 0;
    if (view->activation == WAVENET_LEAKY) {
        layer->slope = load_words(view->slope, bottleneck, arena);
        if (layer->slope == NULL)
            return 0;
    }
    if (!wide) {
        layer->history_scale = load_words(view->history_scale, channels, arena);
        layer->error = layer_take(arena, (size_t)4 * channels);
        if (layer->history_scale == NULL || layer->error == NULL)
            return 0;
    }
    layer->frames = wavenet_ring_frames(view);
    layer->ring = layer_take_history(
        arena, (size_t)(wide ? 4 : 2) * (layer->frames + TILE_FRAMES - 1) * wavenet_even(channels));
    layer->dilation = view->dilation;
    layer->activation = (uint8_t)view->activation;
    layer->gated = (uint8_t)view->gated;
    layer->shift = (uint8_t)view->shift;
    if (layer->ring == NULL || !view->matrix)
        return layer->ring != NULL;
    layer->matrix.tile.rows = array->channels;
    layer->matrix.tile.taps = 1;
    layer->matrix.tile.channels = (uint16_t)wavenet_even(bottleneck);
    return load_matrix(&layer->matrix, view->matrix_weights, view->matrix_scale, view->matrix_bias,
                       arena, bottleneck);
}

static struct wavenet_array *load_array(struct blob_cursor *cursor, struct layer_arena *arena) {
    struct wavenet_array_view view;
    uint32_t unused = 0;
    struct wavenet_array *const array = layer_take(arena, WAVENET_ARRAY_BYTES);
    if (array == NULL || wavenet_read_array(&view, cursor, &unused) != ENGINE_OK ||
        !wide_load(&array->rechannel, &view.rechannel, arena))
        return NULL;
    array->count = view.layers;
    array->channels = view.channels;
    array->bottleneck = view.bottleneck;
    array->start = load_words(view.start, view.bottleneck, arena);
    array->layers = layer_take(arena, (size_t)WAVENET_LAYER_BYTES * view.layers);
    if (array->start == NULL || array->layers == NULL)
        return NULL;
    for (uint32_t i = 0; i < view.layers; i++) {
        struct wavenet_layer_view layer;
        if (wavenet_read_layer(&layer, &view, cursor, &unused) != ENGINE_OK ||
            !load_layer(&array->layers[i], &layer, &view, arena))
            return NULL;
    }
    if (wavenet_read_head(&view, cursor, &unused) != ENGINE_OK ||
        !wide_load(&array->head, &view.head, arena))
        return NULL;
    return array;
}

struct layer *wavenet_load(const struct blob_record *record, const struct layer_chain *chain,
                           struct layer_arena *arena) {
    (void)chain;
    uint32_t widest;
    struct blob_cursor cursor = record->tensors;
    struct wavenet *const net = layer_take(arena, sizeof *net);
    if (net == NULL || wavenet_measure(record, &widest, NULL) != ENGINE_OK)
        return NULL;
    int32_t **const work[] = {&net->residual[0], &net->residual[1], &net->head, &net->a, &net->out};
    for (uint32_t i = 0; i < sizeof work / sizeof work[0]; i++) {
        *work[i] = layer_take(arena, (size_t)4 * LAYER_CHUNK * widest);
        if (*work[i] == NULL)
            return NULL;
    }
    net->acc = layer_take(arena, (size_t)4 * TILE_FRAMES * widest);
    net->arrays = record->own[0];
    if (net->acc == NULL)
        return NULL;
    for (uint32_t i = 0; i < net->arrays; i++) {
        net->array[i] = load_array(&cursor, arena);
        if (net->array[i] == NULL)
            return NULL;
    }
    net->layer.kind = &wavenet_kind;
    net->layer.out.wide = net->out;
    net->layer.out.state = NULL;
    return &net->layer;
}
