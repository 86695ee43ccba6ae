// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "wavenet_function.h"

#include "cold.h"
#include "layer.h"

enum { SHIFT_MAX = 8 };

// Words of a function in the arena, type and shift included.
COLD static uint32_t words_of(uint16_t type) {
    return type == WAVENET_CORNERS ? (uint32_t)WAVENET_CORNERS_WORDS
           : type == WAVENET_CURVE ? (uint32_t)WAVENET_CURVE_WORDS
                                   : WAVENET_FINE_WORDS;
}

// Words that the record has of it.
COLD static uint32_t words_stored(uint16_t type) {
    return type == WAVENET_FINE_TANH ? 0 : words_of(type) - 2;
}

// Largest |a|, or 2^31 where it may leave its word.
COLD static uint64_t corners_most(const uint8_t *words, uint32_t shift) {
    const int32_t low = blob_word(words, 0), high = blob_word(words, 1);
    const uint64_t below = layer_magnitude(blob_word(words, 2));
    const uint64_t above = layer_magnitude(blob_word(words, 3));
    const uint64_t inside =
        layer_magnitude(low) > (uint64_t)high ? layer_magnitude(low) : (uint64_t)high;
    // |v| is at most 2^30.
    const uint64_t most = inside + 2 * (((below > above ? below : above) + 3) >> 2);
    return most << shift > INT32_MAX ? (uint64_t)1 << 31 : most << shift;
}

// The largest sum of magnitudes of the first pieces on either side of 0.
COLD static uint64_t curve_most(const uint8_t *words, uint32_t pieces) {
    uint64_t most = 0;
    for (uint32_t side = 0; side < 2; side++)
        for (uint32_t p = 0; p < pieces; p++) {
            uint64_t sum = 0;
            for (uint32_t i = 0; i < 4; i++)
                sum += layer_magnitude(blob_word(words, 4 * (side * WAVENET_PIECES + p) + i));
            most = sum > most ? sum : most;
        }
    return most;
}

COLD uint64_t wavenet_function_most(const struct wavenet_functions *functions, uint32_t index,
                                    uint64_t v) {
    if (functions->function[index].type != WAVENET_CURVE)
        return functions->function[index].most;
    const uint32_t u = v > WAVENET_CURVE_MAX ? WAVENET_CURVE_MAX : (uint32_t)v;
    const uint32_t last = wavenet_curve_piece(u, wavenet_curve_octave(u));
    return curve_most(functions->function[index].words, last + 1);
}

COLD enum engine_status wavenet_functions_read(struct wavenet_functions *functions, uint32_t count,
                                               struct blob_cursor *cursor, uint32_t *arena_bytes) {
    if (count > WAVENET_FUNCTIONS_MAX)
        return ENGINE_BAD_SHAPE;
    functions->count = (uint16_t)count;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *const head = blob_take(cursor, 4);
        if (head == NULL)
            return ENGINE_BAD_SECTION;
        const uint16_t type = blob_u16(head), shift = blob_u16(head + 2);
        if (type >= WAVENET_FUNCTION_TYPES || shift > (type == WAVENET_CORNERS ? SHIFT_MAX : 0))
            return ENGINE_UNKNOWN_FORMAT;
        const uint8_t *const words = blob_take(cursor, 4 * words_stored(type));
        if (words == NULL)
            return ENGINE_BAD_SECTION;
        if (type == WAVENET_CORNERS && (blob_word(words, 0) > 0 || blob_word(words, 1) < 0))
            return ENGINE_NOT_PROVED;
        functions->function[i].type = type;
        functions->function[i].shift = shift;
        functions->function[i].words = words;
        functions->function[i].most = type == WAVENET_CORNERS ? corners_most(words, shift)
                                      : type == WAVENET_CURVE ? curve_most(words, WAVENET_PIECES)
                                                              : INT32_MAX;
        if (functions->function[i].most > INT32_MAX)
            return ENGINE_NOT_PROVED;
        *arena_bytes += layer_eights(4 * words_of(type));
    }
    return ENGINE_OK;
}

COLD int wavenet_functions_load(struct wavenet_functions *functions, struct layer_arena *arena) {
    for (uint32_t i = 0; i < functions->count; i++) {
        const uint16_t type = functions->function[i].type;
        int32_t *const words = layer_take(arena, (size_t)4 * words_of(type));
        if (words == NULL)
            return 0;
        words[0] = type;
        words[1] = functions->function[i].shift;
        for (uint32_t w = 0; w < words_stored(type); w++)
            words[2 + w] = blob_word(functions->function[i].words, w);
        if (type == WAVENET_FINE_TANH)
            tanh_table_make((struct sigmoid_chord *)(void *)(words + 2));
        functions->function[i].loaded = words;
    }
    return 1;
}
