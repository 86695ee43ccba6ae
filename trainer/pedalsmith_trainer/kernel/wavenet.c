/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
#include "wavenet.h"

#include "rows.h"

/* Where a layer's things are: weights as offsets, signals in the workspace. */
struct layer {
    int32_t taps, dilation, history;
    int64_t conv, bias, mixin, matrix, matrix_bias;
    struct signal heard;     /* (channels, history + steps): state before, then what goes in */
    struct signal activated; /* (channels, steps) */
};

struct array {
    int32_t inputs, channels, layers, head_history;
    int64_t rechannel, head, head_bias; /* head_bias < 0: none */
    struct layer layer[WAVENET_MOST_LAYERS];
    struct signal out;   /* (channels, steps): what goes on to the next array */
    struct signal heard; /* (channels, head history + steps): the head sum */
    struct signal total; /* (head outputs, steps) */
};

struct net {
    int32_t steps; /* whole lanes */
    struct array array[WAVENET_MOST_ARRAYS];
    struct signal sound;   /* (1, steps) */
    struct signal d_total; /* (channels, steps + the longest history): of head sums */
    struct signal d_head;  /* the same, of head outputs */
    struct signal d_out;   /* the same, of what goes on */
    struct signal d_z;     /* the same, of a layer before its activation */
    int64_t floats;
};

static struct signal take(struct net *net, float *base, int32_t rows, int32_t columns) {
    /* One line more than a multiple of the page: rows do not share cache sets. */
    int32_t stride = whole_lanes(columns) + 5 * LANES;
    struct signal found = {base ? base + net->floats : NULL, stride};
    net->floats += (int64_t)rows * stride;
    return found;
}

static void lay_out(const struct wavenet_shape *shape, float *base, struct net *net) {
    memset(net, 0, sizeof *net);
    net->steps = whole_lanes(shape->steps);
    int64_t at = 0;
    int32_t inputs = 1, longest = 0, widest = 1;
    for (int32_t n = 0; n < shape->arrays; n++) {
        const struct wavenet_array *from = &shape->array[n];
        struct array *array = &net->array[n];
        int32_t width = from->channels;
        array->inputs = inputs;
        array->channels = width;
        array->layers = from->layers;
        array->rechannel = at;
        at += (int64_t)width * inputs;
        for (int32_t k = 0; k < from->layers; k++) {
            struct layer *layer = &array->layer[k];
            layer->taps = from->taps[k];
            layer->dilation = from->dilations[k];
            layer->history = (layer->taps - 1) * layer->dilation;
            layer->conv = at;
            layer->bias = at += (int64_t)width * layer->taps * width;
            layer->mixin = at += width;
            layer->matrix = at += width;
            layer->matrix_bias = at += (int64_t)width * width;
            at += width;
            layer->heard = take(net, base, width, layer->history + net->steps);
            layer->activated = take(net, base, width, net->steps);
            longest = layer->history > longest ? layer->history : longest;
        }
        array->head_history = from->head_taps - 1;
        array->head = at;
        at += (int64_t)from->head_outputs * from->head_taps * width;
        array->head_bias = from->head_bias ? at : -1;
        at += from->head_bias ? from->head_outputs : 0;
        array->out = take(net, base, width, net->steps);
        array->heard = take(net, base, width, array->head_history + net->steps);
        array->total = take(net, base, from->head_outputs, net->steps);
        longest = array->head_history > longest ? array->head_history : longest;
        widest = width > widest ? width : widest;
        inputs = width;
    }
    net->sound = take(net, base, 1, net->steps);
    net->d_total = take(net, base, widest, longest + net->steps);
    net->d_head = take(net, base, widest, longest + net->steps);
    net->d_out = take(net, base, widest, longest + net->steps);
    net->d_z = take(net, base, widest, longest + net->steps);
}

int64_t wavenet_workspace_floats(const struct wavenet_shape *shape) {
    struct net net;
    lay_out(shape, NULL, &net);
    return net.floats;
}

