// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LINK_BANK_*: the models there are, and which one plays.
#include "commands.h"

enum { FADE_MS = 2000 };

int link_play(struct link *link, const uint8_t *blob, size_t bytes, link_work *done) {
    link->streaming = false;
    link->work = done;
    pedal_change(link->pedal, blob, bytes);
    return LINK_WORKING;
}

void link_play_before(struct link *link) {
    if (link->panel->model < link->bank->count) {
        panel_play(link->panel, link->panel->model);
    } else {
        pedal_change(link->pedal, NULL, 0);
    }
}

int link_fading(struct link *link) {
    if (board_milliseconds() - link->work_ms < FADE_MS) {
        return LINK_WORKING;
    }
    return link_refuse(link, LINK_NO_MODEL, 0, "the audio stands still, so no model can be faded");
}

int link_played(struct link *link) {
    struct pedal *pedal = link->pedal;
    if (pedal->changing) {
        int status = link_fading(link);
        if (status != LINK_WORKING) {
            link_play_before(link);
        }
        return status;
    }
    if (pedal->model == PEDAL_PLAYING) {
        return LINK_OK;
    }
    enum engine_status status = pedal->status;
    char reason[LINK_REASON_BYTES] = {0};
    struct text text = {.bytes = reason, .room = sizeof reason - 1};
    pedal_explain(pedal, &text);
    events_add(link->events, LINK_EVENT_REFUSED, LINK_NO_SLOT, (uint32_t)status);
    link_play_before(link);
    return link_refuse(link, LINK_REFUSED, (uint32_t)status, reason);
}

static int no_such_slot(struct link *link, uint8_t slot) {
    return link_refuse(link, LINK_NO_SUCH_SLOT, slot, "there is no model in that slot");
}

// For what needs a model in the store; LINK_OK when there is one.
static int demand_stored(struct link *link, uint8_t slot) {
    if (slot >= BANK_IMAGE_SLOT && slot != BANK_NO_SLOT) {
        return link_refuse(link, LINK_READ_ONLY, slot,
                           "the model is part of the image; build another image to change it");
    }
    if (!link->slots->count) {
        return link_refuse(link, LINK_NO_STORE, 0, "this pedal has no flash to keep models in");
    }
    return slots_entry(link->slots, slot) ? LINK_OK : no_such_slot(link, slot);
}

static uint32_t sample_rate(const struct bank_model *model) {
    enum { AT_SAMPLE_RATE = 16 };
    uint32_t rate;
    link_copy(&rate, model->blob + AT_SAMPLE_RATE, sizeof rate);
    return rate;
}

static struct link_slot describe(const struct link *link, uint32_t index) {
    const struct bank_model *model = &link->bank->models[index];
    const struct slots_entry *entry = slots_entry(link->slots, model->slot);
    struct link_slot slot = {
        .slot = model->slot,
        .flags = (uint8_t)((index == link->panel->model ? LINK_SLOT_PLAYS : 0) |
                           (entry ? 0 : LINK_SLOT_READ_ONLY) |
                           (index == link_first_model(link) ? LINK_SLOT_AT_START : 0)),
        .bytes = (uint32_t)model->bytes,
        .crc = model->crc,
        .sample_rate = sample_rate(model),
    };
    size_t name_bytes = sizeof slot.name;
    const char *name = entry ? entry->name : bank_name(model->blob, model->bytes, &name_bytes);
    link_put_text(slot.name, sizeof slot.name, name, name_bytes);
    return slot;
}

int models_list(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct link_list asked;
    link_copy(&asked, body, sizeof asked);
    uint32_t total = link->bank->count;
    uint32_t first = asked.first < total ? asked.first : total;
    uint32_t count = total - first < LINK_SLOTS_LISTED ? total - first : LINK_SLOTS_LISTED;
    struct link_list_answer answer = {(uint16_t)first, (uint8_t)count, (uint8_t)total};
    link_answer(link, &answer, sizeof answer);
    for (uint32_t i = first; i < first + count; i++) {
        struct link_slot slot = describe(link, i);
        link_answer(link, &slot, sizeof slot);
    }
    return LINK_OK;
}

static int selected(struct link *link) {
    int status = link_played(link);
    if (status != LINK_OK) {
        return status;
    }
    uint8_t slot = link->selected.slot;
    if (link->selected.at_start && link->slots->count &&
        !slots_start_with(link->slots, slot, link_beside(link))) {
        link_play_before(link);
        return link_refuse_store(link);
    }
    bank_find(link->bank, slot, &link->panel->model);
    link_answer_model(link);
    return LINK_OK;
}

int models_select(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    uint32_t index;
    link_copy(&link->selected, body, sizeof link->selected);
    if (link->selected.at_start > 1) {
        return link_refuse(link, LINK_BAD_VALUE, offsetof(struct link_select, at_start),
                           "at_start is 0 or 1");
    }
    if (!bank_find(link->bank, link->selected.slot, &index)) {
        return no_such_slot(link, link->selected.slot);
    }
    const struct bank_model *model = &link->bank->models[index];
    return link_play(link, model->blob, model->bytes, selected);
}

int models_name(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct link_name wanted;
    link_copy(&wanted, body, sizeof wanted);
    int status = demand_stored(link, wanted.slot);
    if (status != LINK_OK) {
        return status;
    }
    if (!link_is_name(wanted.name) || !wanted.name[0]) {
        return link_refuse(link, LINK_BAD_VALUE, offsetof(struct link_name, name),
                           "a name needs a character and has no control characters");
    }
    if (!slots_rename(link->slots, wanted.slot, wanted.name)) {
        return link_refuse_store(link);
    }
    events_add(link->events, LINK_EVENT_NAMED, wanted.slot, 0);
    return LINK_OK;
}

int models_erase(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct link_erase wanted;
    link_copy(&wanted, body, sizeof wanted);
    int status = demand_stored(link, wanted.slot);
    if (status != LINK_OK) {
        return status;
    }
    uint32_t index = 0;
    bool playing = bank_find(link->bank, wanted.slot, &index) && index == link->panel->model;
    if (!slots_erase(link->slots, wanted.slot)) {
        return link_refuse_store(link);
    }
    link_fill_bank(link);
    if (playing) {
        link->streaming = false;
        link_play_before(link); // which is the bank's first now
    }
    events_add(link->events, LINK_EVENT_ERASED, wanted.slot, 0);
    return LINK_OK;
}
