// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LINK_STATS, LINK_LOG.
#include "commands.h"

_Static_assert((int)LINK_MODEL_NONE == (int)PEDAL_NO_MODEL &&
                   (int)LINK_MODEL_REFUSED == (int)PEDAL_REFUSED &&
                   (int)LINK_MODEL_HELD == (int)PEDAL_SAFE_MODE &&
                   (int)LINK_MODEL_PLAYS == (int)PEDAL_PLAYING,
               "protocol.h numbers them as pedal.h");
_Static_assert(LINK_NO_TEMPERATURE == BOARD_NO_TEMPERATURE, "the same");

static struct link_model model_now(const struct link *link) {
    const struct pedal *pedal = link->pedal;
    struct link_model now = {
        .state = (uint8_t)pedal->model,
        .slot = LINK_NO_SLOT,
        .flags = (uint8_t)((pedal->bypassed ? LINK_FLAG_BYPASSED : 0) |
                           (pedal->overloaded ? LINK_FLAG_OVERLOADED : 0) |
                           (pedal->changing ? LINK_FLAG_CHANGING : 0) |
                           (link->streaming ? LINK_FLAG_PAUSED : 0)),
        .engine_status = (uint8_t)pedal->status,
    };
    if (link->panel->model < link->bank->count) {
        const struct bank_model *model = &link->bank->models[link->panel->model];
        now.slot = model->slot;
        now.bytes = (uint32_t)model->bytes;
        now.crc = model->crc;
    }
    if (pedal->model == PEDAL_PLAYING) {
        now.sample_rate = pedal->info.sample_rate;
        now.arena_bytes = pedal->info.arena_bytes;
        now.rest_output = pedal->info.rest_output;
        now.trim = pedal->trim;
        now.knobs = pedal->info.knobs;
        link_copy(now.resting_knobs, pedal->info.resting_knobs, sizeof now.resting_knobs);
        link_put_text(now.name, sizeof now.name, pedal->name, pedal->name_bytes);
    }
    return now;
}

void link_answer_model(struct link *link) {
    struct link_model now = model_now(link);
    link_answer(link, &now, sizeof now);
}

static int32_t take_peak(struct meter *meter) {
    int32_t peak = meter->peak;
    meter->peak = 0;
    return peak;
}

int stats_stats(struct link *link, const uint8_t *body, size_t bytes) {
    (void)body;
    (void)bytes;
    const struct board_report *board = link->board;
    struct board_audio_state audio;
    board_audio_state(&audio);
    struct link_stats stats = {
        .uptime_ms = board_milliseconds(),
        .blocks = audio.blocks,
        .overruns = audio.overruns,
        .audio_errors = audio.errors,
        .busy_cycles = audio.busy_cycles,
        .worst_cycles = audio.worst_cycles,
        .block_cycles = board->core_hz / board->sample_rate * board->block,
        .input_peak = take_peak(link->input),
        .output_peak = take_peak(link->output),
        .input_clips = link->input->clips,
        .output_clips = link->output->clips,
        .temperature = board_temperature(),
        .link_frames = link->frames,
        .link_errors = link->errors,
        .link_repeats = link->repeats,
        .starts = board->starts,
        .last_fault_at = board->last_fault_at,
    };
    link_put_text(stats.last_fault, sizeof stats.last_fault, board->last_fault, LINK_TEXT_BYTES);
    stats.model = model_now(link);
    const volatile uint32_t *steps = board_audio_steps();
    for (uint32_t i = 0; i < LINK_LOAD_STEPS; i++) {
        stats.steps[i] = steps[i];
    }
    link_answer(link, &stats, sizeof stats);
    return LINK_OK;
}

int stats_log(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct link_log asked;
    link_copy(&asked, body, sizeof asked);
    const struct events *events = link->events;
    uint32_t kept = events->next < EVENTS_KEPT ? events->next : EVENTS_KEPT;
    uint32_t wanted = events->next - asked.first;
    // An event that is still to come is none; counts wrap.
    uint32_t count = (int32_t)wanted < 0 ? 0 : wanted < kept ? wanted : kept;
    struct link_log_answer answer = {events->next - count, count, events->next};
    link_answer(link, &answer, sizeof answer);
    for (uint32_t i = answer.first; i != events->next; i++) {
        link_answer(link, &events->ring[i % EVENTS_KEPT], sizeof(struct link_event));
    }
    return LINK_OK;
}
