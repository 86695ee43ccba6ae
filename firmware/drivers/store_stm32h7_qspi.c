// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
//
// IS25LP064A on QUADSPI, 120 MHz, read by four lines. The chip is reset first: a bootloader leaves
// it as it used it, and a reset of the processor does not reach it.
#include "store.h"

#include "cache.h"
#include "config.h"
#include "cycles.h"
#include "gpio.h"
#include "registers.h"

enum { MAPPED_AT = 0x90000000, PAGE = 256, WAIT_US = 10000, ERASE_US = 400000, PIN_US = 20000 };
enum { FUNCTION_IO01_NCS = 10, FUNCTION_IO23_CLK = 9, STATUS_QUAD = 0x40 };
enum { STATUS_BUSY = 1, STATUS_WRITABLE = 2, PARAMETERS_EIGHT_DUMMIES = 0xF0 };

// CCR: instruction on one line; how address, data and the rest go along.
#define CCR_COMMAND       0x00000100u
#define CCR_WRITE_BYTE    0x01000100u // and data on one line
#define CCR_ADDRESS       0x00002500u // and 24 bits of address on one line
#define CCR_ADDRESS_WRITE 0x01002500u
#define CCR_POLL          0x09000100u // read a byte again and again until it matches
#define CCR_READ_MAPPED   0x1F18ED00u // all on four lines, mode byte, 6 dummies, instruction once
#define MODE_CONTINUOUS   0xA0u

enum {
    WRITE_STATUS = 0x01,
    PROGRAM = 0x02,
    READ_STATUS = 0x05,
    WRITE_ENABLE = 0x06,
    RESET_ENABLE = 0x66,
    RESET = 0x99,
    SET_PARAMETERS = 0xC0,
    ERASE_4K = 0xD7,
    READ_QUAD = 0xEB,
};

static bool done(uint32_t flag, uint32_t us) {
    bool good = cycles_wait_for(&QUADSPI_SR, flag, flag, us);
    QUADSPI_FCR = flag;
    return good;
}

static bool command(uint32_t instruction) {
    QUADSPI_CCR = CCR_COMMAND | instruction;
    return done(QUADSPI_SR_TCF, WAIT_US);
}

// Waits until the chip's status, masked, is `match`.
static bool poll(uint32_t mask, uint32_t match, uint32_t us) {
    QUADSPI_PSMAR = match;
    QUADSPI_PSMKR = mask;
    QUADSPI_PIR = 0x10;
    QUADSPI_CR = QUADSPI_CR_CLOCK | QUADSPI_CR_APMS | QUADSPI_CR_EN;
    QUADSPI_DLR = 0;
    QUADSPI_CCR = CCR_POLL | READ_STATUS;
    if (done(QUADSPI_SR_SMF, us)) {
        return true;
    }
    QUADSPI_CR |= QUADSPI_CR_ABORT;
    cycles_wait_for(&QUADSPI_CR, QUADSPI_CR_ABORT, 0, WAIT_US);
    // An abort raises the flag that the next command would wait for.
    QUADSPI_FCR = QUADSPI_SR_TCF;
    return false;
}

static bool write_enable(void) {
    return command(WRITE_ENABLE) && poll(STATUS_WRITABLE, STATUS_WRITABLE, WAIT_US);
}

static bool send(const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!cycles_wait_for(&QUADSPI_SR, QUADSPI_SR_FTF, QUADSPI_SR_FTF, WAIT_US)) {
            return false;
        }
        QUADSPI_DR_BYTE = bytes[i];
    }
    return done(QUADSPI_SR_TCF, WAIT_US);
}

static bool write_byte(uint32_t instruction, uint8_t byte) {
    QUADSPI_DLR = 0;
    QUADSPI_CCR = CCR_WRITE_BYTE | instruction;
    return send(&byte, 1);
}

// Resets the chip; four-line reads allowed, no sector protected. The status register is worn by
// each write and is written only when it is not as wanted.
static bool prepare(void) {
    if (!command(RESET_ENABLE) || !command(RESET)) {
        return false;
    }
    cycles_wait_us(100); // the chip's recovery from a reset, 35 us
    if (!poll(STATUS_BUSY, 0, WAIT_US) || !write_byte(SET_PARAMETERS, PARAMETERS_EIGHT_DUMMIES)) {
        return false;
    }
    if (poll(0xFF, STATUS_QUAD, 100)) {
        return true;
    }
    return write_enable() && write_byte(WRITE_STATUS, STATUS_QUAD) &&
           poll(0xFF, STATUS_QUAD, ERASE_US);
}

