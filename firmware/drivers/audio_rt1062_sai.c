// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// SAI1 of the RT1062 with two DMA channels: the receiver makes the clocks, the transmitter follows.
//
// I2S, two words of 32 bits a frame with the sample in the upper 24, MCLK = 256 fs. Channel 0
// receives and interrupts at each half, channel 1 transmits.
#include "audio_blocks.h"

#include "cold.h"
#include "config.h"
#include "cycles.h"
#include "pads.h"

enum { RECEIVER = 0, TRANSMITTER = 1, FUNCTION = 3 };
enum { REQUEST_RECEIVER = 19, REQUEST_TRANSMITTER = 20, PRIORITY_AUDIO = 0x40 };
enum { STOP_US = 100, FIFO_US = 20, SAMPLE_SHIFT = 8 };

// Words in a FIFO at which the DMA is asked: the receiver's first word, the transmitter's fourth
// from the end. A word lasts 10 us and the DMA answers in one, so that both are ample; the vendor's
// 16 and 28 would add a quarter of a millisecond.
enum { RECEIVE_ABOVE = 0, TRANSMIT_UP_TO = 3, FRAMES_AHEAD = 2 };

// As the vendor has them.
#define TRANSMIT_CR2    0x47000001u // follows the receiver
#define RECEIVE_CR2     0x07000001u // bit clock from MCLK / 4, active low
#define ONE_LINE        0x00010000u
#define TRANSMIT_CR4    0x10011F1Bu // I2S frames of two words; goes on after an error
#define RECEIVE_CR4     0x00011F1Bu
#define WORDS_OF_32     0x1F1F1F00u
#define DMA_ARBITRATION 0x00000482u

void dma_channel0_handler(void);

COLD void audio_open(bool receive_on_master) {
    (void)receive_on_master; // on this chip always
    static const uint32_t pins[] = {
        BOARD_PIN_SAI_MCLK,    BOARD_PIN_SAI_BCLK,    BOARD_PIN_SAI_SYNC,
        BOARD_PIN_SAI_RX_DATA, BOARD_PIN_SAI_TX_DATA,
    };
    CCM_CCGR(5) |= CCM_CCGR5_DMA | CCM_CCGR5_SAI1;
    (void)CCM_CCGR(5);
    IOMUXC_GPR1 = (IOMUXC_GPR1 & ~7u) | IOMUXC_GPR1_SAI1_MCLK_OUT;
    for (uint32_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        pad_function(pins[i], FUNCTION);
    }
    IOMUXC_SAI1_RX_DATA0_SELECT = 2;
}

COLD static void stop(void) {
    SAI1_RCSR = 0;
    SAI1_TCSR = 0;
    cycles_wait_for(&SAI1_RCSR, SAI_CSR_EN, 0, STOP_US);
    cycles_wait_for(&SAI1_TCSR, SAI_CSR_EN, 0, STOP_US);
    for (uint8_t channel = RECEIVER; channel <= TRANSMITTER; channel++) {
        DMA_CERQ = channel;
        DMA_CERR = channel;
        DMA_CINT = channel;
        DMAMUX_CHCFG(channel) = 0;
    }
    SAI1_TCSR = SAI_CSR_SR | SAI_CSR_FR;
    SAI1_RCSR = SAI_CSR_SR | SAI_CSR_FR;
    SAI1_TCSR = 0;
    SAI1_RCSR = 0;
}

static void open_interface(void) {
    SAI1_TMR = 0;
    SAI1_TCR(1) = TRANSMIT_UP_TO;
    SAI1_TCR(2) = TRANSMIT_CR2;
    SAI1_TCR(3) = ONE_LINE;
    SAI1_TCR(4) = TRANSMIT_CR4;
    SAI1_TCR(5) = WORDS_OF_32;
    SAI1_RMR = 0;
    SAI1_RCR(1) = RECEIVE_ABOVE;
    SAI1_RCR(2) = RECEIVE_CR2;
    SAI1_RCR(3) = ONE_LINE;
    SAI1_RCR(4) = RECEIVE_CR4;
    SAI1_RCR(5) = WORDS_OF_32;
}

