// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "rate.h"

#include "fixed.h"
#include "m7.h"

#if ENGINE_M7
void rate_sums_m7(const int32_t *low, const int32_t *high, const int32_t *samples, uint32_t taps,
                  int64_t sums[2]);
#define rate_sums rate_sums_m7
#else
// Two rows of weights times the samples, Q52.
static void rate_sums(const int32_t *low, const int32_t *high, const int32_t *samples,
                      uint32_t taps, int64_t sums[2]) {
    sums[0] = sums[1] = 0;
    for (uint32_t i = 0; i < taps; i++) {
        sums[0] += (int64_t)low[i] * samples[i];
        sums[1] += (int64_t)high[i] * samples[i];
    }
}
#endif

static void fill(struct rate_filter *filter, int32_t value) {
    filter->newest = 0;
    for (uint32_t i = 0; i < 2 * filter->taps; i++)
        filter->history[i] = value;
}

void rate_reset(struct rate *rate, int32_t rest_output) {
    rate->due = 0;
    fill(&rate->front, 0);
    fill(&rate->behind, rest_output);
}

static void push(struct rate_filter *filter, int32_t value) {
    filter->newest = filter->newest + 1 < filter->taps ? filter->newest + 1 : 0;
    filter->history[filter->newest] = filter->history[filter->newest + filter->taps] = value;
}

// The value at the position place / whole, 0 <= place < whole, within a sample.
static int64_t filtered(const struct rate_filter *filter, uint32_t place, uint32_t whole) {
    const uint32_t scaled = place * RATE_PHASES;
    const uint32_t row = scaled / whole;
    const int64_t part = ((scaled % whole) << 15) / whole; // Q15
    const int32_t *const low = filter->table + row * filter->taps;
    int64_t sums[2];
    rate_sums(low, low + filter->taps, filter->history + filter->newest + 1, filter->taps, sums);
    const int64_t at_low = sums[0] >> 16, at_high = sums[1] >> 16;
    return rsh(at_low * 32768 + (at_high - at_low) * part, 28);
}

uint32_t rate_take(struct rate *rate, const int32_t *audio, uint32_t samples) {
    uint32_t count = 0;
    int32_t due = rate->due;
    for (uint32_t i = 0; i < samples; i++) {
        push(&rate->front, audio[i]);
        for (; due <= 0; due += rate->board)
            rate->frame[count++] =
                sat(filtered(&rate->front, (uint32_t)-due, (uint32_t)rate->model), 24);
        due -= rate->model;
    }
    return count;
}

void rate_give(struct rate *rate, int32_t *out, uint32_t samples) {
    const int32_t *frame = rate->frame;
    int32_t due = rate->due;
    for (uint32_t i = 0; i < samples; i++) {
        for (; due <= 0; due += rate->board)
            push(&rate->behind, *frame++);
        const uint32_t past = (uint32_t)(rate->board - due);
        out[i] = sat(filtered(&rate->behind, past, (uint32_t)rate->board), 32);
        due -= rate->model;
    }
    rate->due = due;
}
