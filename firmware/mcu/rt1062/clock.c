// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "clock.h"

#include "cycles.h"
#include "registers.h"

enum { WAIT_US = 10000, CRYSTAL_HZ = 24000000 };

// The vendor's fractions of the 480 and 528 MHz PLLs. The flash is clocked by the lowest of the
// first, which the ROM has set to the same.
enum { PFD_480_VENDOR = 0x13110D0C, PFD_528_VENDOR = 0x2018101B };

// 24 MHz * DIV_SELECT / 2, halved again by ARM_PODF.
enum { DIV_600_MHZ = 100, DIV_528_MHZ = 88 };

// 24 MHz * (28 + 6720 / 10000) = 688.128 MHz; / 4 / 14 = 12.288 MHz = 256 * 48 kHz.
enum { AUDIO_DIV = 28, AUDIO_NUMERATOR = 6720, AUDIO_DENOMINATOR = 10000 };
enum { SAI_PRED_4 = 3u << 6, SAI_PODF_14 = 13u };

static void field(volatile uint32_t *reg, uint32_t mask, uint32_t value) {
    *reg = (*reg & ~mask) | value;
}

static bool settled(uint32_t busy) {
    return cycles_wait_for(&CCM_CDHIPR, busy, 0, WAIT_US);
}

// The PLL of the USB also feeds the core while its own is set.
static void start_usb_pll(void) {
    PLL_USB1_SET = PLL_USB1_POWER | PLL_ENABLE;
    cycles_wait_for(&PLL_USB1, PLL_LOCK, PLL_LOCK, WAIT_US);
    PLL_USB1_CLR = PLL_BYPASS;
    PLL_USB1_SET = PLL_USB1_USB_CLOCKS;
}

// 1.25 V, or false.
static bool power_up(void) {
    field(&DCDC_REG3, DCDC_REG3_TRG, (1250u - 800u) / 25u);
    return cycles_wait_for(&DCDC_REG0, DCDC_REG0_DC_OK, DCDC_REG0_DC_OK, WAIT_US);
}

// Runs the core from the USB's PLL, 480 MHz / 4, sets its own and goes over to that.
static bool start_core(uint32_t divisor) {
    field(&CCM_CBCMR, CCM_CBCMR_PERIPH_CLK2_SEL, 0);
    field(&CCM_CBCDR, CCM_CBCDR_PERIPH_CLK2_PODF, 3u << 27);
    CCM_CBCDR |= CCM_CBCDR_PERIPH_CLK_SEL;
    settled(CCM_CDHIPR_PERIPH_CLK_SEL);
    PLL_ARM = PLL_POWERDOWN;
    PLL_ARM = PLL_ENABLE | divisor;
    if (!cycles_wait_for(&PLL_ARM, PLL_LOCK, PLL_LOCK, WAIT_US)) {
        return false;
    }
    CCM_CACRR = 1; // halved
    settled(CCM_CDHIPR_ARM_PODF);
    CCM_CBCMR |= CCM_CBCMR_PRE_PERIPH_CLK_ARM;
    field(&CCM_CBCDR, CCM_CBCDR_AHB_PODF | CCM_CBCDR_IPG_PODF, 3u << 8);
    settled(CCM_CDHIPR_AHB_PODF);
    CCM_CBCDR &= ~CCM_CBCDR_PERIPH_CLK_SEL;
    return settled(CCM_CDHIPR_PERIPH_CLK_SEL);
}

static bool start_audio(void) {
    PLL_AUDIO = PLL_BYPASS | PLL_ENABLE | PLL_AUDIO_POST_DIV_1 | AUDIO_DIV;
    PLL_AUDIO_NUM = AUDIO_NUMERATOR;
    PLL_AUDIO_DENOM = AUDIO_DENOMINATOR;
    bool locked = cycles_wait_for(&PLL_AUDIO, PLL_LOCK, PLL_LOCK, WAIT_US);
    CCM_ANALOG_MISC2 &= ~MISC2_AUDIO_DIV;
    PLL_AUDIO &= ~PLL_BYPASS;
    field(&CCM_CSCMR1, CCM_CSCMR1_SAI1_CLK_SEL, CCM_CSCMR1_SAI1_PLL_AUDIO);
    field(&CCM_CS1CDR, CCM_CS1CDR_SAI1, SAI_PRED_4 | SAI_PODF_14);
    return locked;
}

struct clock_state clock_start(void) {
    struct clock_state clock = {.core_hz = 600000000, .peripheral_hz = CRYSTAL_HZ};
    CCM_ANALOG_MISC0_SET = MISC0_REFTOP_SELFBIASOFF;
    PFD_528 = PFD_528_VENDOR;
    PFD_480 = PFD_480_VENDOR;
    // The clocks go on while the core waits for an interrupt.
    CCM_CLPCR &= ~CCM_CLPCR_LPM;
    CCM_CSCMR1 |= CCM_CSCMR1_PERCLK_CRYSTAL;
    field(&CCM_CSCDR1, CCM_CSCDR1_UART_PODF, CCM_CSCDR1_UART_CRYSTAL);
    field(&CCM_CSCDR2, CCM_CSCDR2_LPI2C_PODF, CCM_CSCDR2_LPI2C_CRYSTAL);
    start_usb_pll();
    if (!power_up()) {
        clock.core_hz = 528000000;
        clock.fault = "core voltage stays low, running at 528 MHz";
    }
    if (!start_core(clock.core_hz == 600000000 ? DIV_600_MHZ : DIV_528_MHZ)) {
        clock.core_hz = 120000000;
        clock.fault = "core clock (PLL_ARM) does not lock, running at 120 MHz: dry only";
    }
    cycles_start(clock.core_hz);
    if (!start_audio()) {
        clock.fault = "audio clock (PLL_AUDIO) does not lock: no sound";
        clock.silent = true;
    }
    return clock;
}
