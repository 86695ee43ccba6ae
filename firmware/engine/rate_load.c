// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "rate.h"

#include "cold.h"

enum { ROWS = RATE_PHASES + 1, WEIGHTS_FORMAT = 1 };

_Static_assert(sizeof(struct rate) <= LAYER_ARENA_BYTES, "struct rate outgrew its share");

// Every row's magnitudes sum to less than 4, so that no sum leaves 63 bits.
COLD static int table_proved(struct blob_cursor *cursor, uint32_t taps) {
    const uint8_t *const table = blob_take(cursor, 4 * ROWS * taps);
    if (table == NULL)
        return 0;
    for (uint32_t row = 0; row < ROWS; row++) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < taps; i++)
            sum += layer_magnitude(blob_word(table, row * taps + i));
        if (sum > INT32_MAX)
            return 0;
    }
    return 1;
}

COLD static int taps_known(uint32_t taps) {
    return taps >= 2 && taps <= RATE_TAPS_MAX && taps % 2 == 0;
}

COLD enum engine_status rate_check(const struct blob_record *record, uint32_t *arena_bytes) {
    const uint32_t model = record->own[0], board = record->own[1];
    const uint32_t front = record->inputs, behind = record->outputs;
    if (record->format != WEIGHTS_FORMAT)
        return ENGINE_UNKNOWN_FORMAT;
    if (model == 0 || board == 0 || model > 2 * board || 4 * model < board || !taps_known(front) ||
        !taps_known(behind))
        return ENGINE_BAD_SHAPE;
    struct blob_cursor cursor = record->tensors;
    if (cursor.left != 4 * ROWS * (front + behind))
        return ENGINE_BAD_SECTION;
    if (!table_proved(&cursor, front) || !table_proved(&cursor, behind))
        return ENGINE_NOT_PROVED;
    *arena_bytes += LAYER_ARENA_BYTES + (4 * ROWS + 8) * (front + behind);
    return ENGINE_OK;
}

COLD static int load_filter(struct rate_filter *filter, uint32_t taps, struct blob_cursor *cursor,
                            struct layer_arena *arena) {
    const uint8_t *const words = blob_take(cursor, 4 * ROWS * taps);
    int32_t *const table = layer_take(arena, (size_t)4 * ROWS * taps);
    filter->taps = taps;
    filter->table = table;
    filter->history = layer_take(arena, (size_t)8 * taps);
    if (table == NULL || filter->history == NULL)
        return 0;
    for (uint32_t i = 0; i < ROWS * taps; i++)
        table[i] = blob_word(words, i);
    return 1;
}

COLD struct rate *rate_load(const struct blob_record *record, struct layer_arena *arena) {
    struct rate *const rate = layer_take(arena, sizeof *rate);
    struct blob_cursor cursor = record->tensors;
    if (rate == NULL || !load_filter(&rate->front, record->inputs, &cursor, arena) ||
        !load_filter(&rate->behind, record->outputs, &cursor, arena))
        return NULL;
    rate->model = record->own[0];
    rate->board = record->own[1];
    return rate;
}
