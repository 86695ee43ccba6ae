/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 the pedalsmith developers */
#include "workspace.h"

#include "units.h"

static void *take(char *base, int64_t *at, int64_t bytes) {
    void *here = base == NULL ? NULL : base + *at;
    *at += (bytes + 63) / 64 * 64;
    return here;
}

static lanes *take_lanes(char *base, int64_t *at, int64_t count) {
    return take(base, at, count * (int64_t)sizeof(lanes));
}

void space_lay_out(const struct kernel_shape *shape, const float *weights, char *base,
                   struct space *space) {
    int64_t at = 0;
    int64_t units = shape->hidden;
    int64_t steps = shape->keep ? shape->steps : 1;
    space->rows = 4 * shape->hidden;
    space->delta_stride = space->rows + 2;
    space->kept_steps = (int32_t)steps;
    space->input = take_lanes(base, &at, steps * shape->features);
    space->lower = take_lanes(base, &at, CHUNK * units);
    space->delta = take_lanes(base, &at, CHUNK * space->delta_stride);
    space->columns = take_lanes(base, &at, units);
    int64_t cleared = at;
    space->cleared = space->dense_sums = take_lanes(base, &at, units + 1);
    for (int32_t number = 0; number < shape->layers; number++) {
        struct layer_space *here = &space->layers[number];
        here->inputs = inputs_of(shape, number);
        here->d_hidden = take_lanes(base, &at, units);
        here->d_cell = take_lanes(base, &at, units);
        here->sums = take_lanes(base, &at, (here->inputs + units) * 4 * units);
        here->bias_sums = take_lanes(base, &at, 4 * units);
    }
    space->cleared_count = (at - cleared) / (int64_t)sizeof(lanes);
    for (int32_t number = 0; number < shape->layers; number++) {
        struct layer_space *here = &space->layers[number];
        int64_t columns = (int64_t)gates_of(shape) * units;
        here->kernel = weights;
        here->recurrent = weights + here->inputs * columns;
        here->bias = here->recurrent + units * columns;
        weights += layer_weight_count(shape, number);
        here->packed = take(base, &at, (here->inputs + units) * 4 * units * 4);
        here->packed_bias = take(base, &at, 4 * units * 4);
        here->quads = take_lanes(base, &at, 4 * units);
        here->hidden = take_lanes(base, &at, (steps + 1) * units);
        here->cell = take_lanes(base, &at, (steps + 1) * units);
        here->kept = take_lanes(base, &at, steps * units * KEPT);
    }
    space->dense = weights;
    space->bytes = at;
}

/* Which row of the quad a gate's state part belongs to; the input part's is the gate's number. */
static int32_t state_row(const struct kernel_shape *shape, int32_t gate) {
    return shape->arch == KERNEL_GRU && gate == 2 ? 3 : gate;
}

void space_pack(const struct kernel_shape *shape, const struct layer_space *layer) {
    int32_t units = shape->hidden, gates = gates_of(shape), rows = 4 * units;
    int64_t count = (int64_t)(layer->inputs + units) * rows;
    for (int64_t k = 0; k < count; k++) {
        layer->packed[k] = 0;
    }
    for (int32_t k = 0; k < rows; k++) {
        layer->packed_bias[k] = 0;
    }
    for (int32_t gate = 0; gate < gates; gate++) {
        int32_t by_state = state_row(shape, gate);
        for (int32_t unit = 0; unit < units; unit++) {
            int32_t from = gate * units + unit;
            for (int32_t c = 0; c < layer->inputs; c++) {
                layer->packed[c * rows + 4 * unit + gate] = layer->kernel[c * gates * units + from];
            }
            for (int32_t c = 0; c < units; c++) {
                layer->packed[(layer->inputs + c) * rows + 4 * unit + by_state] =
                    layer->recurrent[c * gates * units + from];
            }
            layer->packed_bias[4 * unit + gate] += layer->bias[from];
            if (shape->arch == KERNEL_GRU) {
                layer->packed_bias[4 * unit + by_state] += layer->bias[gates * units + from];
            }
        }
    }
}

void space_unpack(const struct kernel_shape *shape, const struct layer_space *layer,
                  float *gradient) {
    const lanes *sums = layer->sums, *bias_sums = layer->bias_sums;
    int32_t units = shape->hidden, gates = gates_of(shape), width = layer->inputs + units;
    float *kernel = gradient;
    float *recurrent = kernel + layer->inputs * gates * units;
    float *bias = recurrent + units * gates * units;
    for (int32_t gate = 0; gate < gates; gate++) {
        int32_t by_state = state_row(shape, gate);
        for (int32_t unit = 0; unit < units; unit++) {
            int32_t to = gate * units + unit;
            for (int32_t c = 0; c < layer->inputs; c++) {
                kernel[c * gates * units + to] = lanes_sum(sums[(4 * unit + gate) * width + c]);
            }
            for (int32_t c = 0; c < units; c++) {
                recurrent[c * gates * units + to] =
                    lanes_sum(sums[(4 * unit + by_state) * width + layer->inputs + c]);
            }
            bias[to] = lanes_sum(bias_sums[4 * unit + gate]);
            if (shape->arch == KERNEL_GRU) {
                bias[gates * units + to] = lanes_sum(bias_sums[4 * unit + by_state]);
            }
        }
    }
}
