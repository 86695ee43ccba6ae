/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
#include "quantized.h"

#include "bits.h"
#include "units.h"
#include "workspace.h"

/* The engine's table; native.py fills it. */
struct sigmoid_chord sigmoid_table[SIGMOID_CHORDS];

enum { GATES_MOST = 4, STATES = 3 };

/* One layer's words: what the matrix reads, and what a unit remembers. */
struct layer_words {
    lanes_bits columns[2 * QUANTIZED_MOST_UNITS]; /* Q15: inputs of a stacked layer, then units */
    lanes_bits next[QUANTIZED_MOST_UNITS];        /* Q15, of the sample being computed */
    lanes_bits state[QUANTIZED_MOST_UNITS];
    lanes_bits error[QUANTIZED_MOST_UNITS];
    lanes_bits wide[QUANTIZED_MOST_UNITS]; /* h23 */
};

/* acc of `count` rows that lie `apart` rows from each other, over columns from .. to - 1. */
static inline __attribute__((always_inline)) void
accumulate(const int32_t *row, int64_t apart, int32_t count, const lanes_bits *columns,
           int32_t from, int32_t to, lanes_bits *acc) {
    for (int32_t r = 0; r < count; r++) {
        acc[r] = (lanes_bits){0};
    }
    for (int32_t c = from; c < to; c++) {
        for (int32_t r = 0; r < count; r++) {
            acc[r] += row[r * apart + c] * columns[c];
        }
    }
}

/* First-order error feedback: h23 to h Q15; see firmware/engine/recurrent/recurrent.h. */
static inline lanes_bits fed_back(lanes_bits h23, lanes_bits *error) {
    lanes_bits q = h23 + *error;
    *error = q & 255;
    return bits_clip(q >> 8, -(1 << 15), (1 << 15) - 1);
}

static void lstm_words(const lanes_bits *v, int32_t s, lanes_bits *state, lanes_bits *next,
                       lanes_bits *error, lanes_bits *wide, lanes *kept) {
    lanes_bits i = bits_sigmoid(v[0]), f = bits_sigmoid(v[1]), o = bits_sigmoid(v[3]);
    lanes_bits g = bits_tanh_of(bits_sigmoid(v[2]));
    lanes_wide sum = wide_of(f) * wide_of(*state) + wide_of(i) * wide_of(g >> (7 + s));
    /* |f c + i g| < 2^24 (2^30 + 2^24): rounded, it is an int32 that sat31 can clip. */
    lanes_bits c = bits_clip(bits_rsh24(sum), -(1 << 30), (1 << 30) - 1);
    lanes_bits t = bits_tanh_of(bits_chord(c >> (SIGMOID_SHIFT - s), c << s));
    *wide = bits_mulh(o, t);
    *next = fed_back(*wide, error);
    *state = c;
    kept[0] = floats_of(i, Q24), kept[1] = floats_of(f, Q24), kept[2] = floats_of(g, Q31);
    kept[3] = floats_of(o, Q24), kept[4] = floats_of(t, Q31);
}

/* v: z, r, the state's part u of n, the input's part a. */
static void gru_words(const lanes_bits *v, lanes_bits *state, lanes_bits *next, lanes_bits *error,
                      lanes_bits *wide, lanes *kept) {
    lanes_bits z = bits_sigmoid(v[0]), r = bits_sigmoid(v[1]);
    lanes_bits n = bits_tanh_of(bits_sigmoid(v[3] + 2 * bits_mulh(r << 7, v[2]))) >> 1;
    lanes_bits h30 = n + bits_rsh24(wide_of(z) * wide_of(*state - n));
    *wide = h30 >> 7;
    *next = fed_back(*wide, error);
    *state = h30;
    kept[0] = floats_of(z, Q24), kept[1] = floats_of(r, Q24), kept[2] = floats_of(n, Q30);
    kept[3] = floats_of(v[2], Q24); /* doubled: Q23 of 2 u is Q24 of u */
}

