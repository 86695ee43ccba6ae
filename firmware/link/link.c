// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "link.h"

#include "commands.h"

enum { RESTART_MS = 100, BODY_AT = FRAME_AT + sizeof(struct link_header) };

typedef int link_command(struct link *link, const uint8_t *body, size_t bytes);

// What each command is done by, and how long its body may be.
static const struct {
    uint8_t command;
    uint16_t least, most;
    link_command *run;
} commands[] = {
    {LINK_HELLO, sizeof(struct link_hello), sizeof(struct link_hello), about_hello},
    {LINK_STATS, 0, 0, stats_stats},
    {LINK_LOG, sizeof(struct link_log), sizeof(struct link_log), stats_log},
    {LINK_SETTINGS, 0, 0, settings_get},
    {LINK_SET, sizeof(struct link_settings), sizeof(struct link_settings), settings_set},
    {LINK_BANK_LIST, sizeof(struct link_list), sizeof(struct link_list), models_list},
    {LINK_BANK_SELECT, sizeof(struct link_select), sizeof(struct link_select), models_select},
    {LINK_BANK_NAME, sizeof(struct link_name), sizeof(struct link_name), models_name},
    {LINK_BANK_ERASE, sizeof(struct link_erase), sizeof(struct link_erase), models_erase},
    {LINK_LOAD_BEGIN, sizeof(struct link_load), sizeof(struct link_load), load_begin},
    {LINK_LOAD_CHUNK, sizeof(struct link_chunk) + 1, sizeof(struct link_chunk) + LINK_CHUNK_BYTES,
     load_chunk},
    {LINK_LOAD_COMMIT, 0, 0, load_commit},
    {LINK_LOAD_ABORT, 0, 0, load_abort},
    {LINK_SELF_TEST, 0, 0, stream_self_test},
    {LINK_STREAM_BEGIN, sizeof(struct link_stream_begin), sizeof(struct link_stream_begin),
     stream_begin},
    {LINK_STREAM_DATA, sizeof(struct link_stream) + sizeof(int32_t),
     sizeof(struct link_stream) + LINK_STREAM_SAMPLES * sizeof(int32_t), stream_data},
    {LINK_STREAM_END, 0, 0, stream_end},
    {LINK_REBOOT, sizeof(struct link_reboot), sizeof(struct link_reboot), about_reboot},
};

_Static_assert(sizeof(struct link_stream) + LINK_STREAM_SAMPLES * sizeof(int32_t) <=
                   LINK_BODY_BYTES,
               "a part of a stream fits into a body");
_Static_assert(sizeof(struct link_chunk) + LINK_CHUNK_BYTES <= LINK_BODY_BYTES,
               "a chunk fits into a body");
_Static_assert(sizeof(struct link_stats) <= LINK_BODY_BYTES, "the figures fit into a body");
_Static_assert(sizeof(struct link_hello_answer) == 228 && sizeof(struct link_model) == 72 &&
                   sizeof(struct link_stats) == 576 && sizeof(struct link_settings) == 18,
               "the structures have gaps");
_Static_assert(LINK_IMAGE_SLOT == BANK_IMAGE_SLOT && LINK_NO_SLOT == BANK_NO_SLOT, "the same");
_Static_assert(LINK_LOAD_STEPS == BOARD_LOAD_STEPS && LINK_NAME_BYTES == SLOTS_NAME, "the same");

void link_answer(struct link *link, const void *bytes, size_t count) {
    link_copy(link->out + BODY_AT + link->answer, bytes, count);
    link->answer += count;
}

void link_answer_again(struct link *link, size_t offset, const void *bytes, size_t count) {
    link_copy(link->out + BODY_AT + offset, bytes, count);
}

void link_put_text(char *field, size_t room, const char *text, size_t count) {
    size_t taken = 0;
    while (text && taken < count && taken < room && text[taken]) {
        field[taken] = text[taken];
        taken++;
    }
    while (taken < room) {
        field[taken++] = 0;
    }
}

bool link_is_name(const char name[LINK_NAME_BYTES]) {
    for (uint32_t i = 0; i < LINK_NAME_BYTES; i++) {
        if ((name[i] > 0 && name[i] < ' ') || name[i] == 0x7F) {
            return false;
        }
    }
    return true;
}

static void write_refusal(uint8_t *body, uint32_t detail, const char *reason) {
    struct link_refusal refusal = {.detail = detail};
    link_put_text(refusal.reason, sizeof refusal.reason - 1, reason, sizeof refusal.reason);
    link_copy(body, &refusal, sizeof refusal);
}

int link_refuse(struct link *link, enum link_status status, uint32_t detail, const char *reason) {
    write_refusal(link->out + BODY_AT, detail, reason);
    link->answer = sizeof(struct link_refusal);
    return (int)status;
}

int link_refuse_store(struct link *link) {
    events_add(link->events, LINK_EVENT_STORE_FAILED, LINK_NO_SLOT, link->slots->failed_at);
    return link_refuse(link, LINK_STORE_FAILED, link->slots->failed_at,
                       "the flash chip did not take it; nothing was changed, try again");
}

static void send(struct link *link, uint8_t *buffer, const struct link_header *request, int status,
                 size_t body) {
    const struct link_header header = {
        .command = (uint8_t)(request->command + LINK_ANSWER),
        .status = (uint8_t)status,
        .sequence = request->sequence,
    };
    link_copy(buffer + FRAME_AT, &header, sizeof header);
    link->sending = buffer;
    link->sending_left = frame_encode(buffer, sizeof header + body);
}

// The answer to a request that is not done; that to the last one stays as it is, to be sent again.
static void put_off(struct link *link, const struct link_header *request, enum link_status status,
                    uint32_t detail, const char *reason) {
    write_refusal(link->aside + BODY_AT, detail, reason);
    send(link, link->aside, request, (int)status, sizeof(struct link_refusal));
}

