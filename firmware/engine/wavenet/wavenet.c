// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Layer by layer over a chunk of frames, TILE_FRAMES at a time (README.md).
#include "wavenet.h"

#include "fixed.h"
#include "wavenet_m7.h"
#include "words_m7.h"

_Static_assert(WAVENET_CHUNK % TILE_FRAMES == 0, "a chunk is whole tiles");

static void reset_layer(struct wavenet_layer *layer, const struct wavenet_stream *writer) {
    struct wavenet_ring *const ring = &layer->ring;
    const uint32_t halves = (ring->frames + ring->mirrored) * ring->channels << ring->wide;
    int16_t *const words = ring->words;
    for (uint32_t i = 0; i < halves; i++) {
        words[i] = 0;
        __asm__ volatile(""); // keeps compilers from calling memset
    }
    for (uint32_t c = 0; c < ring->channels; c++)
        wavenet_channel_back(writer, c)[WAVENET_ERROR] = 0;
    ring->at = ring->past > WAVENET_SLIDE_MAX ? 0 : ring->past;
}

static void wavenet_reset(struct layer *base) {
    struct wavenet *const net = (struct wavenet *)base;
    for (uint32_t i = 0; i < net->arrays; i++) {
        struct wavenet_array *const array = net->array[i];
        const struct wavenet_stream *writer = &array->entry;
        for (uint32_t l = 0; l < array->count; l++) {
            reset_layer(&array->layers[l], writer);
            writer = &array->layers[l].channels;
        }
        wide_reset(&array->head);
    }
}

__attribute__((noinline)) void wavenet_mirror_first(const struct wavenet_ring *ring) {
    const uint32_t words = ring->channels << ring->wide >> 1;
    int32_t *const first = ring->words;
    copy_words(first + ring->frames * words, first, (TILE_FRAMES - 1) * words);
}

// A channel of a run of frames of the residual into a history: of 16 bits with the remainder in a
// register, of 32 bits clipped, times 2^n.
static void remember_channel(const struct wavenet_ring *ring, int32_t *writer,
                             const int32_t *residual, uint32_t c, uint32_t from, uint32_t frames) {
    const int32_t scale = writer[WAVENET_HISTORY], top = INT32_MAX >> ring->shift;
    uint32_t at = ring->at + from;
    at = at >= ring->frames ? at - ring->frames : at;
    int32_t t = writer[WAVENET_ERROR];
    for (uint32_t f = from; f < from + frames; f++, at++) {
        const int32_t r = residual[tile_at(f, c, ring->channels)];
        at = at == ring->frames ? 0 : at;
        const uint32_t to = at * ring->channels + c;
        if (ring->wide) {
            ((int32_t *)ring->words)[to] = shl(clip(r, -top - 1, top), ring->shift);
            continue;
        }
        t += mulh(r, scale);
        ((int16_t *)ring->words)[to] =
            (int16_t)clip(t >> WAVENET_FEEDBACK_BITS, INT16_MIN, INT16_MAX);
        t &= (1 << WAVENET_FEEDBACK_BITS) - 1;
    }
    writer[WAVENET_ERROR] = t;
}

// Writes the residual of frames of a chunk into the ring, from where the convolution reads it.
static __attribute__((noinline)) void remember(const struct wavenet_ring *ring,
                                               const struct wavenet_stream *writer,
                                               const int32_t *residual, uint32_t channels,
                                               uint32_t from, uint32_t frames) {
    for (uint32_t c = 0; c < channels; c++)
        remember_channel(ring, wavenet_channel_back(writer, c), residual, c, from, frames);
}

static void begin_sums(const struct wavenet *net, const struct wavenet_layer *layer,
                       uint32_t frame) {
    const int32_t *const x = net->x + frame;
    int32_t *acc = net->acc;
    for (uint32_t r = 0; r < 2u * layer->rows.pairs; r++, acc += TILE_FRAMES) {
        const int32_t *const front = wavenet_row_front(&layer->rows, r);
        const int32_t bias = front[0], mixin = front[1];
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            acc[f] = bias + mulh(x[f], mixin);
    }
}

