// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the pedal does to a block of samples. Portable: the host library compiles the same files,
// and the same settings give the same words on the host and on a board.
//
//   in -> gain -> engine -> rest off -> DC off -> level and trim -> gate -> limiter -> bypass ->
//   out
//
// After pedal_open everything but the engine stands at rest: the output is the engine's, less its
// constant at rest, clipped to 24 bits. All audio words are Q23 in int32, -2^23 .. 2^23 - 1.
//
// Two contexts: pedal_process in the audio interrupt, everything else in the main loop that it
// interrupts. Settings are single words; a model is changed only while the output is dry.
#ifndef PEDAL_H
#define PEDAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "budget.h"
#include "bypass.h"
#include "cold.h"
#include "dc.h"
#include "engine.h"
#include "gate.h"
#include "level.h"
#include "text.h"

enum pedal_model {
    PEDAL_NO_MODEL,  // none was given: dry
    PEDAL_REFUSED,   // by the engine or for its speed (`status` says why): dry
    PEDAL_SAFE_MODE, // held back after failed starts: dry
    PEDAL_PLAYING,
};

struct pedal {
    // What is loaded.
    struct engine *volatile engine; // NULL: dry
    enum pedal_model model;
    enum engine_status status;
    struct engine_info info;
    const void *blob; // as it was given last
    size_t blob_bytes;
    const char *name; // in the blob, not ended by a zero; NULL when it has none
    size_t name_bytes;
    int32_t trim;           // hundredths of a decibel that make it as loud as others
    uint32_t needs_percent; // of what the budget allows a block; 0: not measured
    struct engine_memory memory;
    struct budget budget;
    // What is to be loaded as soon as the output is dry.
    const void *next;
    size_t next_bytes;
    volatile bool changing;
    // Taken out of the audio path by pedal_take.
    struct engine *taken;
    volatile bool taking;
    // Settings.
    volatile bool bypassed;
    volatile bool overloaded;
    bool shaped;
    int32_t gain_wanted;  // hundredths of a decibel
    int32_t level_wanted; // hundredths of a decibel; PEDAL_MUTE: silent
    int32_t gate_wanted;  // hundredths of a dBFS; PEDAL_NO_GATE: none
    volatile int32_t knobs[ENGINE_KNOBS_MAX];
    // State of the audio path.
    int32_t knobs_set[ENGINE_KNOBS_MAX];
    struct level gain, level;
    struct dc dc;
    struct gate gate;
    struct bypass bypass;
    int32_t last;       // output word of the block before
    int32_t step;       // taken off slowly after a sudden change, Q23
    uint32_t step_left; // samples
    bool was_overloaded;
};

#define PEDAL_MUTE     INT32_MIN
#define PEDAL_NO_GATE  INT32_MIN
#define PEDAL_LOUDNESS (-1800) // of every model after its trim, hundredths of a decibel

// Loads the blob into the memory and plays its golden vector; a model that is not exactly what was
// converted, or takes longer for a block than the budget allows, is refused, and the pedal passes
// its input dry. `blob` must stay where it is; NULL or 0 bytes is no model. Takes as long as the
// golden vector and a few blocks: call it before the audio starts.
COLD void pedal_open(struct pedal *pedal, const void *blob, size_t blob_bytes,
                     const struct engine_memory *memory, const struct budget *budget);

// Stays dry until pedal_change.
COLD void pedal_open_safe(struct pedal *pedal, const struct engine_memory *memory,
                          const struct budget *budget);

// Plays `frames` samples. `in` and `out` may be the same.
void pedal_process(struct pedal *pedal, const int32_t *in, int32_t *out, size_t frames);

// Fades to dry, loads another model, fades to it; pedal_poll does the loading. Ends an overload and
// a pedal_take.
COLD void pedal_change(struct pedal *pedal, const void *blob, size_t blob_bytes);
// True when a change was finished in this call.
COLD bool pedal_poll(struct pedal *pedal);

// Fades to dry and gives the engine to the caller, out of the audio path; NULL as long as it fades
// (call again) and when none plays. A model that is changed meanwhile takes it away: taken is NULL.
COLD struct engine *pedal_take(struct pedal *pedal);
// Fades back to the engine, which begins at rest with the pedal's knobs.
COLD void pedal_give_back(struct pedal *pedal);
// Drops the taken engine: the pedal stays dry and says why.
COLD void pedal_refuse(struct pedal *pedal, enum engine_status status);

// Tells that a block took too long: the output goes dry from the next block on, without the engine
// and without a click, until the bypass is switched or the model changed.
void pedal_overload(struct pedal *pedal);

COLD void pedal_bypass(struct pedal *pedal, bool bypassed);
// Before the engine and after it; hundredths of a decibel, -9600..3600.
COLD void pedal_gain(struct pedal *pedal, int32_t hundredths);
COLD void pedal_level(struct pedal *pedal, int32_t hundredths);
// Opens above this peak of the input, hundredths of a dBFS, -9600..0; PEDAL_NO_GATE: none.
COLD void pedal_gate(struct pedal *pedal, int32_t hundredths);
// A knob of the model, 0..ENGINE_KNOB_ONE; a newly loaded model starts at its resting knobs.
COLD void pedal_knob(struct pedal *pedal, uint32_t index, int32_t value);
// The DC blocker, the limiter and the trim to equal loudness, all together.
COLD void pedal_shape(struct pedal *pedal, bool shaped);

// Adds why the model was refused, with its figures and without a full stop.
COLD void pedal_explain(const struct pedal *pedal, struct text *text);
// Adds a line that says what is played, ended by CR LF.
COLD void pedal_describe(const struct pedal *pedal, struct text *text);

#endif