/* Reads the state in front of a heard signal, and writes the state that the piece leaves. */
static void remember(struct signal heard, int32_t rows, int32_t history, int32_t steps,
                     const float **state, float **after) {
    for (int32_t r = 0; r < rows; r++) {
        float *row = heard.at + (int64_t)r * heard.stride;
        size_t bytes = sizeof(float) * (size_t)history;
        memcpy(row, *state, bytes);
        memcpy(*after, row + steps, bytes);
        *state += history;
        *after += history;
    }
}

static void activate(float slope, struct signal z, int32_t rows, int32_t steps) {
    for (int32_t r = 0; r < rows; r++) {
        float *row = z.at + (int64_t)r * z.stride;
        for (int32_t t = 0; t < steps; t += LANES) {
            lanes value = load(row + t);
            store(row + t, slope > 0.0f ? lanes_max(value, slope * value) : lanes_tanh(value));
        }
    }
}

void wavenet_forward(const struct wavenet_shape *shape, const float *weights, const float *input,
                     const float *state, float *workspace, float *output, float *after) {
    struct net net;
    lay_out(shape, workspace, &net);
    int32_t steps = net.steps, last = shape->arrays - 1;
    fill_rows(net.sound, NULL, 1, steps);
    memcpy(net.sound.at, input, sizeof(float) * (size_t)shape->steps);
    struct signal signal = net.sound;
    for (int32_t n = 0; n <= last; n++) {
        const struct array *array = &net.array[n];
        int32_t width = array->channels;
        struct signal sum = later(array->heard, array->head_history);
        if (n == 0) {
            fill_rows(sum, NULL, width, steps);
        } else {
            copy_rows(sum, net.array[n - 1].total, width, steps);
        }
        for (int32_t k = 0; k <= array->layers; k++) {
            const struct layer *layer = &array->layer[k], *below = layer - 1;
            struct signal into =
                k < array->layers ? later(layer->heard, layer->history) : array->out;
            struct reading w;
            if (k == 0) {
                fill_rows(into, NULL, width, steps);
                w = forwards(weights + array->rechannel, 1, array->inputs, 0);
                product(&w, signal, into, width, steps);
            } else {
                fill_rows(into, weights + below->matrix_bias, width, steps);
                w = forwards(weights + below->matrix, 1, width, 0);
                product(&w, below->activated, into, width, steps);
                add_rows(into, later(below->heard, below->history), width, steps);
            }
            if (k == array->layers) {
                break;
            }
            remember(layer->heard, width, layer->history, shape->steps, &state, &after);
            fill_rows(layer->activated, weights + layer->bias, width, steps);
            w = forwards(weights + layer->mixin, 1, 1, 0);
            product(&w, net.sound, layer->activated, width, steps);
            w = forwards(weights + layer->conv, layer->taps, width, layer->dilation);
            product(&w, layer->heard, layer->activated, width, steps);
            activate(shape->slope, layer->activated, width, steps);
            add_rows(sum, layer->activated, width, steps);
        }
        const struct wavenet_array *like = &shape->array[n];
        remember(array->heard, width, array->head_history, shape->steps, &state, &after);
        fill_rows(array->total, array->head_bias < 0 ? NULL : weights + array->head_bias,
                  like->head_outputs, steps);
        struct reading w = forwards(weights + array->head, like->head_taps, width, 1);
        product(&w, array->heard, array->total, like->head_outputs, steps);
        signal = array->out;
    }
    for (int32_t t = 0; t < shape->steps; t++) {
        output[t] = shape->head_scale * net.array[last].total.at[t];
    }
}

/* The way back through one layer. d_out has the gradient by what leaves the layer, and is given
 * that by what enters it; d_total has that by the head sum. */