// acc of the TILE_FRAMES frames from `frame` of the chunk on.
static void convolve(const struct wavenet *net, const struct wavenet_layer *layer, uint32_t frame) {
    const struct wavenet_ring *const ring = &layer->ring;
    const uint32_t channels = ring->channels;
    struct tile tile;
    tile.weights = layer->rows.words + WAVENET_ROWS_FRONT;
    tile.row_pairs = layer->rows.pairs;
    tile.row_step = wavenet_row_words(&layer->rows) << !layer->full_rows;
    tile.taps = layer->taps;
    tile.column_pairs = channels / 2;
    tile.frame_step = channels;
    tile.pair_step = 2;
    tile.column_step = 1;
    uint32_t at = ring->at + frame; // of the newest tap, then one dilation older each
    at = at >= ring->frames ? at - ring->frames : at;
    const void *tap[TILE_TAPS_MAX];
    for (uint32_t k = layer->taps; k-- > 0;) {
        tap[k] = (const uint8_t *)ring->words + (at * channels << ring->wide << 1);
        at = at >= layer->dilation ? at - layer->dilation : at + ring->frames - layer->dilation;
    }
    if (layer->full_rows)
        tile_full(&tile, tap, net->acc);
    else if (ring->wide)
        tile_32(&tile, tap, net->acc);
    else
        tile_16(&tile, tap, net->acc);
}

// Adds the 1x1 of a tile's activations to the residual, or to the head sum.
static void add_matrix(const struct wavenet *net, const struct wavenet_stream *stream, int wide,
                       int32_t *residual, uint32_t frame) {
    const uint32_t channels = 2u * stream->pairs;
    struct tile tile;
    tile.weights = stream->words + WAVENET_CHANNELS_FRONT;
    tile.row_pairs = stream->pairs;
    tile.row_step = 2 * wavenet_channel_words(stream);
    tile.taps = 1;
    tile.column_pairs = stream->columns;
    tile.frame_step = wide ? 1 : 2;
    tile.pair_step = 2 * TILE_FRAMES;
    tile.column_step = TILE_FRAMES;
    int32_t *acc = net->acc;
    for (uint32_t c = 0; c < channels; c++, acc += TILE_FRAMES)
        acc[0] = acc[1] = acc[2] = acc[3] = *wavenet_channel_front(stream, c);
    const void *const tap = net->a + (frame * stream->columns << (wide ? 1 : 0));
    if (wide)
        tile_32(&tile, &tap, net->acc);
    else
        tile_16(&tile, &tap, net->acc);
    int32_t *r = residual + frame * channels;
    acc = net->acc;
    for (uint32_t c = 0; c < channels; c++, r += TILE_FRAMES, acc += TILE_FRAMES) {
        const int32_t step = wavenet_channel_back(stream, c)[WAVENET_STEP];
        for (uint32_t f = 0; f < TILE_FRAMES; f++)
            r[f] += mulh(acc[f], step);
    }
}

// The same of a chunk's tiles from `from` on.
static void add_matrices(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                         int32_t *residual, uint32_t from, uint32_t frames) {
    if (stream->columns == 0 || wavenet_residual_run(net, stream, wide, residual, from, frames))
        return;
    for (uint32_t frame = from; frame < frames; frame += TILE_FRAMES)
        add_matrix(net, stream, wide, residual, frame);
}

// Writes what is left of a chunk into a ring, and its first frames behind the last.
static void end_history(const struct wavenet_ring *ring, const struct wavenet_stream *writer,
                        const int32_t *residual, uint32_t channels, uint32_t done,
                        uint32_t frames) {
    if (done < frames)
        remember(ring, writer, residual, channels, done, frames - done);
    wavenet_mirror(ring, frames);
}

// Adds a 1x1 to the residual, and writes that into the next layer's ring, if there is one. `wide`:
// of activations in 32 bits.
static void play_channels(struct wavenet *net, const struct wavenet_stream *stream, int wide,
                          const struct wavenet_ring *next, int32_t *residual, uint32_t channels,
                          uint32_t frames) {
    uint32_t done = 0;
    if (next != NULL)
        done = wavenet_channels_run(net, stream, wide, next, residual, frames);
    if (done < frames)
        add_matrices(net, stream, wide, residual, done, frames);
    if (next != NULL)
        end_history(next, stream, residual, channels, done, frames);
}

// Writes the audio into the history of a layer that hears it.
static void hear(const struct wavenet_layer *layer, const int32_t *x, uint32_t frames) {
    const struct wavenet_ring *const ring = &layer->ring;
    const uint32_t dilation = layer->dilation / 2;
    int32_t *const words = ring->words;
    uint32_t at = ring->at, before = at + (at < dilation ? ring->frames : 0) - dilation;
    for (uint32_t f = 0; f < frames; f++) {
        words[2 * at] = x[f];
        words[2 * at + 1] = words[2 * before];
        at = at + 1 == ring->frames ? 0 : at + 1;
        before = before + 1 == ring->frames ? 0 : before + 1;
    }
    wavenet_mirror(ring, frames);
}

