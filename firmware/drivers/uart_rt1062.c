// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// LPUART6, "Serial1" of a Teensy. Its FIFOs hold 4 bytes, 0.3 ms at 115200 baud: the interrupt
// moves them.
#include "uart.h"

#include "config.h"
#include "pads.h"

enum { FUNCTION = 2, SIZE = 2048, SAMPLES_A_BIT = 16, PRIORITY = 0x90 };

static char outgoing[SIZE], incoming[SIZE];
static volatile uint32_t out_head, out_tail, in_head, in_tail; // without end; index: remainder

void lpuart6_handler(void);

void uart_open(uint32_t kernel_hz, uint32_t baud) {
    pad_settings(BOARD_PIN_UART_TX, PAD_DRIVE);
    pad_function(BOARD_PIN_UART_TX, FUNCTION);
    pad_settings(BOARD_PIN_UART_RX, PAD_DRIVE | PAD_PULL_UP | PAD_HYSTERESIS);
    pad_function(BOARD_PIN_UART_RX, FUNCTION);
    IOMUXC_LPUART6_RX_SELECT = 1;
    CCM_CCGR(3) |= CCM_CCGR3_LPUART6;
    (void)CCM_CCGR(3);
    LPUART6_CTRL = 0;
    uint32_t divisor = (kernel_hz / SAMPLES_A_BIT + baud / 2u) / baud;
    LPUART6_BAUD = (SAMPLES_A_BIT - 1u) << 24 | divisor;
    LPUART6_FIFO = LPUART_FIFO_RXFE | LPUART_FIFO_TXFE;
    LPUART6_CTRL = LPUART_CTRL_TE | LPUART_CTRL_RE | LPUART_CTRL_RIE;
    core_enable_irq(IRQ_LPUART6, PRIORITY);
}

size_t uart_write(const char *bytes, size_t count) {
    size_t taken = 0;
    while (taken < count && out_head - out_tail < SIZE) {
        outgoing[out_head % SIZE] = bytes[taken++];
        out_head++;
    }
    return taken;
}

size_t uart_read(char *bytes, size_t count) {
    size_t given = 0;
    while (given < count && in_head != in_tail) {
        bytes[given++] = incoming[in_tail % SIZE];
        in_tail++;
    }
    return given;
}

void uart_poll(void) {
    if (out_head != out_tail) {
        LPUART6_CTRL |= LPUART_CTRL_TIE;
    }
}

void lpuart6_handler(void) {
    LPUART6_STAT = LPUART_STAT_ERRORS;
    while (LPUART6_STAT & LPUART_STAT_RDRF) {
        char byte = (char)(LPUART6_DATA & 0xFFu);
        if (in_head - in_tail < SIZE) {
            incoming[in_head % SIZE] = byte;
            in_head++;
        }
    }
    while (out_head != out_tail && LPUART6_STAT & LPUART_STAT_TDRE) {
        LPUART6_DATA = (uint8_t)outgoing[out_tail % SIZE];
        out_tail++;
    }
    if (out_head == out_tail) {
        LPUART6_CTRL &= ~LPUART_CTRL_TIE;
    }
}
