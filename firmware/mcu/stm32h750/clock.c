// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers

#include "clock.h"

#include <stdbool.h>

#include "cycles.h"
#include "registers.h"

enum {
    HSI_HZ = 64000000,
    POWER_US = 10000,
    CRYSTAL_US = 100000, // libDaisy allows as much
    PLL_US = 2000,
};

// Divisors M of PLL1 and PLL3 in PLLCKSELR: 4 MHz and 2.667 MHz at the phase detectors from either
// source, so that nothing below depends on it. PLL2 is not used.
enum { FROM_CRYSTAL = 2u | 4u << 4 | 6u << 20, FROM_HSI = 0u | 16u << 4 | 24u << 20 };

// N-1, P-1 << 9, Q-1 << 16, R-1 << 24.
// PLL1: P core 480 (400) MHz; Q 48 MHz for USB, exact from the crystal at 480.
// PLL3: 2.6667 MHz * (294 + 7471 / 8192) / 16 = 49.152 MHz to 5e-8 for the SAI; R / 32 for the
// ADC.
enum {
    PLL1_480 = (240u - 1) | (2u - 1) << 9 | (20u - 1) << 16 | (2u - 1) << 24,
    PLL1_400 = (200u - 1) | (2u - 1) << 9 | (20u - 1) << 16 | (2u - 1) << 24,
    PLL3_AUDIO = (294u - 1) | (16u - 1) << 9 | (4u - 1) << 16 | (32u - 1) << 24,
    PLL3_FRACTION = 7471u << 3,
};

// PLLCFGR: input ranges (4..8 MHz = 2, 2..4 MHz = 1), wide VCO, outputs P1 Q1 P3 R3.
enum {
    PLLCFGR_RANGES = 2u << 2 | 1u << 10,
    PLLCFGR_FRACTION3 = 1u << 8,
    PLLCFGR_OUTPUTS = 1u << 16 | 1u << 17 | 1u << 22 | 1u << 24,
};

// Returns true when the core voltage allows 480 MHz (VOS0), false when 400 (VOS1).
static bool power_up(void) {
    PWR_CR3 = (PWR_CR3 & ~PWR_CR3_SUPPLY) | PWR_CR3_LDOEN;
    if (!cycles_wait_for(&PWR_CSR1, PWR_CSR1_ACTVOSRDY, PWR_CSR1_ACTVOSRDY, POWER_US)) {
        return false;
    }
    PWR_D3CR |= PWR_D3CR_VOS_SCALE1;
    if (!cycles_wait_for(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY, POWER_US)) {
        return false;
    }
    // Without the clock of SYSCFG the write to ODEN would be lost.
    RCC_APB4ENR |= RCC_APB4ENR_SYSCFG;
    (void)RCC_APB4ENR;
    SYSCFG_PWRCR |= SYSCFG_PWRCR_ODEN;
    return cycles_wait_for(&PWR_D3CR, PWR_D3CR_VOSRDY, PWR_D3CR_VOSRDY, POWER_US);
}

static void bus_dividers(void) {
    RCC_D1CFGR = 0x48;  // AHB / 2, APB3 / 2
    RCC_D2CFGR = 0x440; // APB1 / 2, APB2 / 2
    RCC_D3CFGR = 0x40;  // APB4 / 2
}

static void kernel_clocks(void) {
    RCC_D1CCIPR = 0;         // QUADSPI from AHB
    RCC_D2CCIP1R = 2u;       // SAI1 from PLL3 P
    RCC_D2CCIP2R = 1u << 20; // USB from PLL1 Q; USART1 and I2C from their bus
    RCC_D3CCIPR = 1u << 16;  // ADC from PLL3 R
}

struct clock_state clock_start(void) {
    struct clock_state clock = {.core_hz = HSI_HZ, .peripheral_hz = HSI_HZ};
    bool boost = power_up();
    RCC_CR |= RCC_CR_HSEON;
    bool crystal = cycles_wait_for(&RCC_CR, RCC_CR_HSERDY, RCC_CR_HSERDY, CRYSTAL_US);
    if (!crystal) {
        RCC_CR &= ~RCC_CR_HSEON;
        clock.fault = "crystal does not start, running on the internal oscillator (1 % off)";
    } else if (!boost) {
        clock.fault = "core voltage stays low, running at 400 MHz";
    }
    RCC_PLLCKSELR = crystal ? FROM_CRYSTAL : FROM_HSI;
    RCC_PLLCFGR = PLLCFGR_RANGES;
    RCC_PLL1DIVR = boost ? PLL1_480 : PLL1_400;
    RCC_PLL1FRACR = 0;
    RCC_PLL3DIVR = PLL3_AUDIO;
    RCC_PLL3FRACR = PLL3_FRACTION;
    // The fraction is taken over on the rising edge of its enable bit.
    RCC_PLLCFGR = PLLCFGR_RANGES | PLLCFGR_FRACTION3;
    RCC_PLLCFGR = PLLCFGR_RANGES | PLLCFGR_FRACTION3 | PLLCFGR_OUTPUTS;
    RCC_CR |= RCC_CR_PLL1ON | RCC_CR_PLL3ON;
    if (!cycles_wait_for(&RCC_CR, RCC_CR_PLL3RDY, RCC_CR_PLL3RDY, PLL_US)) {
        clock.fault = "audio clock (PLL3) does not lock: no sound";
        clock.silent = true;
    }
    kernel_clocks();
    if (!cycles_wait_for(&RCC_CR, RCC_CR_PLL1RDY, RCC_CR_PLL1RDY, PLL_US)) {
        clock.fault = "core clock (PLL1) does not lock, running at 64 MHz: dry only";
        return clock;
    }
    // Slower buses and more wait states first, then the faster clock.
    bus_dividers();
    FLASH_ACR = 0x34; // 4 wait states, programming delay for the highest clock
    cycles_wait_for(&FLASH_ACR, 0x3F, 0x34, POWER_US);
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SW) | RCC_CFGR_SW_PLL1;
    cycles_wait_for(&RCC_CFGR, RCC_CFGR_SWS, RCC_CFGR_SWS_PLL1, POWER_US);
    clock.core_hz = boost ? 480000000u : 400000000u;
    clock.peripheral_hz = clock.core_hz / 4;
    cycles_start(clock.core_hz);
    return clock;
}
