// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "engine.h"

#include "blob.h"
#include "cold.h"
#include "fixed.h"
#include "layer.h"
#include "rate.h"
#include "sigmoid_table.h"

struct engine {
    uint32_t layers;
    uint32_t knobs;
    struct layer *layer[BLOB_LAYERS_MAX];
    struct rate *rate;                 // NULL when the network runs at the board's rate
    int32_t skip;                      // Q24
    int32_t rest_output;               // Q23
    int32_t knob[ENGINE_KNOBS_MAX];    // Q15
    int32_t resting[ENGINE_KNOBS_MAX]; // Q15
    uint32_t silent;                   // samples of exact 0 in a row, up to ENGINE_REST_FRAMES
    int32_t held;                      // the output while the engine rests
    int32_t last;                      // the output of the sample before
    int32_t audio[LAYER_CHUNK_MAX];    // a chunk of the input, 24 bits
};

// The arena's share of the engine itself (README.md, Arena).
#define HEAD_BYTES 512
_Static_assert(sizeof(struct engine) <= HEAD_BYTES, "struct engine outgrew its share");
// Beside what the blob states, where a layer reads the table.
#define TABLE_BYTES ((uint32_t)(SIGMOID_CHORDS * sizeof(struct sigmoid_chord)))

COLD const char *engine_status_text(enum engine_status status) {
    switch (status) {
    case ENGINE_OK:
        return "ok";
    case ENGINE_BAD_LENGTH:
        return "the model does not have the length that it states";
    case ENGINE_BAD_MAGIC:
        return "this is not a pedalsmith model (no PSMB at its start)";
    case ENGINE_BAD_VERSION:
        return "the model has a format version that this engine does not read";
    case ENGINE_BAD_CRC:
        return "the model is damaged (its CRC does not match)";
    case ENGINE_BAD_HEADER:
        return "a field of the model's header is outside its range";
    case ENGINE_BAD_SECTION:
        return "a section of the model has the wrong place, length or padding";
    case ENGINE_UNKNOWN_KIND:
        return "the model has a layer of a kind that this engine does not know";
    case ENGINE_UNKNOWN_FORMAT:
        return "a layer has a weight, state or activation format that this engine does not know";
    case ENGINE_BAD_SHAPE:
        return "a layer's inputs, outputs or place are outside the engine's limits";
    case ENGINE_BAD_STATE:
        return "a layer's rest state is outside its range";
    case ENGINE_NOT_PROVED:
        return "a layer's sums could overflow";
    case ENGINE_BAD_ARENA_STATED:
        return "the model states less RAM than its layers need";
    case ENGINE_ARENA_TOO_SMALL:
        return "the model needs more RAM than there is";
    case ENGINE_ARENA_MISALIGNED:
        return "the engine's RAM does not begin at a multiple of 32 bytes";
    case ENGINE_NO_SUCH_KNOB:
        return "the model has no such knob";
    case ENGINE_GOLDEN_DIFFERS:
        return "the self-test's output differs from the model's golden output";
    case ENGINE_TOO_SLOW:
        return "the model is too slow for this board";
    case ENGINE_STATUS_COUNT:
        break;
    }
    return "unknown status";
}

// Member by member: an initializer would become a call of memset.
COLD static void begin_chain(struct layer_chain *chain, const struct engine_info *info) {
    chain->index = 0;
    chain->layers = info->layers;
    chain->next = 0;
    chain->knobs = info->knobs;
    chain->width = 1;
    chain->recurrent = 0;
    chain->dense = 0;
    chain->state = 0;
    chain->bound = (uint64_t)1 << 23;
    chain->arena_bytes = HEAD_BYTES;
    chain->reads_chords = 0;
    chain->chords = NULL;
    chain->histories = 0;
}

COLD static enum engine_status check(struct blob *blob, const void *bytes, size_t size,
                                     struct layer_chain *chain) {
    enum engine_status status = blob_open(blob, bytes, size);
    begin_chain(chain, &blob->info);
    if (status == ENGINE_OK && blob->has_rate)
        status = rate_check(&blob->rate, &chain->arena_bytes);
    for (uint32_t i = 0; status == ENGINE_OK && i < blob->info.layers; i++) {
        const struct layer_kind *const kind = layer_find(blob->records[i].kind);
        chain->index = i;
        status = kind != NULL ? kind->check(&blob->records[i], chain) : ENGINE_UNKNOWN_KIND;
    }
    if (status != ENGINE_OK)
        return status;
    // A dense layer ends every network known so far: a recurrent state alone is not an output.
    if (chain->width != 1 || chain->dense == 0)
        return ENGINE_BAD_SHAPE;
    blob->info.history_bytes = 0;
    for (uint32_t i = 0; i < chain->histories; i++)
        blob->info.history_bytes += chain->history_bytes[i];
    if (blob->info.arena_bytes < chain->arena_bytes)
        return ENGINE_BAD_ARENA_STATED;
    if (chain->reads_chords)
        blob->info.arena_bytes += TABLE_BYTES;
    return ENGINE_OK;
}

