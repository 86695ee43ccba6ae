// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
#include "pedal.h"

#include "limiter.h"
#include "metadata.h"

enum { FULL_SCALE = 1 << 23, CHUNK = 48, STEP_FRAMES = 256, TRIM_MOST = 2400 };

COLD static void set_level(struct pedal *pedal) {
    int32_t trim = pedal->shaped ? pedal->trim : 0;
    pedal->level.target =
        pedal->level_wanted == PEDAL_MUTE ? 0 : level_from_decibel(pedal->level_wanted + trim);
}

COLD static int32_t trim_of(const char *json, size_t bytes) {
    int32_t loudness;
    if (!metadata_hundredths(json, bytes, "loudness_db", &loudness)) {
        return 0;
    }
    int32_t trim = PEDAL_LOUDNESS - loudness;
    return trim > TRIM_MOST ? TRIM_MOST : trim < -TRIM_MOST ? -TRIM_MOST : trim;
}

COLD static enum engine_status judge_speed(struct pedal *pedal, struct engine *engine) {
    uint32_t taken = budget_measure(&pedal->budget, engine);
    uint32_t most = pedal->budget.most;
    pedal->needs_percent = taken ? taken / (most / 100u) : 0;
    return taken > most ? ENGINE_TOO_SLOW : ENGINE_OK;
}

// The audio path does not touch the engine meanwhile: it is not running yet, or engine is NULL.
COLD static void load(struct pedal *pedal, const void *blob, size_t blob_bytes) {
    pedal->model = PEDAL_NO_MODEL;
    pedal->blob = blob;
    pedal->blob_bytes = blob_bytes;
    pedal->name = NULL;
    pedal->trim = 0;
    pedal->needs_percent = 0;
    if (!blob || !blob_bytes) {
        return;
    }
    struct engine *engine = NULL;
    enum engine_status status = engine_check(blob, blob_bytes, &pedal->info);
    const char *json = NULL;
    if (status == ENGINE_OK) {
        json = (const char *)blob + pedal->info.metadata_at;
        pedal->name = metadata_text(json, pedal->info.metadata_bytes, "name", &pedal->name_bytes);
        status = engine_load(&pedal->memory, blob, blob_bytes, &engine);
    }
    if (status == ENGINE_OK) {
        status = engine_selftest(engine, blob, blob_bytes);
    }
    if (status == ENGINE_OK) {
        status = judge_speed(pedal, engine);
    }
    pedal->status = status;
    if (status != ENGINE_OK) {
        pedal->model = PEDAL_REFUSED;
        return;
    }
    pedal->trim = trim_of(json, pedal->info.metadata_bytes);
    for (uint32_t i = 0; i < ENGINE_KNOBS_MAX; i++) {
        pedal->knobs[i] = pedal->knobs_set[i] = pedal->info.resting_knobs[i];
    }
    pedal->dc = (struct dc){0};
    set_level(pedal);
    level_start(&pedal->level, pedal->level.target);
    pedal->model = PEDAL_PLAYING;
    pedal->engine = engine;
}

COLD static void start(struct pedal *pedal, const struct engine_memory *memory,
                       const struct budget *budget) {
    *pedal = (struct pedal){.model = PEDAL_NO_MODEL,
                            .memory = *memory,
                            .budget = *budget,
                            .gate_wanted = PEDAL_NO_GATE};
    level_start(&pedal->gain, LEVEL_ONE);
    level_start(&pedal->level, LEVEL_ONE);
    gate_start(&pedal->gate);
}

void pedal_open(struct pedal *pedal, const void *blob, size_t blob_bytes,
                const struct engine_memory *memory, const struct budget *budget) {
    start(pedal, memory, budget);
    load(pedal, blob, blob_bytes);
    bypass_start(&pedal->bypass, pedal->engine != NULL);
}

void pedal_open_safe(struct pedal *pedal, const struct engine_memory *memory,
                     const struct budget *budget) {
    start(pedal, memory, budget);
    pedal->model = PEDAL_SAFE_MODE;
}

