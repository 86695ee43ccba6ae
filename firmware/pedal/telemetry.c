// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "telemetry.h"

// In tenths of a per cent; rounds up, so that no load reads smaller than it is.
static uint32_t share(uint32_t part, uint32_t whole) {
    return whole >= 1000u ? (part + whole / 1000u - 1u) / (whole / 1000u) : 0u;
}

void telemetry_load(struct text *text, const struct telemetry_load *load) {
    uint32_t mean = load->blocks ? load->busy_cycles / load->blocks : 0u;
    text_add(text, "load: mean ");
    text_add_tenths(text, share(mean, load->block_cycles));
    text_add(text, " % max ");
    text_add_tenths(text, share(load->worst_cycles, load->block_cycles));
    text_add(text, " % of the block time, blocks ");
    text_add_number(text, load->blocks);
    text_add(text, ", overruns ");
    text_add_number(text, load->overruns);
    text_add(text, ", faults ");
    text_add_number(text, load->faults);
    text_add(text, "\r\n");
}
