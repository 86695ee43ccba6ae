// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LINK_HELLO, LINK_REBOOT.
#include "commands.h"
#include "crc32.h"
#include "version.h"

static void put(char field[LINK_TEXT_BYTES], const char *text) {
    link_put_text(field, LINK_TEXT_BYTES, text, LINK_TEXT_BYTES);
}

static uint8_t image_models(const struct bank *bank) {
    uint8_t count = 0;
    for (uint32_t i = 0; i < bank->count; i++) {
        count = (uint8_t)(count + (bank->models[i].slot >= BANK_IMAGE_SLOT));
    }
    return count;
}

int about_hello(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct link_hello hello;
    link_copy(&hello, body, sizeof hello);
    uint16_t readings[BOARD_KNOBS_MAX];
    struct link_hello_answer answer = {
        .version = LINK_VERSION,
        .blob_version = ENGINE_BLOB_VERSION,
        .core_hz = link->board->core_hz,
        .sample_rate = link->board->sample_rate,
        .block = link->board->block,
        .slot_bytes = link->slots->count ? SLOTS_AREA : 0,
        .slots = (uint8_t)link->slots->count,
        .image_slots = image_models(link->bank),
        .knobs = (uint8_t)board_knobs(readings),
    };
    put(answer.firmware, PEDALSMITH_VERSION);
    put(answer.board, link->board->folder);
    put(answer.image, link->board->image);
    put(answer.controls, link->board->controls);
    put(answer.codec, link->board->codec);
    put(answer.serial, link->board->serial);
    answer.arena_bytes =
        (uint32_t)(link->pedal->memory.fast_bytes + link->pedal->memory.slow_bytes);
    size_t image_bytes;
    const uint8_t *image = board_image(&image_bytes);
    answer.image_bytes = (uint32_t)image_bytes;
    answer.image_crc = crc32_update(0, image, image_bytes);
    link_answer(link, &answer, sizeof answer);
    events_add(link->events, LINK_EVENT_SESSION, LINK_NO_SLOT, hello.session);
    return LINK_OK;
}

int about_reboot(struct link *link, const uint8_t *body, size_t bytes) {
    (void)bytes;
    struct link_reboot reboot;
    link_copy(&reboot, body, sizeof reboot);
    if (reboot.into > LINK_REBOOT_LOADER) {
        return link_refuse(link, LINK_BAD_VALUE, 0, "there is no such place to restart into");
    }
    link->restarting = true;
    link->restart_ms = board_milliseconds();
    link->restart_into = reboot.into;
    return LINK_OK;
}
