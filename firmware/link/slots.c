// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
#include "slots.h"

#include "board.h"
#include "crc32.h"

enum { MAGIC = 0x53505332, SECTORS = 2, PLACES = BOARD_STORE_SECTOR / SLOTS_RECORD };

_Static_assert(sizeof(struct slots_record) <= SLOTS_RECORD, "a record is larger than its place");
_Static_assert(sizeof(struct slots_entry) == 44, "the structures in flash have gaps");

static uint32_t place_at(uint32_t place) {
    return place / PLACES * BOARD_STORE_SECTOR + place % PLACES * SLOTS_RECORD;
}

static const struct slots_record *record_at(const struct slots *slots, uint32_t place) {
    return (const struct slots_record *)(const void *)(slots->memory + place_at(place));
}

static uint32_t area_at(uint32_t area) {
    return SECTORS * BOARD_STORE_SECTOR + area * SLOTS_AREA;
}

static bool valid(const struct slots *slots, const struct slots_record *record) {
    const uint8_t *bytes = (const uint8_t *)record;
    if (record->magic != MAGIC ||
        record->crc != crc32_update(0, bytes, offsetof(struct slots_record, crc))) {
        return false;
    }
    for (uint32_t i = 0; i < SLOTS_MOST; i++) {
        const struct slots_entry *entry = &record->entries[i];
        if (entry->bytes > SLOTS_AREA || (entry->bytes && entry->area >= slots->areas)) {
            return false;
        }
    }
    return true;
}

void slots_open(struct slots *slots, const uint8_t *memory, size_t bytes) {
    *slots = (struct slots){.memory = memory, .now = &slots->none, .none.at_start = BANK_NO_SLOT};
    const size_t directory = SECTORS * BOARD_STORE_SECTOR;
    // With one slot two areas are needed.
    if (!memory || bytes < directory + 2 * SLOTS_AREA) {
        slots->memory = NULL;
        return;
    }
    slots->areas = (uint32_t)((bytes - directory) / SLOTS_AREA);
    slots->areas = slots->areas > SLOTS_MOST + 1 ? SLOTS_MOST + 1 : slots->areas;
    slots->count = slots->areas - 1;
    // Without a record the first one goes to place 0, after an erase.
    slots->record = SECTORS * PLACES - 1;
    for (uint32_t place = 0; place < SECTORS * PLACES; place++) {
        const struct slots_record *record = record_at(slots, place);
        if (valid(slots, record) && (int32_t)(record->generation - slots->now->generation) > 0) {
            slots->now = record;
            slots->record = place;
        }
    }
}

const struct slots_entry *slots_entry(const struct slots *slots, uint8_t slot) {
    return slot < slots->count && slots->now->entries[slot].bytes ? &slots->now->entries[slot]
                                                                  : NULL;
}

void slots_list(const struct slots *slots, struct bank *bank) {
    for (uint8_t slot = 0; slot < slots->count; slot++) {
        const struct slots_entry *entry = slots_entry(slots, slot);
        if (entry) {
            bank_add(bank, slot, slots->memory + area_at(entry->area), entry->bytes, entry->crc);
        }
    }
}

uint8_t slots_empty(const struct slots *slots) {
    for (uint8_t slot = 0; slot < slots->count; slot++) {
        if (!slots_entry(slots, slot)) {
            return slot;
        }
    }
    return BANK_NO_SLOT;
}

static bool blank(const struct slots *slots, uint32_t place) {
    const uint8_t *bytes = slots->memory + place_at(place);
    for (uint32_t i = 0; i < SLOTS_RECORD; i++) {
        if (bytes[i] != 0xFF) {
            return false;
        }
    }
    return true;
}

