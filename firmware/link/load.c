// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LINK_LOAD_*: a model into the store, while another one plays.
#include "commands.h"

enum { HEADER_BYTES = 64, PAGE = 256 };

static int not_loading(struct link *link) {
    return link_refuse(link, LINK_NOT_LOADING, 0, "no load is under way; begin again");
}

int load_begin(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct slots *slots = link->slots;
    struct link_load wanted;
    link_copy(&wanted, body, sizeof wanted);
    if (!slots->count) {
        return link_refuse(link, LINK_NO_STORE, 0, "this pedal has no flash to keep models in");
    }
    if (wanted.play > 1) {
        return link_refuse(link, LINK_BAD_VALUE, offsetof(struct link_load, play),
                           "play is 0 or 1");
    }
    if (!link_is_name(wanted.name)) {
        return link_refuse(link, LINK_BAD_VALUE, offsetof(struct link_load, name),
                           "a name has no control characters");
    }
    if (wanted.bytes < HEADER_BYTES) {
        return link_refuse(link, LINK_BAD_VALUE, offsetof(struct link_load, bytes),
                           "no model is as small as that");
    }
    if (wanted.bytes > SLOTS_AREA) {
        return link_refuse(link, LINK_TOO_LARGE, SLOTS_AREA, "the model is larger than a slot");
    }
    if (wanted.slot == LINK_NO_SLOT) {
        wanted.slot = slots_empty(slots);
    }
    if (wanted.slot >= slots->count) {
        return link_refuse(link, LINK_NO_SUCH_SLOT, wanted.slot,
                           wanted.slot == BANK_NO_SLOT ? "all slots are full; erase one"
                                                       : "the store has fewer slots");
    }
    if (!slots_begin(slots, wanted.slot, wanted.bytes)) {
        return link_refuse_store(link);
    }
    link->load = wanted;
    struct link_load_answer answer = {.slot = wanted.slot};
    link_answer(link, &answer, sizeof answer);
    return LINK_OK;
}

int load_chunk(struct link *link, const uint8_t *body, size_t bytes) {
    struct slots *slots = link->slots;
    struct link_chunk chunk;
    link_copy(&chunk, body, sizeof chunk);
    uint32_t count = (uint32_t)(bytes - sizeof chunk);
    if (!slots->loading) {
        return not_loading(link);
    }
    if (chunk.offset != slots->received) {
        return link_refuse(link, LINK_NOT_NEXT, slots->received, "the chunk is not the next one");
    }
    uint32_t left = link->load.bytes - slots->received;
    if (count > left || (count < left && count % PAGE)) {
        return link_refuse(link, LINK_BAD_LENGTH, count,
                           "the chunk is longer than what is missing, or no multiple of 256 bytes");
    }
    if (!slots_write(slots, body + sizeof chunk, count)) {
        return link_refuse_store(link);
    }
    struct link_progress progress = {slots->received};
    link_answer(link, &progress, sizeof progress);
    return LINK_OK;
}

static bool plays(const struct link *link, uint8_t slot) {
    uint32_t index;
    return bank_find(link->bank, slot, &index) && index == link->panel->model;
}

// The last write, which makes the model the slot's.
static int store(struct link *link) {
    struct slots *slots = link->slots;
    const struct link_load *load = &link->load;
    char name[LINK_NAME_BYTES];
    size_t name_bytes = sizeof name;
    const char *text = load->name;
    if (!text[0]) {
        text = bank_name(slots_blob(slots), load->bytes, &name_bytes);
    }
    link_put_text(name, sizeof name, text, name_bytes);
    if (!slots_commit(slots, name, load->play, link_beside(link))) {
        return link_refuse_store(link);
    }
    link_fill_bank(link);
    events_add(link->events, LINK_EVENT_STORED, load->slot, load->bytes);
    return LINK_OK;
}

static int committed(struct link *link) {
    int status = link_played(link);
    if (status == LINK_WORKING) {
        return status;
    }
    if (status == LINK_OK) {
        status = store(link);
        if (status != LINK_OK) {
            link_play_before(link);
        }
    }
    if (status != LINK_OK) {
        slots_abort(link->slots);
        return status;
    }
    bank_find(link->bank, link->load.slot, &link->panel->model);
    link_answer_model(link);
    return LINK_OK;
}

int load_commit(struct link *link, const uint8_t *body, size_t bytes) {
    (void)body;
    (void)bytes;
    struct slots *slots = link->slots;
    const struct link_load *load = &link->load;
    if (!slots->loading) {
        return not_loading(link);
    }
    if (slots->received != load->bytes) {
        return link_refuse(link, LINK_INCOMPLETE, slots->received,
                           "not all bytes of the model have come");
    }
    const uint8_t *blob = slots_blob(slots);
    if (slots->crc != load->crc) {
        slots_abort(slots);
        return link_refuse(link, LINK_BAD_CRC, slots->crc,
                           "the model's bytes are not those that were announced");
    }
    struct engine_info info;
    enum engine_status status = engine_check(blob, load->bytes, &info);
    if (status != ENGINE_OK) {
        slots_abort(slots);
        events_add(link->events, LINK_EVENT_REFUSED, load->slot, (uint32_t)status);
        return link_refuse(link, LINK_REFUSED, (uint32_t)status, engine_status_text(status));
    }
    if (load->play || plays(link, load->slot)) {
        return link_play(link, blob, load->bytes, committed);
    }
    int stored = store(link);
    if (stored == LINK_OK) {
        link_answer_model(link);
    }
    return stored;
}

int load_abort(struct link *link, const uint8_t *body, size_t bytes) {
    (void)body;
    (void)bytes;
    slots_abort(link->slots);
    return LINK_OK;
}
