// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The neural engine: loads a blob (.psm) into the caller's memory and plays it, in integers only.
// README.md beside this file defines every word it computes and the blob's layout.
//
// It allocates nothing, calls no library and keeps everything in the caller's memory, so several
// engines may run side by side, each in its own. One engine must not be entered from two contexts
// at once. All sizes are bytes, all audio is Q23.
#ifndef ENGINE_H
#define ENGINE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ENGINE_BLOB_VERSION 1
#define ENGINE_KNOBS_MAX    4
// A knob fully clockwise, Q15.
#define ENGINE_KNOB_ONE 32767
// Both regions of an engine's memory begin at a multiple of this; 32 is also a cache line of a
// Cortex-M7.
#define ENGINE_ARENA_ALIGN 32
// So many samples of exact 0 in a row, and the engine rests (README.md, Rest).
#define ENGINE_REST_FRAMES 24000

enum engine_status {
    ENGINE_OK = 0,
    ENGINE_BAD_LENGTH,       // shorter than a header, or not the length that the header states
    ENGINE_BAD_MAGIC,        // does not begin with PSMB
    ENGINE_BAD_VERSION,      // a format version that this engine does not read
    ENGINE_BAD_CRC,          // damaged
    ENGINE_BAD_HEADER,       // a header field outside its range
    ENGINE_BAD_SECTION,      // a section at the wrong place, of the wrong length or badly padded
    ENGINE_UNKNOWN_KIND,     // a layer kind that this engine does not know
    ENGINE_UNKNOWN_FORMAT,   // a weight, state or activation format that it does not know
    ENGINE_BAD_SHAPE,        // inputs, outputs or the order of layers outside the limits
    ENGINE_BAD_STATE,        // a rest state outside its range
    ENGINE_NOT_PROVED,       // a sum could leave its word
    ENGINE_BAD_ARENA_STATED, // states less RAM than its layers need
    ENGINE_ARENA_TOO_SMALL,  // needs more RAM than the caller's arena has
    ENGINE_ARENA_MISALIGNED, // a region is not on ENGINE_ARENA_ALIGN
    ENGINE_NO_SUCH_KNOB,     // the model has fewer knobs
    ENGINE_GOLDEN_DIFFERS,   // the self-test's output is not the golden one
    ENGINE_TOO_SLOW,         // not from here: who measured that it cannot play in time says so
    ENGINE_STATUS_COUNT
};

// What a blob says of itself.
struct engine_info {
    uint32_t blob_bytes;
    uint32_t sample_rate;   // Hz
    uint32_t arena_bytes;   // what engine_load needs, both regions together
    uint32_t history_bytes; // so much of it may lie in the slow region
    int32_t rest_output;    // Q23, the constant that the output comes to in silence
    uint32_t layers;
    uint32_t knobs;                           // 0..ENGINE_KNOBS_MAX
    uint16_t resting_knobs[ENGINE_KNOBS_MAX]; // Q15
    uint32_t golden_at;                       // offset of the golden input words
    uint32_t golden_frames;
    uint32_t metadata_at; // offset of UTF-8 JSON, not ended by a zero
    uint32_t metadata_bytes;
};

// Memory for an engine, from the caller. Nothing else may touch it while the engine is used.
struct engine_memory {
    void *fast; // answers at once: tightly coupled
    size_t fast_bytes;
    void *slow; // may be behind a cache; NULL with 0 bytes where there is none
    size_t slow_bytes;
};

// Where a model lies: all is in the fast region but its longest histories, which are in the slow
// one as far as the fast one does not hold them (README.md, Memory).
struct engine_placement {
    uint32_t fast_bytes;
    uint32_t slow_bytes;
    uint32_t longest_fast; // histories of more bytes are in the slow region
};

struct engine;

// One line of plain English without a full stop; never NULL.
const char *engine_status_text(enum engine_status status);

// Checks all of a blob: magic, version, CRC, every length and limit, and the overflow proof of
// every row. The blob may be anywhere, at any alignment, and may hold anything. `info` may be NULL;
// it is written only when the answer is ENGINE_OK.
enum engine_status engine_check(const void *blob, size_t size, struct engine_info *info);

// Checks the blob and says how it would lie in memory of these sizes, whose addresses are not used.
// `placement` is written only when the answer is ENGINE_OK; ENGINE_ARENA_TOO_SMALL: not at all.
enum engine_status engine_place(const struct engine_memory *memory, const void *blob, size_t size,
                                struct engine_placement *placement);

// Checks the blob and sets up an engine in the memory, at the rest state and the resting knobs. The
// blob is not needed afterwards. On any other answer than ENGINE_OK `*engine` is NULL and what the
// memory holds is undefined. The engine is at the start of the fast region; to drop it, forget it.
enum engine_status engine_load(const struct engine_memory *memory, const void *blob, size_t size,
                               struct engine **engine);

// Back to the rest state. Knobs stay where they are.
void engine_reset(struct engine *engine);

// Moves a knob, 0..ENGINE_KNOB_ONE (clipped to it), Q15. Costs one pass over the rows of the first
// layer; call it between blocks.
enum engine_status engine_set_knob(struct engine *engine, uint32_t index, int32_t value);

// Plays `frames` samples. `in` is Q23 and is clipped to 24 bits; `out` is Q23 in +-256: not clipped
// to 24 bits, that is the caller's to do after its level. `in` and `out` may be the same. Any way
// to cut a signal into calls gives the same words.
void engine_process(struct engine *engine, const int32_t *in, int32_t *out, size_t frames);

// What a recurrent layer remembers of one unit, as README.md names it; for tests and diagnosis.
struct engine_unit {
    int32_t state;  // LSTM: cell, Q(24 - s), 31 bits; GRU: h30, Q30
    int32_t hidden; // h as the matrix reads it, Q15 or Q31
    int32_t error;  // e, 0..255; 0 in state format 2
};

// Reads a unit; 0 when there is no such layer or unit (dense layers have none), otherwise 1.
int engine_unit(const struct engine *engine, uint32_t layer, uint32_t unit,
                struct engine_unit *found);

// Plays the blob's golden vector from the rest state at the resting knobs and compares every word.
// `blob` is the one the engine was loaded from. Ends in the rest state with the knobs as before.
enum engine_status engine_selftest(struct engine *engine, const void *blob, size_t size);

#ifdef __cplusplus
}
#endif
#endif
