// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "blob.h"

#include "cold.h"
#include "crc32.h"

// No board has more; a host should not try to find it.
#define ARENA_MAX (1u << 24)

enum { SAMPLE_RATE_MIN = 8000, SAMPLE_RATE_MAX = 192000 };

// Places of the header's fields (README.md, Blob).
enum {
    AT_VERSION = 4,
    AT_HEADER_BYTES = 6,
    AT_BLOB_BYTES = 8,
    AT_CRC = 12,
    AT_SAMPLE_RATE = 16,
    AT_ARENA_BYTES = 20,
    AT_LAYERS = 24,
    AT_KNOBS = 26,
    AT_SKIP = 28,
    AT_REST_OUTPUT = 32,
    AT_RESTING_KNOBS = 36,
    AT_GOLDEN = 44,
    AT_GOLDEN_FRAMES = 48,
    AT_METADATA = 52,
    AT_METADATA_BYTES = 56,
    AT_FIRST_LAYER = 60,
};

COLD uint16_t blob_u16(const uint8_t *at) {
    return (uint16_t)(at[0] | at[1] << 8);
}

COLD uint32_t blob_u32(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

COLD const uint8_t *blob_take(struct blob_cursor *cursor, uint32_t bytes) {
    const uint8_t *const taken = cursor->at;
    if (bytes > cursor->left)
        return NULL;
    const uint32_t padded = (bytes + 3) & ~(uint32_t)3;
    if (padded > cursor->left)
        return NULL;
    for (uint32_t i = bytes; i < padded; i++)
        if (taken[i] != 0)
            return NULL;
    cursor->at += padded;
    cursor->left -= padded;
    return taken;
}

COLD static enum engine_status open_header(struct blob *blob, const uint8_t *bytes, size_t size) {
    static const uint8_t no_crc[4] = {0};
    struct engine_info *const info = &blob->info;
    if (size < BLOB_HEADER_BYTES || size > INT32_MAX)
        return ENGINE_BAD_LENGTH;
    if (bytes[0] != 'P' || bytes[1] != 'S' || bytes[2] != 'M' || bytes[3] != 'B')
        return ENGINE_BAD_MAGIC;
    if (blob_u16(bytes + AT_VERSION) != ENGINE_BLOB_VERSION)
        return ENGINE_BAD_VERSION;
    info->blob_bytes = blob_u32(bytes + AT_BLOB_BYTES);
    if (info->blob_bytes != size)
        return ENGINE_BAD_LENGTH;
    uint32_t crc = crc32_update(0, bytes, AT_CRC);
    crc = crc32_update(crc, no_crc, sizeof no_crc);
    crc = crc32_update(crc, bytes + AT_CRC + 4, size - AT_CRC - 4);
    if (crc != blob_u32(bytes + AT_CRC))
        return ENGINE_BAD_CRC;
    info->sample_rate = blob_u32(bytes + AT_SAMPLE_RATE);
    info->arena_bytes = blob_u32(bytes + AT_ARENA_BYTES);
    info->layers = blob_u16(bytes + AT_LAYERS);
    info->knobs = blob_u16(bytes + AT_KNOBS);
    info->golden_at = blob_u32(bytes + AT_GOLDEN);
    info->golden_frames = blob_u32(bytes + AT_GOLDEN_FRAMES);
    info->metadata_at = blob_u32(bytes + AT_METADATA);
    info->metadata_bytes = blob_u32(bytes + AT_METADATA_BYTES);
    blob->skip = blob_i32(bytes + AT_SKIP);
    blob->rest_output = blob_i32(bytes + AT_REST_OUTPUT);
    info->rest_output = blob->rest_output;
    if (blob_u16(bytes + AT_HEADER_BYTES) != BLOB_HEADER_BYTES ||
        blob_u32(bytes + AT_FIRST_LAYER) != BLOB_HEADER_BYTES)
        return ENGINE_BAD_HEADER;
    if (info->sample_rate < SAMPLE_RATE_MIN || info->sample_rate > SAMPLE_RATE_MAX ||
        info->layers < 1 || info->layers > BLOB_LAYERS_MAX || info->knobs > ENGINE_KNOBS_MAX)
        return ENGINE_BAD_HEADER;
    if (info->arena_bytes > ARENA_MAX)
        return ENGINE_BAD_HEADER;
    if (info->golden_frames < 1 || info->golden_frames > BLOB_GOLDEN_MAX)
        return ENGINE_BAD_HEADER;
    for (uint32_t i = 0; i < ENGINE_KNOBS_MAX; i++) {
        info->resting_knobs[i] = blob_u16(bytes + AT_RESTING_KNOBS + 2 * i);
        if (info->resting_knobs[i] > (i < info->knobs ? ENGINE_KNOB_ONE : 0))
            return ENGINE_BAD_HEADER;
    }
    return ENGINE_OK;
}

COLD static enum engine_status open_record(struct blob_record *record, struct blob_cursor *cursor) {
    const uint8_t *const at = cursor->at;
    if (cursor->left < BLOB_RECORD_BYTES)
        return ENGINE_BAD_SECTION;
    record->kind = blob_u16(at);
    record->format = blob_u16(at + 2);
    const uint32_t bytes = blob_u32(at + 4);
    record->inputs = blob_u16(at + 8);
    record->outputs = blob_u16(at + 10);
    record->own[0] = blob_u16(at + 12);
    record->own[1] = blob_u16(at + 14);
    if (bytes < BLOB_RECORD_BYTES || bytes % 4 != 0 || bytes > cursor->left)
        return ENGINE_BAD_SECTION;
    record->tensors.at = at + BLOB_RECORD_BYTES;
    record->tensors.left = bytes - BLOB_RECORD_BYTES;
    cursor->at += bytes;
    cursor->left -= bytes;
    return ENGINE_OK;
}

// Golden input words are what a 24-bit converter can give.
COLD static int golden_is_audio(const uint8_t *golden, uint32_t frames) {
    for (uint32_t i = 0; i < frames; i++) {
        const int32_t x = blob_word(golden, i);
        if (x < -(1 << 23) || x >= 1 << 23)
            return 0;
    }
    return 1;
}

COLD enum engine_status blob_open(struct blob *blob, const void *bytes, size_t size) {
    const uint8_t *const start = bytes;
    enum engine_status status = open_header(blob, start, size);
    if (status != ENGINE_OK)
        return status;
    const struct engine_info *const info = &blob->info;
    struct blob_cursor cursor = {start + BLOB_HEADER_BYTES, (uint32_t)size - BLOB_HEADER_BYTES};
    blob->has_rate = cursor.left >= 2 && blob_u16(cursor.at) == BLOB_KIND_RATE;
    if (blob->has_rate)
        status = open_record(&blob->rate, &cursor);
    for (uint32_t i = 0; status == ENGINE_OK && i < info->layers; i++)
        status = open_record(&blob->records[i], &cursor);
    if (status != ENGINE_OK)
        return status;
    if (info->golden_at != (size_t)(cursor.at - start))
        return ENGINE_BAD_SECTION;
    blob->golden = blob_take(&cursor, info->golden_frames * 8);
    if (blob->golden == NULL || info->metadata_at != (size_t)(cursor.at - start) ||
        blob_take(&cursor, info->metadata_bytes) == NULL || cursor.left != 0)
        return ENGINE_BAD_SECTION;
    return golden_is_audio(blob->golden, info->golden_frames) ? ENGINE_OK : ENGINE_BAD_SECTION;
}
