/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
#include "kernel.h"

#include "quads.h"
#include "units.h"
#include "workspace.h"

int64_t kernel_weight_count(const struct kernel_shape *shape) {
    int64_t count = shape->hidden + 1;
    for (int32_t layer = 0; layer < shape->layers; layer++) {
        count += layer_weight_count(shape, layer);
    }
    return count;
}

int64_t kernel_workspace_bytes(const struct kernel_shape *shape) {
    struct space space;
    space_lay_out(shape, NULL, NULL, &space);
    return space.bytes;
}

int64_t kernel_state_count(const struct kernel_shape *shape) {
    return (int64_t)shape->layers * shape->hidden * (shape->arch == KERNEL_LSTM ? 2 : 1);
}

/* One sample of one layer: reads hidden_before and cell_before, writes the others. */
static void layer_step(const struct kernel_shape *shape, const struct layer_space *layer,
                       const lanes *inputs, const lanes *hidden_before, const lanes *cell_before,
                       lanes *hidden, lanes *cell, lanes *kept) {
    int32_t units = shape->hidden, rows = 4 * units;
    int32_t unit = 0;
    for (; unit + FORWARD_UNITS <= units; unit += FORWARD_UNITS) {
        quads_rows(layer->packed, layer->packed_bias, rows, 4 * unit, 4 * FORWARD_UNITS, inputs,
                   layer->inputs, hidden_before, units, layer->quads + 4 * unit);
    }
    for (; unit < units; unit++) {
        quads_rows(layer->packed, layer->packed_bias, rows, 4 * unit, 4, inputs, layer->inputs,
                   hidden_before, units, layer->quads + 4 * unit);
    }
    if (shape->arch == KERNEL_GRU) {
        for (unit = 0; unit < units; unit++) {
            hidden[unit] =
                gru_unit(layer->quads + 4 * unit, hidden_before[unit], kept + unit * KEPT);
        }
        return;
    }
    for (unit = 0; unit < units; unit++) {
        cell[unit] = lstm_unit(layer->quads + 4 * unit, cell_before[unit], kept + unit * KEPT);
    }
    /* Loops of their own: units go side by side, instead of each waiting for its own chain. */
    for (unit = 0; unit < units; unit++) {
        hidden[unit] = lstm_output(cell[unit], kept + unit * KEPT);
    }
}

static void copy(lanes *to, const lanes *from, int32_t count) {
    for (int32_t k = 0; k < count; k++) {
        to[k] = from[k];
    }
}

void kernel_forward(const struct kernel_shape *shape, const float *weights, const float *input,
                    const float *state, int32_t streams, int32_t first, void *workspace,
                    float *output, float *after, float *penalty) {
    int32_t units = shape->hidden, count = lanes_valid(streams, first), features = shape->features;
    int32_t lstm = shape->arch == KERNEL_LSTM, parts = lstm ? 2 : 1;
    lanes mask = lanes_mask(count), penalties = {0};
    struct space space;
    space_lay_out(shape, weights, workspace, &space);
    for (int32_t number = 0; number < shape->layers; number++) {
        const struct layer_space *layer = &space.layers[number];
        space_pack(shape, layer);
        for (int32_t unit = 0; unit < units; unit++) {
            const float *from = state + (int64_t)(number * parts * units + unit) * streams + first;
            layer->hidden[unit] = lanes_gather(from, count, 1);
            layer->cell[unit] =
                lstm ? lanes_gather(from + (int64_t)units * streams, count, 1) : (lanes){0};
        }
    }
    for (int32_t step = 0; step < shape->steps; step++) {
        int32_t slot = shape->keep ? step : 0;
        lanes *below = space.input + (int64_t)slot * features;
        for (int32_t k = 0; k < features; k++) {
            below[k] = lanes_gather(input + ((int64_t)step * streams + first) * features + k, count,
                                    features);
        }
        for (int32_t number = 0; number < shape->layers; number++) {
            const struct layer_space *layer = &space.layers[number];
            lanes *hidden_before = layer->hidden + (int64_t)slot * units;
            lanes *cell_before = layer->cell + (int64_t)slot * units;
            lanes *hidden = hidden_before + units, *cell = cell_before + units;
            layer_step(shape, layer, below, hidden_before, cell_before, hidden, cell,
                       layer->kept + (int64_t)slot * units * KEPT);
            if (lstm) {
                penalties += cell_penalty(cell, units, shape->cell_bound);
            }
            if (!shape->keep) {
                copy(hidden_before, hidden, units);
                copy(cell_before, cell, units);
            }
            below = hidden;
        }
        lanes sound = lanes_of(space.dense[units]);
        for (int32_t unit = 0; unit < units; unit++) {
            sound += space.dense[unit] * below[unit];
        }
        lanes_scatter(sound, output + (int64_t)step * streams + first, count);
    }
    for (int32_t number = 0; number < shape->layers; number++) {
        const struct layer_space *layer = &space.layers[number];
        int64_t last = (int64_t)space.kept_steps * units;
        for (int32_t unit = 0; unit < units; unit++) {
            float *to = after + (int64_t)(number * parts * units + unit) * streams + first;
            lanes_scatter(layer->hidden[last + unit], to, count);
            if (lstm) {
                lanes_scatter(layer->cell[last + unit], to + (int64_t)units * streams, count);
            }
        }
    }
    *penalty = lanes_sum(penalties * mask);
}

