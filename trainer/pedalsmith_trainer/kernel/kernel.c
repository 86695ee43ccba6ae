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

/* Reads up to LANES numbers; lanes without a stream are 0. */
static lanes gather(const float *from, int32_t count, int32_t stride) {
    lanes all = {0};
    for (int32_t lane = 0; lane < count; lane++) {
        all[lane] = from[lane * stride];
    }
    return all;
}

static void scatter(lanes all, float *to, int32_t count) {
    for (int32_t lane = 0; lane < count; lane++) {
        to[lane] = all[lane];
    }
}

static int32_t valid_lanes(int32_t streams, int32_t first) {
    return streams - first < LANES ? streams - first : LANES;
}

static lanes valid_mask(int32_t count) {
    lanes mask = {0};
    for (int32_t lane = 0; lane < count; lane++) {
        mask[lane] = 1.0f;
    }
    return mask;
}

/* One sample of one layer: reads hidden_before and cell_before, writes the others. */
static void layer_step(const struct kernel_shape *shape, const struct layer_space *layer,
                       const lanes *inputs, const lanes *hidden_before, const lanes *cell_before,
                       lanes *hidden, lanes *cell, lanes *kept) {
    int32_t units = shape->hidden, rows = 4 * units;
    for (int32_t unit = 0; unit < units;) {
        lanes quads[4 * FORWARD_UNITS];
        int32_t together = units - unit >= FORWARD_UNITS ? FORWARD_UNITS : 1;
        if (together == FORWARD_UNITS) {
            quads_rows(layer->packed, layer->packed_bias, rows, 4 * unit, 4 * FORWARD_UNITS, inputs,
                       layer->inputs, hidden_before, units, quads);
        } else {
            quads_rows(layer->packed, layer->packed_bias, rows, 4 * unit, 4, inputs, layer->inputs,
                       hidden_before, units, quads);
        }
        for (int32_t k = 0; k < together; k++, unit++) {
            if (shape->arch == KERNEL_LSTM) {
                lanes c = cell_before[unit];
                hidden[unit] = lstm_unit(quads + 4 * k, &c, kept + unit * KEPT);
                cell[unit] = c;
            } else {
                hidden[unit] = gru_unit(quads + 4 * k, hidden_before[unit], kept + unit * KEPT);
            }
        }
    }
}

static lanes cell_penalty(const lanes *cell, int32_t units, float bound) {
    lanes sum = {0};
    for (int32_t unit = 0; unit < units; unit++) {
        lanes over = beyond(cell[unit], bound);
        sum += over * over;
    }
    return sum;
}

static void copy(lanes *to, const lanes *from, int32_t count) {
    for (int32_t k = 0; k < count; k++) {
        to[k] = from[k];
    }
}

