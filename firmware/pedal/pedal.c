// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "pedal.h"

#include "metadata.h"

enum { FULL_SCALE = 1 << 23 };

void pedal_open(struct pedal *pedal, const void *blob, size_t blob_bytes, void *arena,
                size_t arena_bytes) {
    *pedal = (struct pedal){.model = PEDAL_NO_MODEL};
    if (!blob || !blob_bytes) {
        return;
    }
    struct engine *engine = NULL;
    enum engine_status status = engine_check(blob, blob_bytes, &pedal->info);
    if (status == ENGINE_OK) {
        status = engine_load(arena, arena_bytes, blob, blob_bytes, &engine);
    }
    if (status == ENGINE_OK) {
        status = engine_selftest(engine, blob, blob_bytes);
    }
    pedal->status = status;
    pedal->model = status == ENGINE_OK ? PEDAL_PLAYING : PEDAL_REFUSED;
    pedal->engine = status == ENGINE_OK ? engine : NULL;
    if (status == ENGINE_OK) {
        const char *json = (const char *)blob + pedal->info.metadata_at;
        pedal->name = metadata_text(json, pedal->info.metadata_bytes, "name", &pedal->name_bytes);
    }
}

void pedal_open_safe(struct pedal *pedal) {
    *pedal = (struct pedal){.model = PEDAL_SAFE_MODE};
}

void pedal_process(struct pedal *pedal, const int32_t *in, int32_t *out, size_t frames) {
    if (!pedal->engine) {
        for (size_t i = 0; i < frames; i++) {
            out[i] = in[i];
        }
        return;
    }
    engine_process(pedal->engine, in, out, frames);
    int32_t rest = pedal->info.rest_output;
    for (size_t i = 0; i < frames; i++) {
        // No overflow: both are within +-2^31, and the difference of two int64.
        int64_t y = (int64_t)out[i] - rest;
        out[i] = y > FULL_SCALE - 1 ? FULL_SCALE - 1 : y < -FULL_SCALE ? -FULL_SCALE : (int32_t)y;
    }
}

void pedal_describe(const struct pedal *pedal, struct text *text) {
    switch (pedal->model) {
    case PEDAL_NO_MODEL:
        text_add(text, "model: none, the input passes dry\r\n");
        break;
    case PEDAL_REFUSED:
        text_add(text, "model: refused (");
        text_add(text, engine_status_text(pedal->status));
        text_add(text, "), the input passes dry\r\n");
        break;
    case PEDAL_SAFE_MODE:
        text_add(text, "model: held back after failed starts, the input passes dry; ");
        text_add(text, "load another model or image\r\n");
        break;
    case PEDAL_PLAYING:
        text_add(text, "model: ");
        if (pedal->name) {
            text_add_bytes(text, pedal->name, pedal->name_bytes);
        } else {
            text_add(text, "without a name");
        }
        text_add(text, ", ");
        text_add_number(text, pedal->info.sample_rate);
        text_add(text, " Hz, ");
        text_add_number(text, pedal->info.arena_bytes);
        text_add(text, " bytes of RAM, self-test passed\r\n");
        break;
    }
}