static void finish(struct link *link, int status) {
    link->work = NULL;
    send(link, link->out, &link->last, status, link->answer);
    link->ready = link->sending_left;
}

static void give_up(struct link *link) {
    link->streaming = false;
    pedal_give_back(link->pedal);
    slots_abort(link->slots);
}

static int run(struct link *link, const uint8_t *body, size_t bytes) {
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].command == link->last.command) {
            if (bytes < commands[i].least || bytes > commands[i].most) {
                return link_refuse(link, LINK_BAD_LENGTH, (uint32_t)bytes,
                                   "the request does not have its command's length");
            }
            return commands[i].run(link, body, bytes);
        }
    }
    return link_refuse(link, LINK_UNKNOWN_COMMAND, link->last.command,
                       "the pedal does not know this command; update the tool or the pedal");
}

static void begin(struct link *link, const struct link_header *header, uint32_t crc) {
    link->last = *header;
    link->last_crc = crc;
    link->answer = 0;
    link->ready = 0;
    if (header->command == LINK_HELLO) {
        give_up(link);
        link->open = true;
    }
}

// A good frame: reader->bytes.
static void take_request(struct link *link) {
    const uint8_t *bytes = link->reader.bytes;
    const size_t body = link->reader.count - sizeof(struct link_header) - FRAME_CRC_BYTES;
    struct link_header header;
    uint32_t crc;
    link_copy(&header, bytes, sizeof header);
    link_copy(&crc, bytes + sizeof header + body, sizeof crc);
    link->frames++;
    link->heard_ms = board_milliseconds();
    const bool again =
        link->open && header.sequence == link->last.sequence && crc == link->last_crc;
    const uint16_t next = (uint16_t)(link->last.sequence + 1u);
    if (header.command & LINK_ANSWER) {
        link->errors++; // an echo of our own
    } else if (again) {
        link->repeats++;
        if (!link->work) {
            link->sending = link->out;
            link->sending_left = link->ready;
        }
    } else if (link->work) {
        put_off(link, &header, LINK_BUSY, 0, "the pedal still works on the request before");
    } else if (header.command != LINK_HELLO && !link->open) {
        put_off(link, &header, LINK_NO_SESSION, 0, "say hello first: the session has ended");
    } else if (header.command != LINK_HELLO && header.sequence != next) {
        put_off(link, &header, LINK_OUT_OF_ORDER, next, "the request is not the next one");
    } else {
        begin(link, &header, crc);
        int status = run(link, bytes + sizeof header, body);
        if (status == LINK_WORKING) {
            link->work_ms = board_milliseconds();
        } else {
            finish(link, status);
        }
    }
}

static bool push(struct link *link) {
    size_t taken = link->sending_left
                       ? board_console_answer((const char *)link->sending, link->sending_left)
                       : 0;
    link->sending += taken;
    link->sending_left -= taken;
    return link->sending_left == 0;
}

// At most one request a call, and none before the answer to the last one has gone.
static void listen(struct link *link) {
    while (push(link)) {
        if (link->in_at == link->in_count) {
            link->in_at = 0;
            link->in_count = board_console_read(link->in, sizeof link->in);
            if (!link->in_count) {
                return;
            }
        }
        const char byte = link->in[link->in_at++];
        link->asked_for_status |= !link->open && (byte == '\r' || byte == '\n');
        switch (frame_take(&link->reader, (uint8_t)byte)) {
        case FRAME_GOOD:
            take_request(link);
            push(link);
            return;
        case FRAME_BAD:
            link->errors++;
            break;
        case FRAME_NOTHING:
            break;
        }
    }
}

static void watch_session(struct link *link) {
    if (link->work) {
        link->heard_ms = board_milliseconds();
    }
    if (link->open && board_milliseconds() - link->heard_ms > LINK_SESSION_MS) {
        link->open = false;
        link->sending_left = 0;
        give_up(link);
        events_add(link->events, LINK_EVENT_SESSION_END, LINK_NO_SLOT, 0);
    }
}

static void watch_restart(struct link *link) {
    if (link->restarting && board_milliseconds() - link->restart_ms > RESTART_MS) {
        if (link->restart_into == LINK_REBOOT_LOADER) {
            board_enter_loader();
        }
        board_restart();
    }
}

void link_poll(struct link *link) {
    watch_restart(link);
    watch_session(link);
    if (link->work && push(link)) {
        int status = link->work(link);
        if (status != LINK_WORKING) {
            finish(link, status);
        }
    }
    listen(link);
}

bool link_talks(const struct link *link) {
    return link->open;
}

void link_fill_bank(struct link *link) {
    struct bank *bank = link->bank;
    const bool playing = link->panel->model < bank->count;
    const uint8_t slot = playing ? bank->models[link->panel->model].slot : BANK_NO_SLOT;
    bank_start(bank);
    size_t bytes;
    const uint8_t *models = board_models(&bytes);
    bank_add_image(bank, models, bytes);
    slots_list(link->slots, bank);
    if (!bank_find(bank, slot, &link->panel->model)) {
        link->panel->model = 0;
    }
}

uint32_t link_beside(const struct link *link) {
    uint32_t index;
    return bank_find(link->bank, BANK_IMAGE_SLOT, &index) ? link->bank->models[index].crc : 0;
}

uint32_t link_first_model(const struct link *link) {
    const struct slots_record *record = link->slots->now;
    uint32_t index;
    const uint32_t beside = link_beside(link);
    const bool same = record->beside == beside || beside == 0;
    return same && bank_find(link->bank, record->at_start, &index) ? index : 0;
}
