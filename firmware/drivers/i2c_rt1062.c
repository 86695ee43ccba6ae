// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LPI2C1 of the RT1062, 100 kHz, polled: it is used at the start only. The timing is PJRC's.
#include "i2c.h"

#include "config.h"
#include "cycles.h"
#include "pads.h"

enum { FUNCTION = 3, WAIT_US = 2000 };

// Open drain, 22 kOhm up, hysteresis, slow edges.
#define PAD_I2C 0x0001F861u
// In 12 MHz: low 60, high 56, data valid 26, set-up and hold 41.
#define TIMING 0x1928373Bu

static void open_pad(uint32_t pin) {
    pad_settings(pin, PAD_I2C);
    pad_function(pin, FUNCTION | PAD_INPUT_ON);
}

void i2c_open(uint32_t kernel_hz) {
    (void)kernel_hz; // always the crystal's 24 MHz
    CCM_CCGR(2) |= CCM_CCGR2_LPI2C1;
    (void)CCM_CCGR(2);
    LPI2C1_MCR = LPI2C_MCR_RST;
    LPI2C1_MCR = 0;
    LPI2C1_MCCR0 = TIMING;
    LPI2C1_MCFGR1 = 1;          // halved: 12 MHz
    LPI2C1_MCFGR2 = 0x05050BB8; // glitches up to 5, bus free after 3000
    LPI2C1_MCFGR3 = 0x0002C000; // a line held low for 704 * 256 is a fault
    LPI2C1_MCCR1 = TIMING;
    LPI2C1_MCFGR0 = 0;
    LPI2C1_MFCR = 0x00010001;
    LPI2C1_MCR = LPI2C_MCR_MEN;
    open_pad(BOARD_PIN_I2C_SDA);
    IOMUXC_LPI2C1_SDA_SELECT = 1;
    open_pad(BOARD_PIN_I2C_SCL);
    IOMUXC_LPI2C1_SCL_SELECT = 1;
}

// Waits for any of `wanted`; false on no acknowledge, a fault on the bus or when the time is up.
static bool wait_for(uint32_t wanted) {
    uint32_t start = cycles_now();
    for (;;) {
        uint32_t state = LPI2C1_MSR;
        if (state & LPI2C_MSR_FAULTS) {
            return false;
        }
        if (state & wanted) {
            return true;
        }
        if (cycles_now() - start > cycles_from_us(WAIT_US)) {
            return false;
        }
    }
}

static bool send(uint32_t command) {
    bool room = wait_for(LPI2C_MSR_TDF);
    if (room) {
        LPI2C1_MTDR = command;
    }
    return room;
}

bool i2c_write(uint32_t address, const uint8_t *bytes, size_t count) {
    LPI2C1_MSR = LPI2C_MSR_ALL;
    bool good = send(LPI2C_START | address << 1);
    for (size_t i = 0; good && i < count; i++) {
        good = send(bytes[i]);
    }
    good = good && send(LPI2C_STOP) && wait_for(LPI2C_MSR_SDF);
    if (!good) {
        // What waits in the FIFO must not be sent; the bus is let go.
        LPI2C1_MCR = LPI2C_MCR_MEN | LPI2C_MCR_RTF;
        LPI2C1_MSR = LPI2C_MSR_ALL;
        LPI2C1_MTDR = LPI2C_STOP;
        wait_for(LPI2C_MSR_SDF);
    }
    return good;
}
