// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Builds a checked WaveNet in the arena.
#include "cold.h"
#include "wavenet_m7.h"

_Static_assert(sizeof(struct wavenet) + 8 <= LAYER_ARENA_BYTES, "struct wavenet outgrew its share");
_Static_assert(sizeof(struct wavenet_array) <= WAVENET_ARRAY_BYTES, "struct wavenet_array");
_Static_assert(sizeof(struct wavenet_layer) <= WAVENET_LAYER_BYTES, "struct wavenet_layer");
_Static_assert(sizeof(struct wavenet_stream) <= WAVENET_HEADS_BYTES, "struct wavenet_stream");

COLD static const int32_t *load_words(const uint8_t *from, uint32_t count,
                                      struct layer_arena *arena) {
    int32_t *const words = layer_take(arena, (size_t)4 * count);
    for (uint32_t i = 0; words != NULL && i < count; i++)
        words[i] = blob_word(from, i);
    return words;
}

// Takes a stream for so many rows; `words` in a block.
COLD static int take_stream(struct wavenet_stream *stream, uint32_t rows, uint32_t columns,
                            uint32_t beside, struct layer_arena *arena) {
    stream->pairs = (uint16_t)(wavenet_even(rows) / 2);
    stream->columns = (uint16_t)(wavenet_even(columns) / 2);
    stream->words = layer_take(arena, (size_t)4 * stream->pairs * (beside + 2 * stream->columns));
    return stream->words != NULL;
}

// Weights of rows x taps x columns as struct tile has them, `block` words a pair of rows; of a
// gated layer its bottleneck; full: of 32 bits.
COLD static void load_weights(int32_t *first, uint32_t block, const uint8_t *from, uint32_t rows,
                              uint32_t taps, uint32_t columns, uint32_t gated, int full) {
    for (uint32_t i = 0; i < rows * taps * columns; i++) {
        const uint32_t row = wavenet_row_at(i / columns / taps, gated);
        const uint32_t column = i / columns % taps * wavenet_even(columns) + i % columns;
        int32_t *const words = first + row / 2 * block;
        if (full)
            words[2 * column + (row & 1)] = blob_word(from, i);
        else
            ((int16_t *)words)[column / 2 * 4 + (row & 1) * 2 + (column & 1)] =
                (int16_t)blob_i16(from + (size_t)2 * i);
    }
}

COLD static void load_rows(const struct wavenet_stream *stream,
                           const struct wavenet_layer_view *view, uint32_t channels,
                           uint32_t bottleneck) {
    const int leaky = view->activation == WAVENET_LEAKY;
    const int scaled = view->gated || (view->activation != WAVENET_LINEAR && !leaky);
    const uint32_t gated = view->gated ? bottleneck : 0;
    load_weights(stream->words + WAVENET_ROWS_FRONT, wavenet_row_words(stream), view->weights,
                 view->rows, view->taps, channels, gated, view->history == WAVENET_HISTORY_FULL);
    for (uint32_t r = 0; r < view->rows; r++) {
        const uint32_t at = wavenet_row_at(r, gated);
        int32_t *const front = wavenet_row_front(stream, at);
        int32_t *const back = wavenet_row_back(stream, at);
        front[0] = blob_word(view->bias, r);
        front[1] = blob_word(view->mixin, r);
        back[WAVENET_SCALE] = scaled ? blob_word(view->scale, r) : 0;
        if (r >= bottleneck)
            continue;
        back[WAVENET_SLOPE] = leaky ? blob_word(view->slope, r) : 0;
        back[WAVENET_HEAD] = blob_word(view->head_scale, r);
    }
}

// A 1x1 in a stream of its size. Its bits are those of a copy of table's words, 0 to 2^31.
COLD static void load_matrix(struct wavenet_stream *stream, uint32_t rows, uint32_t columns,
                             const uint8_t *weights, const uint8_t *bias, const uint8_t *scale) {
    load_weights(stream->words + WAVENET_CHANNELS_FRONT, wavenet_channel_words(stream), weights,
                 rows, 1, columns, 0, 0);
    for (uint32_t r = 0; r < rows; r++) {
        const int32_t from = blob_word(bias, r), step = blob_word(scale, r);
        const int32_t to = (int32_t)((uint32_t)from + (uint32_t)(step >> 1));
        *wavenet_channel_front(stream, r) = from;
        wavenet_channel_back(stream, r)[WAVENET_STEP] = step;
        stream->bits |= (uint16_t)(((from ^ (from >> 31)) | (to ^ (to >> 31))) >> 15);
    }
}