/* What a row has before the matrix: bias and, in the first layer, audio and knobs. */
static inline lanes_bits driven(const struct quantized_layer *layer, int32_t row, int32_t features,
                                const lanes_bits *inputs) {
    lanes_bits v = layer->bias[row] - (lanes_bits){0};
    for (int32_t k = 0; k < features && layer->drive; k++) {
        v += bits_scaled(inputs[k], layer->drive[row * features + k]);
    }
    return v;
}

/* One sample of one layer. `inputs` are the features as mulh wants them. */
static void step_words(const struct kernel_shape *shape, const struct quantized_layer *layer,
                       int32_t below, const lanes_bits *inputs, struct layer_words *words,
                       lanes *kept) {
    int32_t units = shape->hidden, columns = below + units;
    int64_t apart = (int64_t)units * columns;
    for (int32_t unit = 0; unit < units; unit++) {
        const int32_t *row = layer->weights + (int64_t)unit * columns;
        lanes_bits v[GATES_MOST];
        if (shape->arch == KERNEL_LSTM) {
            accumulate(row, apart, 4, words->columns, 0, columns, v);
        } else {
            accumulate(row, apart, 2, words->columns, 0, columns, v);
            accumulate(row + 2 * apart, apart, 1, words->columns, below, columns, v + 2);
            accumulate(row + 2 * apart, apart, 1, words->columns, 0, below, v + 3);
            v[3] = driven(layer, 2 * units + unit, shape->features, inputs) +
                   bits_scaled(v[3], layer->scale[2 * units + unit]);
            v[2] =
                layer->bias[3 * units + unit] + bits_scaled(v[2], layer->scale[2 * units + unit]);
        }
        for (int32_t gate = 0; gate < (shape->arch == KERNEL_LSTM ? 4 : 2); gate++) {
            int32_t r = gate * units + unit;
            v[gate] =
                driven(layer, r, shape->features, inputs) + bits_scaled(v[gate], layer->scale[r]);
        }
        if (shape->arch == KERNEL_LSTM) {
            lstm_words(v, layer->cell_shift, words->state + unit, words->next + unit,
                       words->error + unit, words->wide + unit, kept + unit * KEPT);
        } else {
            gru_words(v, words->state + unit, words->next + unit, words->error + unit,
                      words->wide + unit, kept + unit * KEPT);
        }
    }
    for (int32_t unit = 0; unit < units; unit++) {
        words->columns[below + unit] = words->next[unit];
    }
}

/* Writes the state after a sample for kernel_backward. */
static void tell(const struct kernel_shape *shape, const struct quantized_layer *layer,
                 const struct layer_words *words, int32_t below, lanes *hidden, lanes *cell) {
    float cell_unit = (float)(1 << layer->cell_shift) / (1 << 24);
    for (int32_t unit = 0; unit < shape->hidden; unit++) {
        hidden[unit] = floats_of(words->columns[below + unit], 1.0f / (1 << 15));
        cell[unit] = floats_of(words->state[unit], cell_unit);
    }
}

static void dense_words(const struct kernel_shape *shape, const struct quantized_network *network,
                        const struct layer_words *top, lanes_bits sound, int32_t count,
                        int32_t *output) {
    uint32_t f = (uint32_t)network->fraction;
    lanes_wide sum = (int64_t)((uint64_t)(int64_t)network->dense_bias << f) - (lanes_wide){0};
    for (int32_t unit = 0; unit < shape->hidden; unit++) {
        sum += (int64_t)network->dense[unit] * wide_of(top->wide[unit]);
    }
    for (int32_t lane = 0; lane < count; lane++) {
        int32_t y = sat(rsh(sum[lane], f), 32);
        output[lane] = sat(y + rsh((int64_t)sound[lane] * network->skip, 24), 32);
    }
}

