// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LINK_SELF_TEST, LINK_STREAM_*: the engine that plays, out of the audio path.
#include "commands.h"

enum { PART = 32, RESTING = 65535 };

static int no_model(struct link *link) {
    return link_refuse(link, LINK_NO_MODEL, 0, "no model plays; load or select one");
}

// Goes on with `then`, which asks for the engine until it is out of the audio path.
static int take(struct link *link, link_work *then) {
    if (link->pedal->model != PEDAL_PLAYING) {
        return no_model(link);
    }
    link->streaming = false;
    link->work = then;
    return LINK_WORKING;
}

// The engine, out of the audio path. NULL while it fades, and when there is none or no fade:
// `status` is then what to return.
static struct engine *taken(struct link *link, int *status) {
    struct pedal *pedal = link->pedal;
    if (pedal->model != PEDAL_PLAYING) {
        *status = no_model(link);
        return NULL;
    }
    struct engine *engine = pedal_take(pedal);
    if (!engine) {
        *status = link_fading(link);
        if (*status != LINK_WORKING) {
            pedal_give_back(pedal);
        }
    }
    return engine;
}

static int self_tested(struct link *link) {
    struct pedal *pedal = link->pedal;
    int status;
    struct engine *engine = taken(link, &status);
    if (!engine) {
        return status;
    }
    enum engine_status tested = engine_selftest(engine, pedal->blob, pedal->blob_bytes);
    struct link_self_test answer = {tested == ENGINE_OK, pedal->info.golden_frames, {0}};
    if (tested == ENGINE_OK) {
        pedal_give_back(pedal);
    } else {
        pedal_refuse(pedal, tested);
        events_add(link->events, LINK_EVENT_REFUSED, LINK_NO_SLOT, (uint32_t)tested);
    }
    link_answer(link, &answer, offsetof(struct link_self_test, model));
    link_answer_model(link);
    return LINK_OK;
}

int stream_self_test(struct link *link, const uint8_t *body, size_t bytes) {
    (void)body;
    (void)bytes;
    return take(link, self_tested);
}

static int begun(struct link *link) {
    struct pedal *pedal = link->pedal;
    int status;
    struct engine *engine = taken(link, &status);
    if (!engine) {
        return status;
    }
    for (uint32_t i = 0; i < pedal->info.knobs; i++) {
        uint16_t knob = link->stream_knobs.knobs[i];
        engine_set_knob(engine, i, knob == RESTING ? pedal->info.resting_knobs[i] : knob);
    }
    engine_reset(engine);
    link->streamed = 0;
    link->streaming = true;
    link_answer_model(link);
    return LINK_OK;
}

int stream_begin(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    link_copy(&link->stream_knobs, body, sizeof link->stream_knobs);
    for (uint32_t i = 0; i < LINK_KNOBS; i++) {
        uint16_t knob = link->stream_knobs.knobs[i];
        if (knob > LINK_KNOB_ONE && knob != RESTING) {
            return link_refuse(link, LINK_BAD_VALUE, i * (uint32_t)sizeof knob,
                               "a knob is 0 to 32767, or 65535 for where it rests");
        }
    }
    return take(link, begun);
}

int stream_data(struct link *link, const uint8_t *body, size_t bytes) {
    struct engine *engine = link->streaming ? link->pedal->taken : NULL;
    struct link_stream part;
    link_copy(&part, body, sizeof part);
    if (!engine) {
        return link_refuse(link, LINK_NOT_STREAMING, 0,
                           "no stream is under way, or the model was changed; begin again");
    }
    uint32_t count = (uint32_t)(bytes - sizeof part);
    if (count % sizeof(int32_t)) {
        return link_refuse(link, LINK_BAD_LENGTH, (uint32_t)bytes, "a sample has four bytes");
    }
    if (part.position != link->streamed) {
        return link_refuse(link, LINK_NOT_NEXT, link->streamed,
                           "the samples are not the next ones");
    }
    link_answer(link, &part, sizeof part); // its cycles come at the end
    uint32_t cycles = 0;
    for (uint32_t done = 0; done < count;) {
        int32_t words[PART];
        uint32_t size = count - done < sizeof words ? count - done : (uint32_t)sizeof words;
        link_copy(words, body + sizeof part + done, size);
        uint32_t start = board_cycles();
        engine_process(engine, words, words, size / sizeof words[0]);
        cycles += board_cycles() - start;
        link_answer(link, words, size);
        done += size;
    }
    link->streamed += count / (uint32_t)sizeof(int32_t);
    part.cycles = cycles;
    link_answer_again(link, 0, &part, sizeof part);
    return LINK_OK;
}

int stream_end(struct link *link, const uint8_t *body, size_t bytes) {
    (void)body;
    (void)bytes;
    link->streaming = false;
    pedal_give_back(link->pedal);
    return LINK_OK;
}