COLD enum engine_status engine_check(const void *blob, size_t size, struct engine_info *info) {
    struct blob opened;
    struct layer_chain chain;
    const enum engine_status status = check(&opened, blob, size, &chain);
    if (status == ENGINE_OK && info != NULL)
        *info = opened.info;
    return status;
}

// Moves histories to the slow region, the longest first, until the rest fits the fast one.
COLD static enum engine_status place(const struct engine_memory *memory, const struct blob *blob,
                                     const struct layer_chain *chain, struct engine_placement *to) {
    to->fast_bytes = blob->info.arena_bytes;
    to->slow_bytes = 0;
    to->longest_fast = UINT32_MAX;
    while (to->fast_bytes > memory->fast_bytes) {
        uint32_t longest = 0, together = 0; // of those that are still in the fast region
        for (uint32_t i = 0; i < chain->histories; i++) {
            const uint32_t bytes = chain->history_bytes[i];
            if (bytes > to->longest_fast || bytes < longest)
                continue;
            together = bytes == longest ? together + bytes : bytes;
            longest = bytes;
        }
        if (longest == 0)
            return ENGINE_ARENA_TOO_SMALL;
        to->longest_fast = longest - 1;
        to->fast_bytes -= together;
        to->slow_bytes += together;
    }
    return to->slow_bytes > memory->slow_bytes ? ENGINE_ARENA_TOO_SMALL : ENGINE_OK;
}

COLD enum engine_status engine_place(const struct engine_memory *memory, const void *blob,
                                     size_t size, struct engine_placement *placement) {
    struct blob opened;
    struct layer_chain chain;
    struct engine_placement found;
    enum engine_status status = check(&opened, blob, size, &chain);
    if (status == ENGINE_OK)
        status = place(memory, &opened, &chain, &found);
    if (status == ENGINE_OK)
        *placement = found;
    return status;
}

static void fold_knobs(struct engine *engine) {
    for (uint32_t i = 0; i < engine->layers; i++)
        if (engine->layer[i]->kind->set_knobs != NULL)
            engine->layer[i]->kind->set_knobs(engine->layer[i], engine->knob);
}

COLD enum engine_status engine_load(const struct engine_memory *memory, const void *blob,
                                    size_t size, struct engine **engine) {
    struct blob opened;
    struct layer_chain chain;
    struct engine_placement placement;
    *engine = NULL;
    enum engine_status status = check(&opened, blob, size, &chain);
    if (status == ENGINE_OK && ((uintptr_t)memory->fast % ENGINE_ARENA_ALIGN != 0 ||
                                (uintptr_t)memory->slow % ENGINE_ARENA_ALIGN != 0))
        status = ENGINE_ARENA_MISALIGNED;
    if (status == ENGINE_OK)
        status = place(memory, &opened, &chain, &placement);
    if (status != ENGINE_OK)
        return status;
    const uint32_t reads_chords = chain.reads_chords;
    struct layer_arena left;
    left.fast.at = memory->fast;
    left.fast.left = memory->fast_bytes;
    left.slow.at = memory->slow;
    left.slow.left = memory->slow_bytes;
    left.longest_fast = placement.longest_fast;
    struct engine *const e = layer_take(&left, HEAD_BYTES);
    begin_chain(&chain, &opened.info);
    if (reads_chords) {
        struct sigmoid_chord *const table = layer_take(&left, TABLE_BYTES);
        sigmoid_table_make(table);
        chain.chords = table + SIGMOID_CHORDS / 2;
    }
    e->layers = opened.info.layers;
    e->knobs = opened.info.knobs;
    e->skip = opened.skip;
    e->rest_output = opened.rest_output;
    e->rate = opened.has_rate ? rate_load(&opened.rate, &left) : NULL;
    if (opened.has_rate && e->rate == NULL)
        return ENGINE_ARENA_TOO_SMALL;
    for (uint32_t i = 0; i < ENGINE_KNOBS_MAX; i++)
        e->knob[i] = e->resting[i] = opened.info.resting_knobs[i];
    for (uint32_t i = 0; i < e->layers; i++) {
        const struct blob_record *const record = &opened.records[i];
        chain.index = i;
        chain.next = i + 1 < e->layers ? opened.records[i + 1].kind : 0;
        e->layer[i] = layer_find(record->kind)->load(record, &chain, &left);
        if (e->layer[i] == NULL)
            return ENGINE_ARENA_TOO_SMALL;
        chain.width = record->outputs;
    }
    fold_knobs(e);
    engine_reset(e);
    *engine = e;
    return ENGINE_OK;
}

// The layers' part of a reset: the rest rule needs it without the count of silence.
static void reset_layers(struct engine *engine) {
    for (uint32_t i = 0; i < engine->layers; i++)
        engine->layer[i]->kind->reset(engine->layer[i]);
    if (engine->rate != NULL)
        rate_reset(engine->rate, engine->rest_output);
}

void engine_reset(struct engine *engine) {
    reset_layers(engine);
    engine->silent = 0;
    engine->held = engine->last = engine->rest_output;
}

