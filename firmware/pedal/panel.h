// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the player touches and sees: knobs, footswitches, lights, and what they do to the pedal.
//
//   knob 1 gain     -18 .. +18 dB before the model, centre 0 dB
//   knob 2 level    silent .. +12 dB after it, centre 0 dB
//   knob 3 gate     off, then -80 .. -30 dBFS
//   knobs 4 to 6    the model's own, where it has any
//   switch 1        press: bypass; 2 s: into the loader
//   switch 2        press: the next model
//   light 1         on: effect, off: bypass; blinking 4 a second: overload, twice a second: no
//   model,
//                   once a second: held back after failed starts; both in turn: in the loader
//   light 2         as many short flashes as the number of the model, then a pause
#ifndef PANEL_H
#define PANEL_H

#include <stdbool.h>
#include <stdint.h>

#include "bank.h"
#include "cold.h"
#include "footswitch.h"
#include "knob.h"
#include "pedal.h"

#define PANEL_KNOBS    6
#define PANEL_SWITCHES 2
#define PANEL_LIGHTS   2

struct panel {
    struct pedal *pedal;
    const struct bank *bank;
    uint32_t model; // of the bank, the one that plays
    uint32_t ms;    // since the start
    struct knob knobs[PANEL_KNOBS];
    struct footswitch switches[PANEL_SWITCHES];
    bool lights[PANEL_LIGHTS];
    bool loader_wanted;
};

// Takes over a pedal that plays model `model` of the bank.
COLD void panel_start(struct panel *panel, struct pedal *pedal, const struct bank *bank,
                      uint32_t model);

// Fades to another model of the bank.
COLD void panel_play(struct panel *panel, uint32_t model);

// Once a millisecond, with the 16-bit readings of `knobs` knobs (0 to PANEL_KNOBS of them are
// there) and, bit by bit, the pressed switches.
COLD void panel_tick(struct panel *panel, const uint16_t *readings, uint32_t knobs,
                     uint32_t pressed);

#endif