// As struct wavenet_layer has it. A kernel reads two words behind it, which are at least the
// head's.
COLD static int load_full(struct wavenet_layer *layer, const struct wavenet_layer_view *view,
                          uint32_t channels, uint32_t bottleneck, struct layer_arena *arena) {
    const uint32_t block = wavenet_full_words(bottleneck);
    const uint32_t count = wavenet_even(channels) / 2 * block;
    int32_t *const words = layer_take(arena, (size_t)4 * count);
    layer->copy = words;
    layer->copy_shift = (uint8_t)view->copy_shift;
    if (words == NULL)
        return 0;
    for (uint32_t c = 0; c < channels; c++)
        words[c / 2 * block + (c & 1)] = blob_word(view->matrix_bias, c);
    load_weights(words + 2, block, view->matrix_weights, channels, 1, bottleneck, 0, 1);
    return 1;
}

COLD static int load_layer(struct wavenet_layer *layer, const struct wavenet_layer_view *view,
                           const struct wavenet_array_view *array, struct layer_arena *arena) {
    const uint32_t channels = array->channels, bottleneck = array->bottleneck;
    const int copy = view->matrix == WAVENET_MATRIX_COPY;
    const int full = view->matrix == WAVENET_MATRIX_FULL;
    const int matrix = view->matrix && !copy && !full;
    struct wavenet_ring *const ring = &layer->ring;
    const uint32_t heard = wavenet_even(view->heard);
    layer->full_rows = view->history == WAVENET_HISTORY_FULL;
    if (!take_stream(&layer->rows, view->rows, view->taps * heard << layer->full_rows,
                     WAVENET_ROWS_FRONT + WAVENET_ROWS_BACK, arena) ||
        !take_stream(&layer->channels, channels, matrix ? bottleneck : 0,
                     WAVENET_CHANNELS_FRONT + WAVENET_CHANNELS_BACK, arena))
        return 0;
    load_rows(&layer->rows, view, view->heard, bottleneck);
    if (matrix)
        load_matrix(&layer->channels, channels, bottleneck, view->matrix_weights, view->matrix_bias,
                    view->matrix_scale);
    ring->words = layer_take_history(arena, view->ring_bytes);
    ring->frames = wavenet_ring_frames(view);
    ring->past = ring->frames - WAVENET_CHUNK;
    ring->channels = heard;
    ring->wide = view->history != WAVENET_HISTORY_16;
    ring->shift = (uint8_t)view->shift;
    ring->mirrored = (uint16_t)wavenet_ring_mirrored(view, ring->channels);
    layer->taps = view->taps;
    layer->dilation = view->dilation;
    const int own = view->activation >= WAVENET_FUNCTION;
    layer->activation = (uint8_t)(own ? WAVENET_FUNCTION : view->activation);
    layer->function =
        own ? array->functions->function[view->activation - WAVENET_FUNCTION].loaded : NULL;
    layer->gated = (uint8_t)view->gated;
    layer->of_audio = view->history == WAVENET_HISTORY_AUDIO;
    layer->lift = (uint8_t)view->lift;
    layer->matrix_format = copy || full ? WAVENET_MATRIX_32 : (uint8_t)view->matrix;
    layer->full = (uint8_t)full;
    if (full && !load_full(layer, view, channels, bottleneck, arena))
        return 0;
    if (view->head_matrix) {
        struct wavenet_stream *const heads = layer_take(arena, WAVENET_HEADS_BYTES);
        if (heads == NULL || !take_stream(heads, bottleneck, bottleneck,
                                          WAVENET_CHANNELS_FRONT + WAVENET_CHANNELS_BACK, arena))
            return 0;
        load_matrix(heads, bottleneck, bottleneck, view->head_weights, view->head_bias,
                    view->head_matrix_scale);
        layer->heads = heads;
        layer->matrix_format =
            view->matrix == WAVENET_MATRIX_16 ? WAVENET_MATRIX_16 : WAVENET_MATRIX_32;
    }
    if (copy) {
        load_matrix(&layer->channels, channels, 0, NULL, view->matrix_bias, view->matrix_scale);
        if (!wavenet_from_table(layer->activation, layer->gated) ||
            view->copy_shift != WAVENET_COPY_SHIFT_MAX)
            layer->channels.bits = UINT16_MAX;
        layer->copy = layer->channels.words;
        layer->copy_shift = (uint8_t)view->copy_shift;
    }
    return ring->words != NULL;
}