static void map(void) {
    QUADSPI_ABR = MODE_CONTINUOUS;
    QUADSPI_CCR = CCR_READ_MAPPED | READ_QUAD;
}

// Ends memory-mapped reading and leaves the chip's continuous mode by a reset.
static bool unmap(void) {
    QUADSPI_CR |= QUADSPI_CR_ABORT;
    if (!cycles_wait_for(&QUADSPI_CR, QUADSPI_CR_ABORT, 0, WAIT_US) ||
        !cycles_wait_for(&QUADSPI_SR, QUADSPI_SR_BUSY, 0, WAIT_US)) {
        return false;
    }
    QUADSPI_FCR = QUADSPI_SR_TCF;
    return prepare();
}

const char *store_open(void) {
    // The lines 2 and 3 are write protect and hold until four-line mode is on: the vendor found
    // chips that came up protected, and moves them by hand first.
    for (uint32_t level = 1; level < 4; level++) {
        gpio_output(BOARD_PIN_QSPI_IO2, level & 1u);
        gpio_output(BOARD_PIN_QSPI_IO3, level & 1u);
        cycles_wait_us(PIN_US);
    }
    static const uint32_t pins[][2] = {
        {BOARD_PIN_QSPI_IO0, FUNCTION_IO01_NCS}, {BOARD_PIN_QSPI_IO1, FUNCTION_IO01_NCS},
        {BOARD_PIN_QSPI_NCS, FUNCTION_IO01_NCS}, {BOARD_PIN_QSPI_CLK, FUNCTION_IO23_CLK},
        {BOARD_PIN_QSPI_IO2, FUNCTION_IO23_CLK}, {BOARD_PIN_QSPI_IO3, FUNCTION_IO23_CLK},
    };
    RCC_AHB3ENR |= RCC_AHB3ENR_QSPI;
    RCC_AHB3RSTR = RCC_AHB3ENR_QSPI;
    RCC_AHB3RSTR = 0;
    (void)RCC_AHB3ENR;
    QUADSPI_CR = QUADSPI_CR_CLOCK;
    QUADSPI_DCR = 22u << 16 | 1u << 8; // 8 MB, chip select high for 2 cycles
    QUADSPI_CR = QUADSPI_CR_CLOCK | QUADSPI_CR_EN;
    for (uint32_t i = 0; i < 4; i++) {
        gpio_alternate(pins[i][0], pins[i][1], GPIO_PUSH_PULL, GPIO_NO_PULL, GPIO_VERY_HIGH_SPEED);
    }
    if (!prepare()) {
        return "flash chip does not answer, no models are kept in it";
    }
    for (uint32_t i = 4; i < 6; i++) {
        gpio_alternate(pins[i][0], pins[i][1], GPIO_PUSH_PULL, GPIO_NO_PULL, GPIO_VERY_HIGH_SPEED);
    }
    map();
    return NULL;
}

const uint8_t *store_memory(void) {
    return (const uint8_t *)(uintptr_t)MAPPED_AT;
}

// Back to reading; true when the memory now holds what `wanted` gives (NULL: 0xFF).
static bool verify(uint32_t offset, const uint8_t *wanted, size_t count) {
    map();
    return cache_reread(store_memory() + offset, wanted, count);
}

bool store_erase(uint32_t offset) {
    offset &= ~(STORE_SECTOR - 1u);
    bool good = unmap() && write_enable();
    if (good) {
        QUADSPI_CCR = CCR_ADDRESS | ERASE_4K;
        QUADSPI_AR = offset;
        good = done(QUADSPI_SR_TCF, WAIT_US) && poll(STATUS_BUSY, 0, ERASE_US);
    }
    return verify(offset, NULL, STORE_SECTOR) && good;
}

bool store_write(uint32_t offset, const uint8_t *bytes, size_t count) {
    bool good = unmap();
    for (size_t at = 0; good && at < count;) {
        // A page is written around its end into its beginning otherwise.
        size_t part = PAGE - (offset + at) % PAGE;
        part = part < count - at ? part : count - at;
        good = write_enable();
        if (good) {
            QUADSPI_DLR = (uint32_t)part - 1u;
            QUADSPI_CCR = CCR_ADDRESS_WRITE | PROGRAM;
            QUADSPI_AR = offset + (uint32_t)at;
            good = send(bytes + at, part) && poll(STATUS_BUSY, 0, WAIT_US);
        }
        at += part;
    }
    return verify(offset, bytes, count) && good;
}