void kernel_forward(const struct kernel_shape *shape, const float *weights, const float *input,
                    const float *state, int32_t streams, int32_t first, void *workspace,
                    float *output, float *after, float *penalty) {
    int32_t units = shape->hidden, count = valid_lanes(streams, first), features = shape->features;
    int32_t lstm = shape->arch == KERNEL_LSTM, parts = lstm ? 2 : 1;
    lanes mask = valid_mask(count), penalties = {0};
    struct space space;
    space_lay_out(shape, weights, workspace, &space);
    for (int32_t number = 0; number < shape->layers; number++) {
        const struct layer_space *layer = &space.layers[number];
        space_pack(shape, layer);
        for (int32_t unit = 0; unit < units; unit++) {
            const float *from = state + (int64_t)(number * parts * units + unit) * streams + first;
            layer->hidden[unit] = gather(from, count, 1);
            layer->cell[unit] =
                lstm ? gather(from + (int64_t)units * streams, count, 1) : (lanes){0};
        }
    }
    for (int32_t step = 0; step < shape->steps; step++) {
        int32_t slot = shape->keep ? step : 0;
        lanes *below = space.input + (int64_t)slot * features;
        for (int32_t k = 0; k < features; k++) {
            below[k] =
                gather(input + ((int64_t)step * streams + first) * features + k, count, features);
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
        scatter(sound, output + (int64_t)step * streams + first, count);
    }
    for (int32_t number = 0; number < shape->layers; number++) {
        const struct layer_space *layer = &space.layers[number];
        int64_t last = (int64_t)space.kept_steps * units;
        for (int32_t unit = 0; unit < units; unit++) {
            float *to = after + (int64_t)(number * parts * units + unit) * streams + first;
            scatter(layer->hidden[last + unit], to, count);
            if (lstm) {
                scatter(layer->cell[last + unit], to + (int64_t)units * streams, count);
            }
        }
    }
    *penalty = lanes_sum(penalties * mask);
}

/* The dense layer: fills space.lower with the gradient by the last layer's output. */
static void dense_back(const struct kernel_shape *shape, const struct space *space,
                       const struct layer_space *top, const float *output_gradient, int32_t streams,
                       int32_t first, float *gradient) {
    int32_t units = shape->hidden, count = valid_lanes(streams, first);
    lanes *sums = space->sums;
    for (int32_t k = 0; k <= units; k++) {
        sums[k] = (lanes){0};
    }
    for (int32_t step = 0; step < shape->steps; step++) {
        lanes dy = gather(output_gradient + (int64_t)step * streams + first, count, 1);
        const lanes *hidden = top->hidden + (int64_t)(step + 1) * units;
        lanes *lower = space->lower + (int64_t)step * units;
        for (int32_t unit = 0; unit < units; unit++) {
            sums[unit] += dy * hidden[unit];
            lower[unit] = dy * space->dense[unit];
        }
        sums[units] += dy;
    }
    for (int32_t k = 0; k <= units; k++) {
        gradient[k] = lanes_sum(sums[k]);
    }
}

/* One layer, last sample first. Reads space.lower as the gradient by its output and leaves there,
 * if there is a layer below, the gradient by that one's. */
static void layer_back(const struct kernel_shape *shape, const struct space *space,
                       const struct layer_space *layer, int32_t number, const lanes *inputs,
                       lanes penalty_gradient, float *gradient) {
    int32_t units = shape->hidden, rows = space->rows, below = layer->inputs;
    int32_t stride = space->delta_stride;
    lanes *sums = space->sums, *bias_sums = sums + (int64_t)(below + units) * rows;
    for (int64_t k = 0; k < (int64_t)(below + units + 1) * rows; k++) {
        sums[k] = (lanes){0};
    }
    for (int32_t unit = 0; unit < units; unit++) {
        space->d_hidden[unit] = (lanes){0};
        space->d_cell[unit] = (lanes){0};
    }
    int32_t stop = shape->steps;
    while (stop > 0) {
        int32_t start = stop - CHUNK > 0 ? stop - CHUNK : 0;
        for (int32_t step = stop - 1; step >= start; step--) {
            lanes *delta = space->delta + (int64_t)(step - start) * stride;
            const lanes *kept = layer->kept + (int64_t)step * units * KEPT;
            const lanes *hidden_before = layer->hidden + (int64_t)step * units;
            const lanes *cell_before = layer->cell + (int64_t)step * units;
            lanes *lower = space->lower + (int64_t)step * units;
            for (int32_t unit = 0; unit < units; unit++) {
                lanes d_hidden = space->d_hidden[unit] + lower[unit];
                if (shape->arch == KERNEL_LSTM) {
                    lstm_unit_back(kept + unit * KEPT, cell_before[unit], d_hidden,
                                   space->d_cell + unit, shape->cell_bound, penalty_gradient,
                                   delta + 4 * unit);
                    space->d_hidden[unit] = (lanes){0};
                } else {
                    space->d_hidden[unit] = gru_unit_back(kept + unit * KEPT, hidden_before[unit],
                                                          d_hidden, delta + 4 * unit);
                }
                for (int32_t k = 0; k < 4; k++) {
                    bias_sums[4 * unit + k] += delta[4 * unit + k];
                }
            }
            quads_columns(layer->packed + (int64_t)below * rows, rows, delta, space->columns,
                          units);
            for (int32_t unit = 0; unit < units; unit++) {
                space->d_hidden[unit] += space->columns[unit];
            }
            if (number > 0) {
                quads_columns(layer->packed, rows, delta, lower, below);
            }
        }
        quads_outer(sums, below + units, rows, space->delta, stride,
                    inputs + (int64_t)start * below, below, stop - start);
        quads_outer(sums + below, below + units, rows, space->delta, stride,
                    layer->hidden + (int64_t)start * units, units, stop - start);
        stop = start;
    }
    space_unpack(shape, layer, sums, bias_sums, gradient);
}

void kernel_backward(const struct kernel_shape *shape, const float *weights, int32_t streams,
                     int32_t first, void *workspace, const float *output_gradient,
                     float penalty_gradient, float *gradient) {
    lanes penalty = penalty_gradient * valid_mask(valid_lanes(streams, first));
    struct space space;
    space_lay_out(shape, weights, workspace, &space);
    int64_t end = kernel_weight_count(shape) - (shape->hidden + 1);
    dense_back(shape, &space, &space.layers[shape->layers - 1], output_gradient, streams, first,
               gradient + end);
    for (int32_t number = shape->layers - 1; number >= 0; number--) {
        const lanes *inputs =
            number > 0 ? space.layers[number - 1].hidden + shape->hidden : space.input;
        end -= layer_weight_count(shape, number);
        layer_back(shape, &space, &space.layers[number], number, inputs, penalty, gradient + end);
    }
}