// One word a request, the ring without end.
static void open_channels(void) {
    uint32_t back = 0u - (uint32_t)sizeof audio_received;
    DMA_CR = DMA_ARBITRATION;
    DMA_SADDR(RECEIVER) = (uint32_t)(uintptr_t)&SAI1_RDR0;
    DMA_SOFF(RECEIVER) = DMA_ATTR_WORDS;
    DMA_NBYTES(RECEIVER) = sizeof(int32_t);
    DMA_SLAST(RECEIVER) = 0;
    DMA_DADDR(RECEIVER) = (uint32_t)(uintptr_t)audio_received;
    DMA_DOFF(RECEIVER) = sizeof(int32_t) | AUDIO_RING_WORDS << 16;
    DMA_DLASTSGA(RECEIVER) = back;
    DMA_CSR(RECEIVER) = DMA_CSR_INTHALF | DMA_CSR_INTMAJOR | AUDIO_RING_WORDS << 16;
    DMA_SADDR(TRANSMITTER) = (uint32_t)(uintptr_t)audio_transmitted;
    DMA_SOFF(TRANSMITTER) = sizeof(int32_t) | DMA_ATTR_WORDS;
    DMA_NBYTES(TRANSMITTER) = sizeof(int32_t);
    DMA_SLAST(TRANSMITTER) = back;
    DMA_DADDR(TRANSMITTER) = (uint32_t)(uintptr_t)&SAI1_TDR0;
    DMA_DOFF(TRANSMITTER) = AUDIO_RING_WORDS << 16;
    DMA_DLASTSGA(TRANSMITTER) = 0;
    DMA_CSR(TRANSMITTER) = AUDIO_RING_WORDS << 16;
    DMAMUX_CHCFG(RECEIVER) = DMAMUX_ENABLE | REQUEST_RECEIVER;
    DMAMUX_CHCFG(TRANSMITTER) = DMAMUX_ENABLE | REQUEST_TRANSMITTER;
}

COLD void audio_start(board_audio_t *process, uint32_t block_cycles) {
    stop();
    // The transmitter's FIFO is ahead of its ring: a block must be done so much earlier.
    uint32_t ahead = block_cycles / BOARD_BLOCK * FRAMES_AHEAD;
    audio_blocks_start(process, block_cycles, block_cycles - block_cycles / 32u - ahead,
                       SAMPLE_SHIFT);
    open_interface();
    open_channels();
    core_enable_irq(IRQ_DMA_CHANNEL0 + RECEIVER, PRIORITY_AUDIO);
    DMA_SERQ = RECEIVER;
    DMA_SERQ = TRANSMITTER;
    // The transmitter must hold words when the receiver starts the clocks of both.
    SAI1_TCSR = SAI_CSR_EN | SAI_CSR_BCE | SAI_CSR_FRDE | SAI_CSR_FEIE;
    cycles_wait_us(FIFO_US);
    SAI1_RCSR = SAI_CSR_EN | SAI_CSR_BCE | SAI_CSR_FR | SAI_CSR_FRDE;
}

// From where a channel is now and not by counting: a half that was missed must not swap the two.
static uint32_t half_of(uint8_t channel) {
    return DMA_DOFF(channel) >> 16 > AUDIO_RING_WORDS / 2u ? 0u : 1u;
}

uint32_t audio_half_sent(void) {
    return half_of(TRANSMITTER);
}

void dma_channel0_handler(void) {
    DMA_CINT = RECEIVER;
    if (DMA_ERR) {
        DMA_CERR = RECEIVER;
        DMA_CERR = TRANSMITTER;
        audio_blocks_failed();
    }
    audio_blocks_received(1u - half_of(RECEIVER));
}
