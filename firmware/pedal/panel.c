// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "panel.h"

enum { KNOB_GAIN, KNOB_LEVEL, KNOB_GATE, KNOB_MODEL };
enum { GAIN_RANGE = 1800, LEVEL_BELOW = 6000, LEVEL_ABOVE = 1200 };
enum { GATE_LOWEST = -8000, GATE_RANGE = 5000 };
enum { FLASH_MS = 250, FLASH_ON_MS = 80, PAUSE_MS = 1000 };

void panel_start(struct panel *panel, struct pedal *pedal, const struct bank *bank,
                 uint32_t model) {
    *panel = (struct panel){.pedal = pedal, .bank = bank, .model = model};
}

// `value` is 0..KNOB_ONE; what is beyond the centre goes to `above`, what is below to -`below`.
static int32_t around_centre(int32_t value, int32_t below, int32_t above) {
    int32_t off = value - KNOB_CENTRE;
    return off * (off < 0 ? below : above) / (off < 0 ? KNOB_CENTRE : KNOB_ONE - KNOB_CENTRE);
}

static void apply_knob(struct panel *panel, uint32_t index) {
    int32_t value = panel->knobs[index].value;
    switch (index) {
    case KNOB_GAIN:
        pedal_gain(panel->pedal, around_centre(value, GAIN_RANGE, GAIN_RANGE));
        break;
    case KNOB_LEVEL:
        pedal_level(panel->pedal,
                    value ? around_centre(value, LEVEL_BELOW, LEVEL_ABOVE) : PEDAL_MUTE);
        break;
    case KNOB_GATE: {
        int32_t level = GATE_LOWEST + value * GATE_RANGE / KNOB_ONE;
        pedal_gate(panel->pedal, value ? level : PEDAL_NO_GATE);
        break;
    }
    default:
        pedal_knob(panel->pedal, index - KNOB_MODEL, value);
        break;
    }
}

void panel_play(struct panel *panel, uint32_t model) {
    const struct bank_model *chosen = &panel->bank->models[model];
    panel->model = model;
    pedal_change(panel->pedal, chosen->blob, chosen->bytes);
}

static void next_model(struct panel *panel) {
    const struct pedal *pedal = panel->pedal;
    if (panel->bank->count > 1 && !pedal->changing && pedal->model != PEDAL_SAFE_MODE) {
        panel_play(panel, (panel->model + 1) % panel->bank->count);
    }
}

static bool blink(uint32_t ms, uint32_t a_second) {
    return ms * a_second % 1000u < 500u;
}

static bool first_light(const struct panel *panel) {
    const struct pedal *pedal = panel->pedal;
    if (pedal->model == PEDAL_SAFE_MODE) {
        return blink(panel->ms, 1);
    }
    if (pedal->overloaded) {
        return blink(panel->ms, 4);
    }
    if (pedal->model != PEDAL_PLAYING) {
        return blink(panel->ms, 2);
    }
    return !pedal->bypassed;
}

static bool second_light(const struct panel *panel) {
    uint32_t flashes = panel->model + 1;
    uint32_t at = panel->ms % (flashes * FLASH_MS + PAUSE_MS);
    return panel->bank->count && at < flashes * FLASH_MS && at % FLASH_MS < FLASH_ON_MS;
}

void panel_tick(struct panel *panel, const uint16_t *readings, uint32_t knobs, uint32_t pressed) {
    panel->ms++;
    for (uint32_t i = 0; i < knobs && i < PANEL_KNOBS; i++) {
        if (knob_update(&panel->knobs[i], readings[i])) {
            apply_knob(panel, i);
        }
    }
    for (uint32_t i = 0; i < PANEL_SWITCHES; i++) {
        enum footswitch_event event = footswitch_update(&panel->switches[i], pressed >> i & 1u);
        if (event == FOOTSWITCH_PRESS && i == 0) {
            pedal_bypass(panel->pedal, panel->pedal->overloaded ? false : !panel->pedal->bypassed);
        } else if (event == FOOTSWITCH_PRESS) {
            next_model(panel);
        } else if (event == FOOTSWITCH_LONG && i == 0) {
            panel->loader_wanted = true;
        }
    }
    if (pedal_poll(panel->pedal)) {
        for (uint32_t i = KNOB_MODEL; i < knobs && i < PANEL_KNOBS; i++) {
            apply_knob(panel, i);
        }
    }
    panel->lights[0] = panel->loader_wanted ? blink(panel->ms, 4) : first_light(panel);
    panel->lights[1] = panel->loader_wanted ? !blink(panel->ms, 4) : second_light(panel);
}