/* The dense layer over a chunk: fills space.lower with the gradient by the last layer's output. */
static void dense_back(const struct kernel_shape *shape, const struct space *space,
                       const float *output_gradient, int32_t streams, int32_t count, int32_t start,
                       int32_t stop) {
    const struct layer_space *top = &space->layers[shape->layers - 1];
    int32_t units = shape->hidden;
    lanes *sums = space->dense_sums;
    for (int32_t step = start; step < stop; step++) {
        lanes dy = lanes_gather(output_gradient + (int64_t)step * streams, count, 1);
        const lanes *hidden = top->hidden + (int64_t)(step + 1) * units;
        lanes *lower = space->lower + (int64_t)(step - start) * units;
        for (int32_t unit = 0; unit < units; unit++) {
            sums[unit] += dy * hidden[unit];
            lower[unit] = dy * space->dense[unit];
        }
        sums[units] += dy;
    }
}

/* One layer over a chunk, last sample first. Reads space.lower as the gradient by its output and
 * leaves there, if there is a layer below, the gradient by that one's. */
static void layer_back(const struct kernel_shape *shape, const struct space *space, int32_t number,
                       lanes penalty_gradient, int32_t start, int32_t stop) {
    const struct layer_space *layer = &space->layers[number];
    int32_t units = shape->hidden, rows = space->rows, below = layer->inputs;
    int32_t stride = space->delta_stride;
    for (int32_t step = stop - 1; step >= start; step--) {
        lanes *delta = space->delta + (int64_t)(step - start) * stride;
        const lanes *kept = layer->kept + (int64_t)step * units * KEPT;
        const lanes *hidden_before = layer->hidden + (int64_t)step * units;
        const lanes *cell_before = layer->cell + (int64_t)step * units;
        lanes *lower = space->lower + (int64_t)(step - start) * units;
        for (int32_t unit = 0; unit < units; unit++) {
            lanes d_hidden = layer->d_hidden[unit] + lower[unit];
            if (shape->arch == KERNEL_LSTM) {
                lstm_unit_back(kept + unit * KEPT, cell_before[unit], cell_before[units + unit],
                               d_hidden, layer->d_cell + unit, shape->cell_bound, penalty_gradient,
                               delta + 4 * unit);
                layer->d_hidden[unit] = (lanes){0};
            } else {
                layer->d_hidden[unit] = gru_unit_back(kept + unit * KEPT, hidden_before[unit],
                                                      d_hidden, delta + 4 * unit);
            }
        }
        quads_columns(layer->packed + (int64_t)below * rows, rows, delta, space->columns, units);
        for (int32_t unit = 0; unit < units; unit++) {
            layer->d_hidden[unit] += space->columns[unit];
        }
        if (number > 0) {
            quads_columns(layer->packed, rows, delta, lower, below);
        }
    }
    for (int32_t row = 0; row < rows; row++) {
        lanes sum = layer->bias_sums[row];
        for (int32_t step = 0; step < stop - start; step++) {
            sum += space->delta[(int64_t)step * stride + row];
        }
        layer->bias_sums[row] = sum;
    }
    const lanes *inputs = number > 0 ? space->layers[number - 1].hidden + units : space->input;
    quads_outer(layer->sums, below + units, rows, space->delta, stride,
                inputs + (int64_t)start * below, below, stop - start);
    quads_outer(layer->sums + below, below + units, rows, space->delta, stride,
                layer->hidden + (int64_t)start * units, units, stop - start);
}

static void clear(lanes *values, int64_t count) {
    for (int64_t k = 0; k < count; k++) {
        values[k] = (lanes){0};
    }
}

void kernel_backward(const struct kernel_shape *shape, const float *weights, int32_t streams,
                     int32_t first, void *workspace, const float *output_gradient,
                     float penalty_gradient, float *gradient) {
    int32_t units = shape->hidden, count = lanes_valid(streams, first);
    lanes penalty = penalty_gradient * lanes_mask(count);
    struct space space;
    space_lay_out(shape, weights, workspace, &space);
    clear(space.cleared, space.cleared_count);
    for (int32_t stop = shape->steps; stop > 0;) {
        int32_t start = stop - CHUNK > 0 ? stop - CHUNK : 0;
        dense_back(shape, &space, output_gradient + first, streams, count, start, stop);
        for (int32_t number = shape->layers - 1; number >= 0; number--) {
            layer_back(shape, &space, number, penalty, start, stop);
        }
        stop = start;
    }
    for (int32_t number = 0; number < shape->layers; number++) {
        const struct layer_space *layer = &space.layers[number];
        space_unpack(shape, layer, gradient);
        gradient += layer_weight_count(shape, number);
    }
    for (int32_t k = 0; k <= units; k++) {
        gradient[k] = lanes_sum(space.dense_sums[k]);
    }
}