static void state_words(struct layer_words *words, int32_t below, int32_t units,
                        const int32_t *from, int32_t streams, int32_t count) {
    for (int32_t unit = 0; unit < units; unit++) {
        for (int32_t lane = 0; lane < LANES; lane++) {
            int64_t at = (int64_t)unit * streams + lane, part = (int64_t)units * streams;
            int valid = lane < count;
            words->state[unit][lane] = valid ? from[at] : 0;
            words->columns[below + unit][lane] = valid ? from[at + part] : 0;
            words->error[unit][lane] = valid ? from[at + 2 * part] : 0;
        }
    }
}

static void give_state(const struct layer_words *words, int32_t below, int32_t units, int32_t *to,
                       int32_t streams, int32_t count) {
    for (int32_t unit = 0; unit < units; unit++) {
        for (int32_t lane = 0; lane < count; lane++) {
            int64_t at = (int64_t)unit * streams + lane, part = (int64_t)units * streams;
            to[at] = words->state[unit][lane];
            to[at + part] = words->columns[below + unit][lane];
            to[at + 2 * part] = words->error[unit][lane];
        }
    }
}

/* One sample's features: as floats for the backward pass, and as words, Q31 and knobs << 16. */
static lanes_bits features_of(const struct kernel_shape *shape, const float *input,
                              const int32_t *words, int32_t count, lanes *floats,
                              lanes_bits *inputs) {
    int32_t features = shape->features;
    lanes_bits sound = {0};
    for (int32_t k = 0; k < features; k++) {
        inputs[k] = (lanes_bits){0};
        floats[k] = lanes_gather(input + k, count, features);
        for (int32_t lane = 0; lane < count; lane++) {
            int32_t word = words[lane * features + k];
            inputs[k][lane] = shl(word, k ? 16 : 8);
            if (k == 0) {
                sound[lane] = word;
            }
        }
    }
    return sound;
}

void quantized_forward(const struct kernel_shape *shape, const struct quantized_network *network,
                       const float *weights, const float *input, const int32_t *words,
                       const int32_t *state, int32_t streams, int32_t first, void *workspace,
                       int32_t *output, int32_t *after, float *penalty) {
    int32_t units = shape->hidden, count = lanes_valid(streams, first), features = shape->features;
    int64_t layer_state = (int64_t)STATES * units * streams;
    lanes mask = lanes_mask(count), penalties = {0};
    struct layer_words own[KERNEL_MOST_LAYERS];
    struct space space;
    space_lay_out(shape, weights, workspace, &space);
    for (int32_t number = 0; number < shape->layers; number++) {
        const struct layer_space *layer = &space.layers[number];
        int32_t below = number ? units : 0;
        space_pack(shape, layer);
        state_words(&own[number], below, units, state + number * layer_state + first, streams,
                    count);
        tell(shape, &network->layers[number], &own[number], below, layer->hidden, layer->cell);
    }
    for (int32_t step = 0; step < shape->steps; step++) {
        int64_t slot = shape->keep ? step : 0, at = (int64_t)step * streams + first;
        lanes_bits inputs[QUANTIZED_MOST_FEATURES];
        lanes_bits sound = features_of(shape, input + at * features, words + at * features, count,
                                       space.input + slot * features, inputs);
        for (int32_t number = 0; number < shape->layers; number++) {
            const struct layer_space *layer = &space.layers[number];
            int32_t below = number ? units : 0;
            lanes *cell = layer->cell + (slot + 1) * units;
            for (int32_t unit = 0; unit < below; unit++) {
                own[number].columns[unit] = own[number - 1].next[unit];
            }
            step_words(shape, &network->layers[number], below, inputs, &own[number],
                       layer->kept + slot * units * KEPT);
            tell(shape, &network->layers[number], &own[number], below,
                 layer->hidden + (slot + 1) * units, cell);
            if (shape->arch == KERNEL_LSTM) {
                penalties += cell_penalty(cell, units, shape->cell_bound);
            }
        }
        dense_words(shape, network, &own[shape->layers - 1], sound, count, output + at);
    }
    for (int32_t number = 0; number < shape->layers; number++) {
        give_state(&own[number], number ? units : 0, units, after + number * layer_state + first,
                   streams, count);
    }
    *penalty = lanes_sum(penalties * mask);
}
