// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Random frames against the link on the host board, under sanitizers: `fuzz FRAMES MODEL.psm`.
//
// One in four is random bytes. The others are whole frames, CRC and all, with a command and a
// length that mostly exist and fields of small or random numbers, most of them in order. None can
// bring a model in: at the end the image's own must play, or none, and the pedal must answer.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "host_board.h"

static const uint8_t commands[] = {
    LINK_HELLO,       LINK_STATS,       LINK_LOG,        LINK_SETTINGS,   LINK_SET,
    LINK_BANK_LIST,   LINK_BANK_SELECT, LINK_BANK_NAME,  LINK_BANK_ERASE, LINK_LOAD_BEGIN,
    LINK_LOAD_CHUNK,  LINK_LOAD_COMMIT, LINK_LOAD_ABORT, LINK_SELF_TEST,  LINK_STREAM_BEGIN,
    LINK_STREAM_DATA, LINK_STREAM_END,
};
static const uint16_t lengths[] = {0, 1, 4, 8, 12, 18, 36, 44, 260, 1028, 1032, 1040};

static uint64_t state = 88172645463325252u;

static uint32_t chance(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static void step(void) {
    static int32_t audio[HOST_BOARD_BLOCK];
    for (int i = 0; i < HOST_BOARD_BLOCK; i++) {
        audio[i] = (int32_t)chance(1 << 24) - (1 << 23);
    }
    if (host_board_step(audio, audio) != HOST_BOARD_RUNS) {
        fprintf(stderr, "the board has ended\n");
        exit(1);
    }
}

static void send(const uint8_t *bytes, size_t count) {
    static uint8_t said[1 << 16];
    host_board_send(bytes, count);
    // A restart is not among the commands.
    if (host_board_poll() != HOST_BOARD_RUNS || host_board_poll() != HOST_BOARD_RUNS) {
        fprintf(stderr, "the board has ended\n");
        exit(1);
    }
    host_board_receive(said, sizeof said);
}

static uint16_t sequence;

static void send_frame(uint8_t command, size_t length) {
    uint8_t buffer[FRAME_ROOM(LINK_BODY_BYTES)];
    uint8_t *raw = buffer + FRAME_AT;
    sequence = (uint16_t)(chance(16) ? sequence + 1u : chance(65536));
    const struct link_header header = {command, 0, sequence};
    memcpy(raw, &header, sizeof header);
    const uint32_t most = chance(3) ? 256 : 4;
    for (size_t i = 0; i < length; i++) {
        raw[sizeof header + i] = (uint8_t)chance(most);
    }
    const size_t encoded = frame_encode(buffer, sizeof header + length);
    send(buffer, encoded);
    if (chance(20) == 0) {
        send(buffer, encoded);
    }
}

static void one(void) {
    if (chance(4) == 0) {
        uint8_t noise[64];
        size_t count = 1 + chance(sizeof noise);
        for (size_t i = 0; i < count; i++) {
            noise[i] = (uint8_t)(chance(8) ? chance(256) : 0);
        }
        send(noise, count);
    } else if (chance(40) == 0) {
        send_frame(LINK_HELLO, sizeof(struct link_hello));
    } else if (chance(40) == 0) {
        send_frame((uint8_t)chance(128), lengths[chance(12)]);
    } else {
        static const uint16_t own[] = {8, 0, 4, 0, 18, 4, 4, 36, 4, 44, 260, 0, 0, 0, 8, 72, 0};
        uint32_t which = chance(sizeof commands);
        send_frame(commands[which], chance(8) ? own[which] : lengths[chance(12)]);
    }
}

// The answer to LINK_STATS after a new hello: the state of the model and its CRC.
static struct link_model playing(void) {
    static uint8_t said[1 << 16];
    static struct frame_reader reader;
    struct link_stats stats = {0};
    for (int i = 0; i < 5000; i++) {
        step();
    }
    host_board_receive(said, sizeof said);
    send_frame(LINK_HELLO, sizeof(struct link_hello));
    uint8_t buffer[FRAME_ROOM(0)];
    const struct link_header header = {LINK_STATS, 0, ++sequence};
    memcpy(buffer + FRAME_AT, &header, sizeof header);
    host_board_send(buffer, frame_encode(buffer, sizeof header));
    step();
    size_t count = host_board_receive(said, sizeof said);
    for (size_t i = 0; i < count; i++) {
        if (frame_take(&reader, said[i]) == FRAME_GOOD &&
            reader.bytes[0] == LINK_STATS + LINK_ANSWER && reader.bytes[1] == LINK_OK) {
            memcpy(&stats, reader.bytes + sizeof header, sizeof stats);
            printf("%u good frames, %u bad, %u repeats\n", (unsigned)stats.link_frames,
                   (unsigned)stats.link_errors, (unsigned)stats.link_repeats);
            return stats.model;
        }
    }
    fprintf(stderr, "the pedal does not answer\n");
    exit(1);
}

int main(int count, char **words) {
    static uint8_t blob[1 << 16];
    FILE *file = count == 3 ? fopen(words[2], "rb") : NULL;
    if (!file) {
        return 2;
    }
    host_board_image(blob, fread(blob, 1, sizeof blob, file));
    fclose(file);
    memset(host_board_flash(), 0xFF, 0x222000);
    host_board_start();
    step();
    const struct link_model first = playing();
    const long frames = atol(words[1]);
    for (long i = 0; i < frames; i++) {
        one();
        if (i % 16 == 0) {
            step();
        }
    }
    const struct link_model last = playing();
    printf("model %08x, state %u, slot %u\n", (unsigned)last.crc, last.state, last.slot);
    return last.crc == first.crc && last.state == LINK_MODEL_PLAYS ? 0 : 1;
}
