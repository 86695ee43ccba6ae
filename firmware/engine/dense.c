// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// y = W x + b at every sample (README.md, Dense), exact in 64 bits.
#include "cold.h"
#include "fixed.h"
#include "layer.h"
#include "m7.h"

enum { FRACTION_MAX = 31, NO_ACTIVATION = 0 };

// What the assembly reads; dense_m7.S has the offsets.
struct dense_m7 {
    const int32_t *input; // frames x inputs, and three words more that are read; of an odd number a
                          // word before, and so the weights
    int32_t *out;         // of the first frame
    uint32_t frames;
    const int32_t *weights; // inputs, and three words more that are read
    uint32_t inputs;
    uint32_t fraction;
    int64_t start; // of the sum: the bias and the half that rounds
    uint32_t step; // bytes from one frame's output to the next
};

_Static_assert(sizeof(void *) != 4 || (offsetof(struct dense_m7, start) == 24 &&
                                       offsetof(struct dense_m7, step) == 32),
               "dense_m7.S has other offsets");

void dense_m7(const struct dense_m7 *run);

struct dense {
    struct layer layer;
    uint32_t inputs, outputs;
    uint32_t fraction;      // of the weights
    const int32_t *weights; // outputs x inputs
    const int32_t *bias;    // outputs, Q23
    int32_t *out;           // LAYER_CHUNK x outputs
};

_Static_assert(sizeof(struct dense) + 3 * 8 <= LAYER_ARENA_BYTES, "struct dense outgrew its share");

COLD static const uint8_t *take_bias(const struct blob_record *record, const uint8_t **weights) {
    struct blob_cursor cursor = record->tensors;
    *weights = blob_take(&cursor, (uint32_t)record->inputs * record->outputs * 4);
    const uint8_t *const bias = blob_take(&cursor, (uint32_t)record->outputs * 4);
    return *weights != NULL && cursor.left == 0 ? bias : NULL;
}

COLD static enum engine_status dense_check(const struct blob_record *record,
                                           struct layer_chain *chain) {
    const uint32_t inputs = record->inputs, outputs = record->outputs, f = record->own[0];
    if (record->format != 0 || record->own[1] != NO_ACTIVATION || f < 1 || f > FRACTION_MAX)
        return ENGINE_UNKNOWN_FORMAT;
    if (inputs != chain->width || outputs < 1 || outputs > LAYER_WIDTH_MAX ||
        chain->recurrent == 0 || chain->dense == LAYER_DENSE_MAX)
        return ENGINE_BAD_SHAPE;
    const uint8_t *weights;
    const uint8_t *const bias = take_bias(record, &weights);
    if (bias == NULL)
        return ENGINE_BAD_SECTION;
    for (uint32_t o = 0; o < outputs; o++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < inputs; i++)
            sum += layer_magnitude(blob_word(weights, i * outputs + o));
        // Below 2^32 the product fits; from there on it is refused anyway: bound <= 2^31.
        if (chain->bound == (uint64_t)1 << 31 && sum >> 32 != 0)
            return ENGINE_NOT_PROVED;
        sum *= chain->bound;
        sum += (layer_magnitude(blob_word(bias, o)) << f) + ((uint64_t)1 << (f - 1));
        if (sum >> 63 != 0)
            return ENGINE_NOT_PROVED;
    }
    chain->arena_bytes +=
        LAYER_ARENA_BYTES + 4 * (outputs * (inputs + 1)) + 4 * LAYER_CHUNK * outputs;
    chain->width = outputs;
    chain->dense++;
    chain->bound = (uint64_t)1 << 31;
    return ENGINE_OK;
}

COLD static struct layer *dense_load(const struct blob_record *record,
                                     const struct layer_chain *chain, struct layer_arena *arena) {
    (void)chain;
    const uint32_t inputs = record->inputs, outputs = record->outputs;
    struct dense *const dense = layer_take(arena, sizeof *dense);
    // One word past an 8-byte boundary, so that input and weight are in different banks.
    int32_t *weights = layer_take(arena, (size_t)4 * (inputs * outputs + 1 + LAYER_AHEAD));
    int32_t *const bias = layer_take(arena, (size_t)4 * outputs);
    int32_t *const out = layer_take(arena, (size_t)4 * (LAYER_CHUNK * outputs + LAYER_AHEAD));
    if (dense == NULL || weights == NULL || bias == NULL || out == NULL)
        return NULL;
    weights++;
    const uint8_t *blob_weights;
    const uint8_t *const blob_bias = take_bias(record, &blob_weights);
    for (uint32_t o = 0; o < outputs; o++) {
        bias[o] = blob_word(blob_bias, o);
        for (uint32_t i = 0; i < inputs; i++)
            weights[o * inputs + i] = blob_word(blob_weights, i * outputs + o);
    }
    dense->layer.kind = &dense_kind;
    dense->layer.out.wide = out;
    dense->layer.out.state = NULL;
    dense->inputs = inputs;
    dense->outputs = outputs;
    dense->fraction = record->own[0];
    dense->weights = weights;
    dense->bias = bias;
    dense->out = out;
    return &dense->layer;
}

static void dense_reset(struct layer *layer) {
    (void)layer;
}

#if ENGINE_M7
static void dense_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    const struct dense *const dense = (const struct dense *)layer;
    const uint32_t f = dense->fraction, odd = dense->inputs % 2;
    struct dense_m7 run;
    run.input = in->wide - odd;
    run.frames = frames;
    run.inputs = dense->inputs;
    run.fraction = f;
    run.step = 4 * dense->outputs;
    for (uint32_t o = 0; o < dense->outputs; o++) {
        run.out = dense->out + o;
        run.weights = dense->weights + o * dense->inputs - odd;
        run.start = dense->bias[o] * (int64_t)((uint64_t)1 << f) + ((int64_t)1 << (f - 1));
        dense_m7(&run);
    }
}
#else
static void dense_process(struct layer *layer, const struct layer_signal *in, uint32_t frames) {
    const struct dense *const dense = (const struct dense *)layer;
    const int32_t *x = in->wide;
    int32_t *y = dense->out;
    for (uint32_t frame = 0; frame < frames; frame++, x += dense->inputs) {
        const int32_t *w = dense->weights;
        for (uint32_t o = 0; o < dense->outputs; o++, w += dense->inputs) {
            int64_t sum = dense->bias[o] * (int64_t)((uint64_t)1 << dense->fraction);
            for (uint32_t i = 0; i < dense->inputs; i++)
                sum += (int64_t)w[i] * x[i];
            *y++ = sat(rsh(sum, dense->fraction), 32);
        }
    }
}
#endif

const struct layer_kind dense_kind = {
    .kind = 3,
    .chunk = LAYER_CHUNK,
    .check = dense_check,
    .load = dense_load,
    .reset = dense_reset,
    .set_knobs = NULL,
    .unit = NULL,
    .process = dense_process,
};
