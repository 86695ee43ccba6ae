// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// A Cortex-M7 program for QEMU: plays in.raw through model.psm into out.raw (int32 words), all by
// semihosting. Unicorn calls the engine in the same image directly.
#include <stddef.h>
#include <stdint.h>

#include "engine.h"

enum {
    OPEN = 1,
    CLOSE = 2,
    WRITE = 5,
    READ = 6,
    EXIT_EXTENDED = 0x20,
    READ_BINARY = 1,
    WRITE_BINARY = 5
};
enum { APPLICATION_EXIT = 0x20026 };
enum { BLOB_BYTES = 1 << 18, ARENA_BYTES = 1 << 18, WORDS = 1 << 16, BLOCK = 48 };

extern uint32_t stack_top;
void reset(void);
void play(void);

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
    &stack_top,
    (const void *)reset,
};

static uint8_t blob[BLOB_BYTES];
static _Alignas(ENGINE_ARENA_ALIGN) uint8_t arena[ARENA_BYTES];
static int32_t audio[WORDS];

static uintptr_t call(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void leave(uint32_t code) {
    const uint32_t block[2] = {APPLICATION_EXIT, code};
    call(EXIT_EXTENDED, block);
    for (;;)
        ;
}

static uintptr_t open(const char *name, size_t length, uint32_t mode) {
    const uintptr_t block[3] = {(uintptr_t)name, mode, length};
    const uintptr_t handle = call(OPEN, block);
    if (handle == (uintptr_t)-1)
        leave(10);
    return handle;
}

// Returns the bytes read: the call gives those it did not.
static size_t read_file(const char *name, size_t length, void *to, size_t bytes) {
    const uintptr_t block[3] = {open(name, length, READ_BINARY), (uintptr_t)to, bytes};
    return bytes - call(READ, block);
}

// Compilers move pairs of words through floating-point registers: the unit is on before any C.
__attribute__((naked)) void reset(void) {
    __asm__("ldr r0, =0xe000ed88\n\t"
            "mov r1, #0xf00000\n\t"
            "str r1, [r0]\n\t"
            "dsb\n\t"
            "isb\n\t"
            "b play\n\t"
            ".ltorg");
}

void play(void) {
    const size_t size = read_file("model.psm", 9, blob, sizeof blob);
    const size_t words = read_file("in.raw", 6, audio, sizeof audio) / 4;
    struct engine *engine;
    const struct engine_memory memory = {.fast = arena, .fast_bytes = sizeof arena};
    const enum engine_status status = engine_load(&memory, blob, size, &engine);
    if (status != ENGINE_OK)
        leave(100 + (uint32_t)status);
    for (size_t at = 0; at < words; at += BLOCK)
        engine_process(engine, audio + at, audio + at, words - at < BLOCK ? words - at : BLOCK);
    const uintptr_t block[3] = {open("out.raw", 7, WRITE_BINARY), (uintptr_t)audio, words * 4};
    const uintptr_t left = call(WRITE, block);
    call(CLOSE, block);
    leave(left == 0 ? 0 : 11);
}
