// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the pedal does to a block of samples. Portable: the host library compiles the same file, and
// the default settings give the same words on the host and on a board.
//
// All audio words are Q23 in int32, 24 bits: -2^23 .. 2^23 - 1.
#ifndef PEDAL_H
#define PEDAL_H

#include <stddef.h>
#include <stdint.h>

#include "engine.h"
#include "text.h"

enum pedal_model {
    PEDAL_NO_MODEL,  // none was given: dry
    PEDAL_REFUSED,   // the engine refused it (`status` says why): dry
    PEDAL_SAFE_MODE, // held back after failed starts: dry
    PEDAL_PLAYING,
};

struct pedal {
    struct engine *engine; // NULL: dry
    enum pedal_model model;
    enum engine_status status;
    struct engine_info info;
    const char *name; // in the blob, not ended by a zero; NULL when it has none
    size_t name_bytes;
};

// Loads the blob into the arena and plays its golden vector; a model that is not exactly what was
// converted is refused, and the pedal passes its input dry. `blob` must stay where it is; NULL or
// 0 bytes is no model. Takes as long as the golden vector: call it before the audio starts.
void pedal_open(struct pedal *pedal, const void *blob, size_t blob_bytes, void *arena,
                size_t arena_bytes);

// Stays dry whatever the model is.
void pedal_open_safe(struct pedal *pedal);

// Plays `frames` samples. The model's output at rest, a constant, is taken off, and the result
// clipped to 24 bits. `in` and `out` may be the same.
void pedal_process(struct pedal *pedal, const int32_t *in, int32_t *out, size_t frames);

// Adds a line that says what is played, ended by CR LF.
void pedal_describe(const struct pedal *pedal, struct text *text);

#endif