__attribute__((noinline)) void wavenet_advance(struct wavenet_ring *ring, uint32_t frames) {
    ring->at += frames;
    if (ring->past > WAVENET_SLIDE_MAX) {
        ring->at -= ring->at >= ring->frames ? ring->frames : 0;
        return;
    }
    if (ring->at + WAVENET_CHUNK <= ring->frames)
        return;
    const uint32_t words = ring->channels << ring->wide >> 1, count = ring->past * words;
    int32_t *const to = ring->words;
    const int32_t *const from = to + (ring->at - ring->past) * words;
    copy_words(to, from, count); // the next chunk writes what is behind
    ring->at = ring->past;
}

// A layer over a chunk whose history is written.
static void play_layer(struct wavenet *net, struct wavenet_layer *layer,
                       const struct wavenet_ring *next, int32_t *residual,
                       const struct wavenet_array *array, uint32_t frames) {
    uint32_t frame = wavenet_rows_run(net, layer, frames);
    for (; frame < frames; frame += TILE_FRAMES) {
        begin_sums(net, layer, frame);
        convolve(net, layer, frame);
        wavenet_activate(net, layer, array->bottleneck, frame);
    }
    const int words = layer->matrix_format == WAVENET_MATRIX_32;
    if (layer->heads != NULL)
        add_matrices(net, layer->heads, words, net->head, 0, frames);
    uint32_t done = 0;
    if (layer->copy != NULL)
        done = wavenet_copy(net, layer, array, next, residual, frames);
    if (done == 0)
        play_channels(net, &layer->channels, words && layer->copy == NULL, next, residual,
                      array->channels, frames);
    else if (next != NULL)
        end_history(next, &layer->channels, residual, array->channels, done, frames);
    wavenet_advance(&layer->ring, frames);
}

// An array's layers over a chunk, from its residual on.
static void play_layers(struct wavenet *net, struct wavenet_array *array, int32_t *residual,
                        uint32_t frames) {
    struct wavenet_ring *const first = &array->layers[0].ring;
    if (array->layers[0].of_audio)
        hear(&array->layers[0], net->x, frames);
    else
        play_channels(net, &array->entry, 0, first, residual, array->channels, frames);
    for (uint32_t l = 0; l < array->count; l++) {
        struct wavenet_layer *const layer = &array->layers[l];
        const struct wavenet_ring *const next = l + 1u < array->count ? &layer[1].ring : NULL;
        play_layer(net, layer, next, residual, array, frames);
    }
}

static void start_head(const struct wavenet *net, const struct wavenet_array *array,
                       uint32_t frames) {
    const uint32_t step = wavenet_even(array->bottleneck) * TILE_FRAMES;
    const int32_t *const end = net->head + (frames + TILE_FRAMES - 1) / TILE_FRAMES * step;
    for (uint32_t b = 0; b < array->bottleneck; b++) {
        const int32_t start = array->start[b];
        for (int32_t *head = net->head + b * TILE_FRAMES; head < end; head += step)
            fill_four(head, start);
    }
}

static void swap_heads(struct wavenet *net) {
    int32_t *const out = net->out;
    net->out = net->head;
    net->head = out;
}

static void wavenet_process(struct layer *base, const struct layer_signal *in, uint32_t frames) {
    struct wavenet *const net = (struct wavenet *)base;
    for (uint32_t f = 0; f < frames; f++)
        net->x[f] = shl(in->wide[f], 8);
    const int32_t *below = net->x;
    for (uint32_t i = 0; i < net->arrays; i++) {
        struct wavenet_array *const array = net->array[i];
        int32_t *const residual = net->residual[i & 1];
        wide_process(&array->rechannel, below, residual, frames);
        if (i == 0)
            start_head(net, array, frames);
        else
            swap_heads(net);
        if (!wavenet_array_run(net, array, residual, frames))
            play_layers(net, array, residual, frames);
        wide_process(&array->head, net->head, net->out, frames);
        below = residual;
    }
    if (net->arrays % 2 == 0)
        swap_heads(net);
}

const struct layer_kind wavenet_kind = {
    .kind = 16,
    .chunk = WAVENET_CHUNK,
    .check = wavenet_check,
    .load = wavenet_load,
    .reset = wavenet_reset,
    .set_knobs = NULL,
    .unit = NULL,
    .process = wavenet_process,
};