COLD static struct wavenet_array *load_array(struct blob_cursor *cursor,
                                             const struct wavenet_functions *functions,
                                             struct layer_arena *arena) {
    struct wavenet_array_view view;
    uint32_t unused = 0;
    view.functions = functions;
    struct wavenet_array *const array = layer_take(arena, WAVENET_ARRAY_BYTES);
    if (array == NULL || wavenet_read_array(&view, cursor, &unused, NULL) != ENGINE_OK ||
        !wide_load(&array->rechannel, &view.rechannel, arena))
        return NULL;
    array->count = view.layers;
    array->channels = view.channels;
    array->bottleneck = view.bottleneck;
    array->start = load_words(view.start, view.bottleneck, arena);
    array->layers = layer_take(arena, (size_t)WAVENET_LAYER_BYTES * view.layers);
    if (array->start == NULL || array->layers == NULL ||
        !take_stream(&array->entry, view.channels, 0,
                     WAVENET_CHANNELS_FRONT + WAVENET_CHANNELS_BACK, arena))
        return NULL;
    const struct wavenet_stream *writer = &array->entry; // of the history that a layer reads
    for (uint32_t i = 0; i < view.layers; i++) {
        struct wavenet_layer_view layer;
        if (wavenet_read_layer(&layer, &view, cursor, &unused, NULL) != ENGINE_OK ||
            !load_layer(&array->layers[i], &layer, &view, arena))
            return NULL;
        for (uint32_t c = 0; layer.history == WAVENET_HISTORY_16 && c < view.channels; c++)
            wavenet_channel_back(writer, c)[WAVENET_HISTORY] = blob_word(layer.history_scale, c);
        writer = &array->layers[i].channels;
    }
    if (wavenet_read_head(&view, cursor, &unused, NULL) != ENGINE_OK ||
        !wide_load(&array->head, &view.head, arena))
        return NULL;
    array->narrow = (uint16_t)wavenet_narrow_load(array);
    wavenet_choose(array);
    return array;
}

COLD struct layer *wavenet_load(const struct blob_record *record, const struct layer_chain *chain,
                                struct layer_arena *arena) {
    struct wavenet_functions functions;
    uint32_t widest, unused = 0;
    struct blob_cursor cursor = record->tensors;
    struct wavenet *const net = layer_take(arena, sizeof *net);
    if (net == NULL || wavenet_measure(record, &widest, NULL) != ENGINE_OK)
        return NULL;
    int32_t **const work[] = {&net->residual[0], &net->residual[1], &net->head, &net->a, &net->out};
    for (uint32_t i = 0; i < sizeof work / sizeof work[0]; i++) {
        *work[i] = layer_take(arena, (size_t)4 * WAVENET_CHUNK * widest);
        if (*work[i] == NULL)
            return NULL;
    }
    net->acc = layer_take(arena, (size_t)4 * TILE_FRAMES * widest);
    net->chords = chain->chords;
    net->arrays = record->own[0];
    if (net->acc == NULL ||
        wavenet_functions_read(&functions, record->own[1], &cursor, &unused) != ENGINE_OK ||
        !wavenet_functions_load(&functions, arena))
        return NULL;
    for (uint32_t i = 0; i < net->arrays; i++) {
        net->array[i] = load_array(&cursor, &functions, arena);
        if (net->array[i] == NULL)
            return NULL;
    }
    for (uint32_t i = 1; i < net->arrays; i++)
        wide_raise(&net->array[i - 1]->head, net->array[i]->start);
    // The audio comes and goes as frames side by side.
    net->array[0]->rechannel.in_channels = 1;
    net->array[net->arrays - 1]->head.out_channels = 1;
    net->layer.kind = &wavenet_kind;
    net->layer.out.wide = net->arrays % 2 == 0 ? net->head : net->out; // they swap between arrays
    net->layer.out.state = NULL;
    return &net->layer;
}