enum engine_status engine_set_knob(struct engine *engine, uint32_t index, int32_t value) {
    if (index >= engine->knobs)
        return ENGINE_NO_SUCH_KNOB;
    value = clip(value, 0, ENGINE_KNOB_ONE);
    if (engine->knob[index] != value) {
        engine->knob[index] = value;
        engine->silent = 0; // a resting engine wakes: its resting output belongs to the old knobs
        fold_knobs(engine);
    }
    return ENGINE_OK;
}

static void enter_rest(struct engine *engine) {
    int at_rest = 1;
    for (uint32_t i = 0; i < ENGINE_KNOBS_MAX; i++)
        at_rest &= engine->knob[i] == engine->resting[i];
    if (at_rest)
        reset_layers(engine);
    engine->held = at_rest ? engine->rest_output : engine->last;
}

// Runs the layers over engine->audio.
static void run(struct engine *engine, int32_t *out, uint32_t frames) {
    struct layer_signal signal = {engine->audio, NULL};
    for (uint32_t i = 0; i < engine->layers; i++) {
        struct layer *const layer = engine->layer[i];
        layer->kind->process(layer, &signal, frames);
        signal = layer->out;
    }
    const int32_t skip = engine->skip;
    for (uint32_t i = 0; i < frames; i++) {
        const int32_t y = signal.wide[i];
        if (skip == 0) // the same word, in a tenth of the cycles
            out[i] = y;
        else
            out[i] = sat(rsh(y * ((int64_t)1 << 24) + (int64_t)engine->audio[i] * skip, 24), 32);
    }
    engine->last = out[frames - 1];
}

// Runs the layers at their own rate over engine->audio, which is at the board's.
static void run_at_rate(struct engine *engine, int32_t *out, uint32_t samples) {
    struct rate *const rate = engine->rate;
    const uint32_t frames = rate_take(rate, engine->audio, samples);
    const uint32_t chunk = engine->layer[0]->kind->chunk;
    for (uint32_t done = 0; done < frames; done += chunk) {
        const uint32_t left = frames - done;
        const uint32_t count = left < chunk ? left : chunk;
        for (uint32_t i = 0; i < count; i++)
            engine->audio[i] = rate->frame[done + i];
        run(engine, rate->frame + done, count);
    }
    rate_give(rate, out, samples);
    engine->last = out[samples - 1];
}

void engine_process(struct engine *engine, const int32_t *in, int32_t *out, size_t frames) {
    size_t done = 0;
    while (done < frames) {
        if (engine->silent == ENGINE_REST_FRAMES) {
            if (in[done] == 0) {
                out[done++] = engine->held;
                continue;
            }
            engine->silent = 0;
        }
        // A chunk ends where the silence has lasted long enough, so that the words do not depend on
        // how the caller cuts the signal.
        const size_t left = frames - done;
        const uint32_t chunk = engine->layer[0]->kind->chunk;
        const uint32_t most = left < chunk ? (uint32_t)left : chunk;
        uint32_t count = 0, silent = engine->silent;
        while (count < most && silent < ENGINE_REST_FRAMES) {
            const int32_t x = in[done + count];
            silent = x == 0 ? silent + 1 : 0;
            engine->audio[count++] = clip(x, -(1 << 23), (1 << 23) - 1);
        }
        engine->silent = silent;
        if (engine->rate != NULL)
            run_at_rate(engine, out + done, count);
        else
            run(engine, out + done, count);
        done += count;
        if (engine->silent == ENGINE_REST_FRAMES)
            enter_rest(engine);
    }
}

int engine_unit(const struct engine *engine, uint32_t layer, uint32_t unit,
                struct engine_unit *found) {
    if (layer >= engine->layers || engine->layer[layer]->kind->unit == NULL)
        return 0;
    return engine->layer[layer]->kind->unit(engine->layer[layer], unit, found);
}

COLD enum engine_status engine_selftest(struct engine *engine, const void *blob, size_t size) {
    struct engine_info info;
    enum engine_status status = engine_check(blob, size, &info);
    if (status != ENGINE_OK)
        return status;
    const uint8_t *const golden = (const uint8_t *)blob + info.golden_at;
    int32_t knobs[ENGINE_KNOBS_MAX];
    for (uint32_t i = 0; i < ENGINE_KNOBS_MAX; i++) {
        knobs[i] = engine->knob[i];
        engine->knob[i] = engine->resting[i];
    }
    fold_knobs(engine);
    engine_reset(engine);
    for (uint32_t i = 0; i < info.golden_frames; i++) {
        const int32_t in = blob_word(golden, i);
        int32_t out;
        engine_process(engine, &in, &out, 1);
        if (out != blob_word(golden, info.golden_frames + i))
            status = ENGINE_GOLDEN_DIFFERS;
    }
    for (uint32_t i = 0; i < ENGINE_KNOBS_MAX; i++)
        engine->knob[i] = knobs[i];
    fold_knobs(engine);
    engine_reset(engine);
    return status;
}
