// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LINK_SETTINGS, LINK_SET.
#include "commands.h"

enum { DECIBEL_LEAST = -9600, DECIBEL_MOST = 3600 };

_Static_assert(LINK_KNOBS == ENGINE_KNOBS_MAX && LINK_KNOB_ONE == ENGINE_KNOB_ONE, "the same");

static uint16_t knob_bit(uint32_t index) {
    return (uint16_t)(LINK_SET_KNOB << index);
}

int settings_get(struct link *link, const uint8_t *body, size_t bytes) {
    (void)body;
    (void)bytes;
    const struct pedal *pedal = link->pedal;
    struct link_settings now = {
        .which = LINK_SET_GAIN | LINK_SET_LEVEL | LINK_SET_GATE | LINK_SET_BYPASS | LINK_SET_SHAPE,
        .gain = (int16_t)pedal->gain_wanted,
        .level = (int16_t)(pedal->level_wanted == PEDAL_MUTE ? LINK_MUTE : pedal->level_wanted),
        .gate = (int16_t)(pedal->gate_wanted == PEDAL_NO_GATE ? LINK_GATE_OFF : pedal->gate_wanted),
        .bypassed = pedal->bypassed,
        .shaped = pedal->shaped,
    };
    uint32_t knobs = pedal->model == PEDAL_PLAYING ? pedal->info.knobs : 0;
    for (uint32_t i = 0; i < knobs; i++) {
        now.which |= knob_bit(i);
        now.knobs[i] = (uint16_t)pedal->knobs[i];
    }
    link_answer(link, &now, sizeof now);
    return LINK_OK;
}

static bool decibel(int16_t hundredths) {
    return hundredths >= DECIBEL_LEAST && hundredths <= DECIBEL_MOST;
}

// The offset of the first field that is out of range; the structure's size when all are well.
static size_t wrong_field(const struct pedal *pedal, const struct link_settings *wanted) {
    const uint16_t which = wanted->which;
    uint32_t knobs = pedal->model == PEDAL_PLAYING ? pedal->info.knobs : 0;
    if (which >= knob_bit(knobs)) {
        return offsetof(struct link_settings, which);
    }
    if (which & LINK_SET_GAIN && !decibel(wanted->gain)) {
        return offsetof(struct link_settings, gain);
    }
    if (which & LINK_SET_LEVEL && wanted->level != LINK_MUTE && !decibel(wanted->level)) {
        return offsetof(struct link_settings, level);
    }
    if (which & LINK_SET_GATE && wanted->gate != LINK_GATE_OFF &&
        (wanted->gate < DECIBEL_LEAST || wanted->gate > 0)) {
        return offsetof(struct link_settings, gate);
    }
    if (which & LINK_SET_BYPASS && wanted->bypassed > 1) {
        return offsetof(struct link_settings, bypassed);
    }
    if (which & LINK_SET_SHAPE && wanted->shaped > 1) {
        return offsetof(struct link_settings, shaped);
    }
    for (uint32_t i = 0; i < knobs; i++) {
        if (which & knob_bit(i) && wanted->knobs[i] > LINK_KNOB_ONE) {
            return offsetof(struct link_settings, knobs) + i * sizeof wanted->knobs[0];
        }
    }
    return sizeof *wanted;
}

int settings_set(struct link *link, const uint8_t *body, size_t bytes) {
    struct pedal *pedal = link->pedal;
    struct link_settings wanted;
    link_copy(&wanted, body, sizeof wanted);
    size_t wrong = wrong_field(pedal, &wanted);
    if (wrong < sizeof wanted) {
        return link_refuse(link, LINK_BAD_VALUE, (uint32_t)wrong,
                           wrong ? "a setting is outside its range"
                                 : "there is no such setting, or the model has fewer knobs");
    }
    if (wanted.which & LINK_SET_GAIN) {
        pedal_gain(pedal, wanted.gain);
    }
    if (wanted.which & LINK_SET_LEVEL) {
        pedal_level(pedal, wanted.level == LINK_MUTE ? PEDAL_MUTE : wanted.level);
    }
    if (wanted.which & LINK_SET_GATE) {
        pedal_gate(pedal, wanted.gate == LINK_GATE_OFF ? PEDAL_NO_GATE : wanted.gate);
    }
    if (wanted.which & LINK_SET_BYPASS) {
        pedal_bypass(pedal, wanted.bypassed);
    }
    if (wanted.which & LINK_SET_SHAPE) {
        pedal_shape(pedal, wanted.shaped);
    }
    for (uint32_t i = 0; i < LINK_KNOBS; i++) {
        if (wanted.which & knob_bit(i)) {
            pedal_knob(pedal, i, wanted.knobs[i]);
        }
    }
    return settings_get(link, body, bytes);
}