// Writes `next` behind the newest record. A place that a lost power or a worn cell has spoilt is
// passed over; the sector of the newest record is never erased.
static bool write_record(struct slots *slots, struct slots_record *next) {
    next->magic = MAGIC;
    next->generation = slots->now->generation + 1;
    next->crc = crc32_update(0, (const uint8_t *)next, offsetof(struct slots_record, crc));
    uint32_t sector = slots->record / PLACES;
    uint32_t place = slots->record + 1;
    bool erased = false;
    for (;;) {
        if (place / PLACES != sector) {
            if (erased) {
                return false;
            }
            sector = (sector + 1) % SECTORS;
            place = sector * PLACES;
            slots->failed_at = place_at(place);
            erased = true;
            if (!board_store_erase(place_at(place))) {
                return false;
            }
        }
        slots->failed_at = place_at(place);
        if (blank(slots, place) &&
            board_store_write(place_at(place), (const uint8_t *)next, sizeof *next)) {
            slots->now = record_at(slots, place);
            slots->record = place;
            return true;
        }
        place++;
    }
}

// The next in turn that no slot has and that did not fail.
static bool free_area(const struct slots *slots, uint8_t *area) {
    uint32_t taken = slots->worn;
    for (uint8_t slot = 0; slot < slots->count; slot++) {
        const struct slots_entry *entry = slots_entry(slots, slot);
        taken |= entry ? 1u << entry->area : 0u;
    }
    for (uint32_t i = 0; i < slots->areas; i++) {
        uint32_t candidate = (slots->now->generation + i) % slots->areas;
        if (!(taken >> candidate & 1u)) {
            *area = (uint8_t)candidate;
            return true;
        }
    }
    return false;
}

bool slots_begin(struct slots *slots, uint8_t slot, uint32_t bytes) {
    slots->loading = false;
    slots->coming = (struct slots_entry){.bytes = bytes};
    slots->slot = slot;
    slots->received = 0;
    slots->crc = 0;
    slots->loading = free_area(slots, &slots->coming.area);
    return slots->loading;
}

const uint8_t *slots_blob(const struct slots *slots) {
    return slots->memory + area_at(slots->coming.area);
}

bool slots_write(struct slots *slots, const uint8_t *bytes, uint32_t count) {
    const uint32_t start = area_at(slots->coming.area);
    const uint8_t *blob = slots_blob(slots);
    for (uint32_t done = 0; done < count;) {
        uint32_t at = slots->received;
        uint32_t in_sector = BOARD_STORE_SECTOR - at % BOARD_STORE_SECTOR;
        uint32_t part = count - done < in_sector ? count - done : in_sector;
        bool good = at % BOARD_STORE_SECTOR || board_store_erase(start + at);
        if (!good || !board_store_write(start + at, bytes + done, part)) {
            slots->failed_at = start + at;
            slots->worn |= 1u << slots->coming.area;
            slots->loading = false;
            return false;
        }
        slots->crc = crc32_update(slots->crc, blob + at, part);
        slots->received += part;
        done += part;
    }
    return true;
}

static void set_name(struct slots_entry *entry, const char name[SLOTS_NAME]) {
    for (uint32_t i = 0; i < SLOTS_NAME; i++) {
        entry->name[i] = name[i];
    }
}

bool slots_commit(struct slots *slots, const char name[SLOTS_NAME], bool at_start,
                  uint32_t beside) {
    struct slots_record next = *slots->now;
    slots->coming.crc = slots->crc;
    set_name(&slots->coming, name);
    next.entries[slots->slot] = slots->coming;
    if (at_start) {
        next.at_start = slots->slot;
        next.beside = beside;
    }
    slots->loading = false;
    return write_record(slots, &next);
}

void slots_abort(struct slots *slots) {
    slots->loading = false;
}

bool slots_rename(struct slots *slots, uint8_t slot, const char name[SLOTS_NAME]) {
    struct slots_record next = *slots->now;
    set_name(&next.entries[slot], name);
    return write_record(slots, &next);
}

bool slots_erase(struct slots *slots, uint8_t slot) {
    struct slots_record next = *slots->now;
    next.entries[slot] = (struct slots_entry){0};
    return write_record(slots, &next);
}

bool slots_start_with(struct slots *slots, uint8_t slot, uint32_t beside) {
    struct slots_record next = *slots->now;
    next.at_start = slot;
    next.beside = beside;
    return write_record(slots, &next);
}