void pedal_change(struct pedal *pedal, const void *blob, size_t blob_bytes) {
    pedal->next = blob;
    pedal->next_bytes = blob_bytes;
    pedal->changing = true;
}

bool pedal_poll(struct pedal *pedal) {
    if (!pedal->changing || !bypass_is_dry(&pedal->bypass)) {
        return false;
    }
    pedal->engine = NULL;
    pedal->taken = NULL;
    pedal->taking = false;
    load(pedal, pedal->next, pedal->next_bytes);
    pedal->overloaded = false;
    pedal->changing = false;
    return true;
}

struct engine *pedal_take(struct pedal *pedal) {
    pedal->taking = pedal->engine != NULL;
    if (pedal->taking && !pedal->changing && bypass_is_dry(&pedal->bypass)) {
        pedal->taken = pedal->engine;
        pedal->engine = NULL;
        pedal->taking = false;
    }
    return pedal->taken;
}

void pedal_give_back(struct pedal *pedal) {
    pedal->taking = false;
    if (pedal->taken) {
        for (uint32_t i = 0; i < pedal->info.knobs; i++) {
            engine_set_knob(pedal->taken, i, pedal->knobs_set[i]);
        }
        engine_reset(pedal->taken);
        pedal->engine = pedal->taken;
        pedal->taken = NULL;
    }
}

void pedal_refuse(struct pedal *pedal, enum engine_status status) {
    pedal->taken = NULL;
    pedal->status = status;
    pedal->model = PEDAL_REFUSED;
}

void pedal_overload(struct pedal *pedal) {
    if (pedal->engine) {
        pedal->overloaded = true;
    }
}

void pedal_bypass(struct pedal *pedal, bool bypassed) {
    pedal->bypassed = bypassed;
    pedal->overloaded = false;
}

void pedal_gain(struct pedal *pedal, int32_t hundredths) {
    pedal->gain_wanted = hundredths;
    pedal->gain.target = level_from_decibel(hundredths);
}

void pedal_level(struct pedal *pedal, int32_t hundredths) {
    pedal->level_wanted = hundredths;
    set_level(pedal);
}

void pedal_gate(struct pedal *pedal, int32_t hundredths) {
    pedal->gate_wanted = hundredths;
    // Q24 to Q23.
    pedal->gate.threshold = hundredths == PEDAL_NO_GATE ? 0 : level_from_decibel(hundredths) >> 1;
}

void pedal_knob(struct pedal *pedal, uint32_t index, int32_t value) {
    if (index < ENGINE_KNOBS_MAX) {
        pedal->knobs[index] = value;
    }
}

void pedal_shape(struct pedal *pedal, bool shaped) {
    pedal->shaped = shaped;
    set_level(pedal);
}

// One knob a block: each costs a pass over the rows of the first layer.
static void move_knob(struct pedal *pedal, struct engine *engine) {
    for (uint32_t i = 0; i < pedal->info.knobs; i++) {
        int32_t wanted = pedal->knobs[i];
        if (wanted != pedal->knobs_set[i]) {
            pedal->knobs_set[i] = wanted;
            engine_set_knob(engine, i, wanted);
            return;
        }
    }
}

static void clip(int32_t *audio, size_t frames) {
    for (size_t i = 0; i < frames; i++) {
        int32_t y = audio[i];
        audio[i] = y > FULL_SCALE - 1 ? FULL_SCALE - 1 : y < -FULL_SCALE ? -FULL_SCALE : y;
    }
}

