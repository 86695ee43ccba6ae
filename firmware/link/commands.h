// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// What the commands of protocol.h share, and one function for each.
//
// A function gets the body of a request whose length fits (link.c), and returns an enum link_status
// after it has added the answer's body, or LINK_WORKING after it has set link->work.
#ifndef COMMANDS_H
#define COMMANDS_H

#include "link.h"

enum { LINK_WORKING = -1 };

// Copies a structure between a body, which may be anywhere, and memory.
static inline void link_copy(void *to, const void *from, size_t count) {
    __builtin_memcpy(to, from, count);
}

// Adds to the answer's body.
void link_answer(struct link *link, const void *bytes, size_t count);

// Writes over what was added at `offset`.
void link_answer_again(struct link *link, size_t offset, const void *bytes, size_t count);

// Adds the model that plays.
void link_answer_model(struct link *link);

// Makes the answer a refusal; returns `status`.
int link_refuse(struct link *link, enum link_status status, uint32_t detail, const char *reason);

// Refuses because the flash failed.
int link_refuse_store(struct link *link);

// Copies a text of `count` bytes at most into a field of `room`, filled up with zeros.
void link_put_text(char *field, size_t room, const char *text, size_t count);

// No control characters.
bool link_is_name(const char name[LINK_NAME_BYTES]);

// CRC of the image's first model, 0 when it has none.
uint32_t link_beside(const struct link *link);

// Fades to a model and goes on with `done` once it plays or was refused. Returns LINK_WORKING.
int link_play(struct link *link, const uint8_t *blob, size_t bytes, link_work *done);

// For `done`: LINK_WORKING while the pedal fades; LINK_OK when the model plays; otherwise a
// refusal, and the model that played before is on its way back.
int link_played(struct link *link);

// LINK_WORKING, or a refusal when the pedal has been fading for too long, as without audio.
int link_fading(struct link *link);

// Ends what link_play began by going back to the model that played before.
void link_play_before(struct link *link);

int about_hello(struct link *link, const uint8_t *body, size_t bytes);
int about_reboot(struct link *link, const uint8_t *body, size_t bytes);
int stats_stats(struct link *link, const uint8_t *body, size_t bytes);
int stats_log(struct link *link, const uint8_t *body, size_t bytes);
int settings_get(struct link *link, const uint8_t *body, size_t bytes);
int settings_set(struct link *link, const uint8_t *body, size_t bytes);
int models_list(struct link *link, const uint8_t *body, size_t bytes);
int models_select(struct link *link, const uint8_t *body, size_t bytes);
int models_name(struct link *link, const uint8_t *body, size_t bytes);
int models_erase(struct link *link, const uint8_t *body, size_t bytes);
int load_begin(struct link *link, const uint8_t *body, size_t bytes);
int load_chunk(struct link *link, const uint8_t *body, size_t bytes);
int load_commit(struct link *link, const uint8_t *body, size_t bytes);
int load_abort(struct link *link, const uint8_t *body, size_t bytes);
int stream_self_test(struct link *link, const uint8_t *body, size_t bytes);
int stream_begin(struct link *link, const uint8_t *body, size_t bytes);
int stream_data(struct link *link, const uint8_t *body, size_t bytes);
int stream_end(struct link *link, const uint8_t *body, size_t bytes);

#endif
