// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// SAI1 of the STM32H7 with DMA1: block A makes the clocks, block B follows it.
//
// 24 bits left-justified in 32-bit slots, two slots, MCLK = 256 fs. The DMA of the receiver
// interrupts at each half.
#include "audio_blocks.h"

#include "cold.h"
#include "config.h"
#include "core.h"
#include "cycles.h"
#include "gpio.h"
#include "registers.h"

enum { A = 0, B = 1, SAI_FUNCTION = 6 };
enum { REQUEST_A = 87, REQUEST_B = 88, PRIORITY_AUDIO = 0x40 };
enum { FIFO_FILL_US = 100, STOP_US = 100 };

// Flags of stream 0 in LISR, those of stream 1 are 6 higher: FIFO, direct mode and transfer error;
// half and whole ring received.
#define FLAGS_ERROR   0x0Du
#define FLAGS_HALF    0x10u
#define FLAGS_FULL    0x20u
#define FLAGS_OF_BOTH 0xF7Du

// CR1: 24-bit words, sampled on the falling edge, MCLK = kernel clock / 4 = 12.288 MHz.
enum { CR1_WORD = 4u << 20 | 1u << 9 | 6u << 5, CR1_RECEIVE = 1u, CR1_SLAVE = 2u | 1u << 10 };
#define FRAME_LEFT_JUSTIFIED 0x00031F3Fu // 64 bits, FS high for 32, from the first bit on
#define TWO_SLOTS_OF_32      0xFFFF0180u
enum {
    STREAM = DMA_CR_HIGH | DMA_CR_MWORD | DMA_CR_PWORD | DMA_CR_MINC | DMA_CR_CIRC,
};

static uint32_t receiver, transmitter;

void dma1_stream0_handler(void);
void dma1_stream1_handler(void);

static void open_block(uint32_t block, bool receives) {
    uint32_t cr1 = CR1_WORD | (receives ? CR1_RECEIVE : 0) | (block == B ? CR1_SLAVE : 0);
    SAI1_CR1(block) = cr1;
    SAI1_CR2(block) = SAI_CR2_FFLUSH;
    SAI1_FRCR(block) = FRAME_LEFT_JUSTIFIED;
    SAI1_SLOTR(block) = TWO_SLOTS_OF_32;
}

// Stream 0 serves block A, stream 1 block B.
static void open_stream(uint32_t block, bool receives) {
    DMAMUX1_CCR(block) = block == A ? REQUEST_A : REQUEST_B;
    DMA1_CR(block) = STREAM | (receives ? DMA_CR_TCIE | DMA_CR_HTIE | DMA_CR_TEIE | DMA_CR_DMEIE
                                        : DMA_CR_TO_PERIPHERAL);
    DMA1_FCR(block) = 0x20; // direct mode
    DMA1_NDTR(block) = AUDIO_RING_WORDS;
    DMA1_PAR(block) = (uint32_t)(uintptr_t)&SAI1_DR(block);
    DMA1_M0AR(block) = (uint32_t)(uintptr_t)(receives ? audio_received : audio_transmitted);
}

COLD void audio_open(bool receive_on_master) {
    static const uint32_t pins[] = {
        BOARD_PIN_SAI_MCLK, BOARD_PIN_SAI_SD_B, BOARD_PIN_SAI_FS,
        BOARD_PIN_SAI_SCK,  BOARD_PIN_SAI_SD_A,
    };
    receiver = receive_on_master ? A : B;
    transmitter = receive_on_master ? B : A;
    for (uint32_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        gpio_alternate(pins[i], SAI_FUNCTION, GPIO_PUSH_PULL, GPIO_PULL_UP, GPIO_MEDIUM_SPEED);
    }
    RCC_AHB1ENR |= RCC_AHB1ENR_DMA1;
    RCC_APB2ENR |= RCC_APB2ENR_SAI1;
    (void)RCC_APB2ENR;
}

COLD static void stop(void) {
    for (uint32_t block = A; block <= B; block++) {
        SAI1_CR1(block) &= ~(SAI_CR1_SAIEN | SAI_CR1_DMAEN);
        DMA1_CR(block) &= ~DMA_CR_EN;
        cycles_wait_for(&SAI1_CR1(block), SAI_CR1_SAIEN, 0, STOP_US);
        cycles_wait_for(&DMA1_CR(block), DMA_CR_EN, 0, STOP_US);
    }
}

COLD void audio_start(board_audio_t *process, uint32_t block_cycles) {
    stop();
    audio_blocks_start(process, block_cycles, block_cycles - block_cycles / 32u, 0);
    SAI1_GCR = 0;
    for (uint32_t block = A; block <= B; block++) {
        open_block(block, block == receiver);
        open_stream(block, block == receiver);
    }
    core_enable_irq(IRQ_DMA1_STREAM0 + receiver, PRIORITY_AUDIO);
    DMA1_LIFCR = FLAGS_OF_BOTH;
    for (uint32_t block = A; block <= B; block++) {
        DMA1_CR(block) |= DMA_CR_EN;
    }
    SAI1_CR1(B) |= SAI_CR1_DMAEN;
    SAI1_CR1(A) |= SAI_CR1_DMAEN;
    // The transmitter must hold a word when the first frame begins, or the channels could swap.
    uint32_t start = cycles_now();
    while (!(SAI1_SR(transmitter) & SAI_SR_FLVL) &&
           cycles_now() - start < cycles_from_us(FIFO_FILL_US)) {
    }
    SAI1_CR1(B) |= SAI_CR1_SAIEN;
    SAI1_CR1(A) |= SAI_CR1_SAIEN;
}

// From where a stream is now and not by counting: when an interrupt comes late, both its flags may
// be set.
static uint32_t half_of(uint32_t block) {
    return DMA1_NDTR(block) > AUDIO_RING_WORDS / 2u ? 0u : 1u;
}

uint32_t audio_half_sent(void) {
    return half_of(transmitter);
}

static void half_received(void) {
    uint32_t shift = receiver * 6u;
    uint32_t flags = DMA1_LISR >> shift & (FLAGS_ERROR | FLAGS_HALF | FLAGS_FULL);
    DMA1_LIFCR = flags << shift;
    if (flags & FLAGS_ERROR) {
        audio_blocks_failed();
    }
    if (flags & (FLAGS_HALF | FLAGS_FULL)) {
        audio_blocks_received(1u - half_of(receiver));
    }
}

void dma1_stream0_handler(void) {
    half_received();
}

void dma1_stream1_handler(void) {
    half_received();
}