static void layer_back(const struct wavenet_shape *shape, const struct net *net,
                       const struct layer *layer, int32_t width, const float *weights,
                       float *gradient) {
    int32_t steps = net->steps;
    for (int32_t r = 0; r < width; r++) {
        gradient[layer->matrix_bias + r] = row_sum(net->d_out.at + r * net->d_out.stride, steps);
    }
    correlate(net->d_out, layer->activated, width, width, 1, 0, steps, gradient + layer->matrix);
    copy_rows(net->d_z, net->d_total, width, steps);
    struct reading w = backwards(weights + layer->matrix, 1, width, width, 0);
    product(&w, net->d_out, net->d_z, width, steps);
    for (int32_t r = 0; r < width; r++) {
        float *row = net->d_z.at + (int64_t)r * net->d_z.stride;
        const float *activated = layer->activated.at + (int64_t)r * layer->activated.stride;
        for (int32_t t = 0; t < steps; t += LANES) {
            lanes a = load(activated + t), slope = 1.0f - a * a;
            if (shape->slope > 0.0f) {
                lanes_bits up = a > 0.0f;
                slope = (lanes)((up & (lanes_bits)lanes_of(1.0f)) |
                                (~up & (lanes_bits)lanes_of(shape->slope)));
            }
            store(row + t, load(row + t) * slope);
        }
        /* The transposed convolution reads beyond the end, where nothing is told. */
        memset(row + steps, 0, sizeof(float) * (size_t)layer->history);
        gradient[layer->bias + r] = row_sum(row, steps);
    }
    correlate(net->d_z, net->sound, width, 1, 1, 0, steps, gradient + layer->mixin);
    correlate(net->d_z, layer->heard, width, width, layer->taps, layer->dilation, steps,
              gradient + layer->conv);
    w = backwards(weights + layer->conv, layer->taps, width, width, layer->dilation);
    product(&w, later(net->d_z, layer->history), net->d_out, width, steps);
}

void wavenet_backward(const struct wavenet_shape *shape, const float *weights, float *workspace,
                      const float *output_gradient, float *gradient) {
    struct net net;
    lay_out(shape, workspace, &net);
    int32_t steps = net.steps, last = shape->arrays - 1;
    fill_rows(net.d_head, NULL, 1, steps);
    for (int32_t t = 0; t < shape->steps; t++) {
        net.d_head.at[t] = shape->head_scale * output_gradient[t];
    }
    fill_rows(net.d_out, NULL, net.array[last].channels, steps);
    for (int32_t n = last; n >= 0; n--) {
        const struct array *array = &net.array[n];
        const struct wavenet_array *like = &shape->array[n];
        int32_t width = array->channels;
        for (int32_t r = 0; r < like->head_outputs; r++) {
            float *row = net.d_head.at + (int64_t)r * net.d_head.stride;
            memset(row + steps, 0, sizeof(float) * (size_t)array->head_history);
            if (array->head_bias >= 0) {
                gradient[array->head_bias + r] = row_sum(row, steps);
            }
        }
        correlate(net.d_head, array->heard, like->head_outputs, width, like->head_taps, 1, steps,
                  gradient + array->head);
        fill_rows(net.d_total, NULL, width, steps);
        struct reading w =
            backwards(weights + array->head, like->head_taps, width, like->head_outputs, 1);
        product(&w, later(net.d_head, array->head_history), net.d_total, width, steps);
        for (int32_t k = array->layers - 1; k >= 0; k--) {
            layer_back(shape, &net, &array->layer[k], width, weights, gradient);
        }
        struct signal from = n > 0 ? net.array[n - 1].out : net.sound;
        correlate(net.d_out, from, width, array->inputs, 1, 0, steps, gradient + array->rechannel);
        if (n > 0) {
            /* d_z is free: the way to the array below, which is d_out of its last layer. */
            fill_rows(net.d_z, NULL, array->inputs, steps);
            w = backwards(weights + array->rechannel, 1, array->inputs, width, 0);
            product(&w, net.d_out, net.d_z, array->inputs, steps);
            copy_rows(net.d_out, net.d_z, array->inputs, steps);
            copy_rows(net.d_head, net.d_total, width, steps);
        }
    }
}