static void play(struct pedal *pedal, struct engine *engine, const int32_t *dry, int32_t *wet,
                 size_t frames) {
    for (size_t i = 0; i < frames; i++) {
        wet[i] = dry[i];
    }
    level_process(&pedal->gain, wet, frames);
    engine_process(engine, wet, wet, frames);
    int32_t rest = pedal->info.rest_output;
    for (size_t i = 0; i < frames; i++) {
        int64_t y = (int64_t)wet[i] - rest;
        wet[i] = y > INT32_MAX ? INT32_MAX : y < INT32_MIN ? INT32_MIN : (int32_t)y;
    }
    if (pedal->shaped) {
        dc_process(&pedal->dc, wet, frames);
    }
    level_process(&pedal->level, wet, frames);
    gate_process(&pedal->gate, dry, wet, frames);
    if (pedal->shaped) {
        limiter_process(wet, frames);
    } else {
        clip(wet, frames);
    }
}

// What the output jumped by is taken off in a straight line instead.
static void smooth_step(struct pedal *pedal, int32_t *audio, size_t frames) {
    for (size_t i = 0; i < frames && pedal->step_left; i++) {
        pedal->step_left--;
        audio[i] += (int32_t)((int64_t)pedal->step * pedal->step_left / STEP_FRAMES);
    }
    clip(audio, frames);
}

static void process_chunk(struct pedal *pedal, const int32_t *in, int32_t *out, size_t frames) {
    int32_t dry[CHUNK];
    for (size_t i = 0; i < frames; i++) {
        dry[i] = in[i];
    }
    struct engine *engine = pedal->engine;
    bool overloaded = pedal->overloaded;
    if (overloaded && !pedal->was_overloaded) {
        pedal->step = pedal->last - dry[0];
        pedal->step_left = STEP_FRAMES;
        bypass_start(&pedal->bypass, false);
    }
    pedal->was_overloaded = overloaded;
    pedal->bypass.to_wet =
        engine && !overloaded && !pedal->bypassed && !pedal->changing && !pedal->taking;
    if (engine && !overloaded) {
        move_knob(pedal, engine);
        play(pedal, engine, dry, out, frames);
        bypass_process(&pedal->bypass, dry, out, frames);
    } else {
        for (size_t i = 0; i < frames; i++) {
            out[i] = dry[i];
        }
    }
    if (pedal->step_left) {
        smooth_step(pedal, out, frames);
    }
    pedal->last = out[frames - 1];
}

void pedal_process(struct pedal *pedal, const int32_t *in, int32_t *out, size_t frames) {
    while (frames) {
        size_t count = frames < CHUNK ? frames : CHUNK;
        process_chunk(pedal, in, out, count);
        in += count;
        out += count;
        frames -= count;
    }
}

void pedal_explain(const struct pedal *pedal, struct text *text) {
    text_add(text, engine_status_text(pedal->status));
    if (pedal->status == ENGINE_TOO_SLOW) {
        text_add(text, ": it needs ");
        text_add_number(text, pedal->needs_percent);
        text_add(text, " % of the block time");
    }
}

static void add_name(const struct pedal *pedal, struct text *text) {
    if (pedal->name) {
        text_add_bytes(text, pedal->name, pedal->name_bytes);
    } else {
        text_add(text, "without a name");
    }
}

void pedal_describe(const struct pedal *pedal, struct text *text) {
    switch (pedal->model) {
    case PEDAL_NO_MODEL:
        text_add(text, "model: none, the input passes dry\r\n");
        break;
    case PEDAL_REFUSED:
        text_add(text, "model: ");
        if (pedal->name) {
            add_name(pedal, text);
            text_add(text, ", ");
        }
        text_add(text, "refused (");
        pedal_explain(pedal, text);
        text_add(text, "), the input passes dry\r\n");
        break;
    case PEDAL_SAFE_MODE:
        text_add(text, "model: held back after failed starts, the input passes dry; ");
        text_add(text, "load another model or image\r\n");
        break;
    case PEDAL_PLAYING:
        text_add(text, "model: ");
        add_name(pedal, text);
        text_add(text, ", ");
        text_add_number(text, pedal->info.sample_rate);
        text_add(text, " Hz, ");
        text_add_number(text, pedal->info.arena_bytes);
        text_add(text, " bytes of RAM, self-test passed\r\n");
        break;
    }
}
