// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The flash chip that the image itself lies in, on FlexSPI: erased and written by commands of its
// own, as PJRC's core sends them.
//
// While it is busy the chip cannot be read. All code and constants are in RAM, so interrupts stay
// on and the sound goes on; the memory is closed meanwhile, so that neither a mistake nor the
// processor reading ahead gets what a busy chip answers.
#include "store.h"

#include "cache.h"
#include "cycles.h"
#include "mpu.h"
#include "registers.h"

enum { MAPPED_AT = 0x60000000, PAGE = 256, SEQUENCE = 15, FIFO_BYTES = 8 };
enum { WAIT_US = 10000, ERASE_US = 400000, POLL_US = 50, STATUS_BUSY = 1 };

// Entries of the look-up table: command, then address and data on as many lines as they say.
#define WRITE_ENABLE 0x00000406u
#define ERASE_4K     0x08180420u
#define READ_STATUS  0x24010405u
#define PROGRAM_QUAD 0x08180432u
#define AND_DATA     0x00002201u
#define LUT_KEY      0x5AF05AF0u

static const struct mpu_region closed = {MAPPED_AT, MPU_NO_ACCESS | MPU_SIZE(23)};

static void start(uint32_t entry, uint32_t then, uint32_t address, size_t count) {
    FLEXSPI_LUTKEY = LUT_KEY;
    FLEXSPI_LUTCR = 2; // unlocked
    FLEXSPI_LUT(4 * SEQUENCE) = entry;
    FLEXSPI_LUT(4 * SEQUENCE + 1) = then;
    FLEXSPI_LUT(4 * SEQUENCE + 2) = 0;
    FLEXSPI_LUT(4 * SEQUENCE + 3) = 0;
    FLEXSPI_IPCR0 = address;
    FLEXSPI_IPCR1 = (uint32_t)SEQUENCE << 16 | (uint32_t)count;
    FLEXSPI_IPCMD = 1;
}

static bool done(void) {
    bool good = cycles_wait_for(&FLEXSPI_INTR, FLEXSPI_INTR_CMDDONE, FLEXSPI_INTR_CMDDONE, WAIT_US);
    good = good && !(FLEXSPI_INTR & FLEXSPI_INTR_CMDERR);
    FLEXSPI_INTR = FLEXSPI_INTR_CMDDONE | FLEXSPI_INTR_CMDERR;
    return good;
}

static bool write_enable(void) {
    start(WRITE_ENABLE, 0, 0, 0);
    return done();
}

// Waits until the chip has erased or written.
static bool ready(uint32_t us) {
    uint32_t begun = cycles_now();
    do {
        FLEXSPI_IPRXFCR = 1; // emptied
        start(READ_STATUS, 0, 0, 1);
        if (!done()) {
            return false;
        }
        if (!(FLEXSPI_RFDR(0) & STATUS_BUSY)) {
            return true;
        }
        cycles_wait_us(POLL_US);
    } while (cycles_now() - begun < cycles_from_us(us));
    return false;
}

// The bytes of a page into the FIFO, eight at a time as it asks for them.
static bool feed(const uint8_t *bytes, size_t count) {
    for (size_t at = 0; at < count; at += FIFO_BYTES) {
        uint32_t words[2] = {0xFFFFFFFFu, 0xFFFFFFFFu};
        for (size_t i = 0; i < FIFO_BYTES && at + i < count; i++) {
            uint32_t shift = 8u * (i % 4u);
            words[i / 4u] = (words[i / 4u] & ~(0xFFu << shift)) | (uint32_t)bytes[at + i] << shift;
        }
        if (!cycles_wait_for(&FLEXSPI_INTR, FLEXSPI_INTR_TXEMPTY, FLEXSPI_INTR_TXEMPTY, WAIT_US)) {
            return false;
        }
        FLEXSPI_TFDR(0) = words[0];
        if (count - at > 4) {
            FLEXSPI_TFDR(1) = words[1];
        }
        FLEXSPI_INTR = FLEXSPI_INTR_TXEMPTY;
    }
    return true;
}

// Readable again, and nothing remembered of what was there; true when the memory now holds what
// `wanted` gives (NULL: 0xFF).
static bool verify(uint32_t offset, const uint8_t *wanted, size_t count) {
    cycles_wait_for(&FLEXSPI_STS0, FLEXSPI_STS0_IDLE, FLEXSPI_STS0_IDLE, WAIT_US);
    FLEXSPI_MCR0 |= FLEXSPI_MCR0_SWRESET; // empties the buffers
    cycles_wait_for(&FLEXSPI_MCR0, FLEXSPI_MCR0_SWRESET, 0, WAIT_US);
    mpu_overlay(NULL);
    return cache_reread(store_memory() + offset, wanted, count);
}

const char *store_open(void) {
    return NULL; // the image is read from it
}

const uint8_t *store_memory(void) {
    return (const uint8_t *)(uintptr_t)MAPPED_AT;
}

bool store_erase(uint32_t offset) {
    offset &= ~(STORE_SECTOR - 1u);
    mpu_overlay(&closed);
    bool good = write_enable();
    if (good) {
        start(ERASE_4K, 0, offset, 0);
        good = done() && ready(ERASE_US);
    }
    return verify(offset, NULL, STORE_SECTOR) && good;
}

bool store_write(uint32_t offset, const uint8_t *bytes, size_t count) {
    mpu_overlay(&closed);
    bool good = true;
    for (size_t at = 0; good && at < count;) {
        // A page is written around its end into its beginning otherwise.
        size_t part = PAGE - (offset + at) % PAGE;
        part = part < count - at ? part : count - at;
        good = write_enable();
        if (good) {
            FLEXSPI_IPTXFCR = 1; // emptied
            start(PROGRAM_QUAD, AND_DATA, offset + (uint32_t)at, part);
            good = feed(bytes + at, part) && done() && ready(WAIT_US);
        }
        at += part;
    }
    return verify(offset, bytes, count) && good;
}
