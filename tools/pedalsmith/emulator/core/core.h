// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// The fast part of an emulated board: Unicorn executes, this counts, keeps time and takes
// exceptions.
//
// Unicorn has no NVIC, SysTick or DWT and knows no time. A hook on every block of instructions adds
// the block's instructions to the clock and, when something is due, does it or leaves Unicorn so
// that an exception can be entered. Peripherals are Python; what must not cost a Python call for
// each sample or each poll (audio words, status registers) is done here.
//
// Time is counted in units of 1 / 158.4 GHz, the least common multiple of the clocks in use (16,
// 24, 64, 396, 400, 480, 528, 600 MHz), so that an instruction and an audio frame last whole
// numbers of units. An instruction lasts CORE_CPI_TENTHS tenths of a core cycle: the core issues
// two at once, and the cycle model prices the recurrent kernels, whose load matters most, at 0.57
// to 0.6 cycles an instruction. With one cycle each, an LSTM-48 that leaves a third of the block
// time free would look too slow to the firmware, which then plays dry.
#ifndef CORE_H
#define CORE_H

#include <stdbool.h>
#include <stdint.h>
#include <unicorn/unicorn.h>

enum {
    CORE_CPI_TENTHS = 6,
    CORE_EXCEPTIONS = 256,
    CORE_MEMORIES = 16,
    CORE_PUMPS = 4,
    CORE_FIFO = 32,
    CORE_CELL_BYTES = 1024, /* granularity of peripherals: the STM32H7's own */
    CORE_COUNTS = 1 << 16,
    CORE_EDGES = 1 << 16,
    EXCEPTION_NMI = 2,
    EXCEPTION_HARD_FAULT = 3,
    EXCEPTION_MEM_MANAGE = 4,
    EXCEPTION_BUS_FAULT = 5,
    EXCEPTION_USAGE_FAULT = 6,
    EXCEPTION_SVCALL = 11,
    EXCEPTION_PENDSV = 14,
    EXCEPTION_SYSTICK = 15,
};

// In fault_kind, beside uc_mem_type + 1: who refused the access.
enum { CORE_BY_MPU = 256, CORE_BY_CACHE = 512 };

#define CORE_BUS_BASE 0x40000000u
#define CORE_BUS_SIZE 0x20000000u
#define CORE_PPB_BASE 0xE0000000u
#define CORE_PPB_SIZE 0x00100000u
#define CORE_END_PAGE                                                                              \
    0xF0000000u            /* Unicorn ends a run there, and looks the page up at each start */
#define CORE_END_FILL 0xDE /* UDF */
#define CORE_NEVER    UINT64_MAX

// Why core_run came back.
enum {
    CORE_TIME = 1,
    CORE_STOPPED,
    CORE_RESET,
    CORE_REFUSED,
    CORE_INVALID,
    CORE_FAULT,
    CORE_ASLEEP,
    CORE_LOCKED_UP,
    CORE_BREAKPOINT,
    CORE_NO_FPU,
    CORE_UNALIGNED
};

// Unicorn's functions, filled in by Python from the wheel's own library, so nothing is linked.
typedef struct {
    uc_err (*open)(uc_arch, uc_mode, uc_engine **);
    uc_err (*close)(uc_engine *);
    uc_err (*ctl)(uc_engine *, uc_control_type, ...);
    uc_err (*mem_map_ptr)(uc_engine *, uint64_t, uint64_t, uint32_t, void *);
    uc_err (*mmio_map)(uc_engine *, uint64_t, uint64_t, uc_cb_mmio_read_t, void *,
                       uc_cb_mmio_write_t, void *);
    uc_err (*hook_add)(uc_engine *, uc_hook *, int, void *, void *, uint64_t, uint64_t, ...);
    uc_err (*hook_del)(uc_engine *, uc_hook);
    uc_err (*emu_start)(uc_engine *, uint64_t, uint64_t, uint64_t, size_t);
    uc_err (*emu_stop)(uc_engine *);
    uc_err (*context_alloc)(uc_engine *, uc_context **);
    uc_err (*context_save)(uc_engine *, uc_context *);
    uc_err (*context_restore)(uc_engine *, uc_context *);
    uc_err (*context_free)(uc_context *);
    uc_err (*reg_read)(uc_engine *, int, void *);
    uc_err (*reg_write)(uc_engine *, int, const void *);
    uc_err (*reg_read_batch)(uc_engine *, int const *, void **, int);
} unicorn_t;

// What Python does. `on_event` is called when `python_event` is due.
typedef struct {
    uint32_t (*on_read)(uint32_t address, uint32_t size);
    void (*on_write)(uint32_t address, uint32_t size, uint32_t value);
    void (*on_event)(void);
    void (*on_pump)(uint32_t pump, uint32_t second_half);
    void (*on_system_write)(uint32_t address, uint32_t size, uint32_t value);
} callbacks_t;

// RAM or flash. `code` has a byte for each page of 1 KB: instructions were fetched from it;
// `watched` a bit for each half-word: the hook of aligned.c is on it; `stale` one for each line of
// the data cache: see cached.c.
typedef struct {
    uint32_t base, size;
    uint8_t *host, *code, *watched, *stale, *allocated;
    uint32_t protection;
} memory_t;

// 1 KB of peripheral registers: their values, and which of them a read may take without Python.
typedef struct {
    uint32_t value[CORE_CELL_BYTES / 4];
    uint8_t direct[CORE_CELL_BYTES / 4];
    uint8_t open; /* 0: clock gated, every access goes to Python, which refuses it */
} cell_t;

// Moves audio words between a ring in RAM and a list of samples, one frame a tick of its clock.
typedef struct {
    uint8_t *ring;
    int32_t *samples;
    uint64_t sample_words, sample_at;
    uint32_t ring_words, at, words_a_frame;
    uint32_t shift, bits; /* where the sample lies in the 32-bit word */
    uint32_t item_bytes;  // 4, or 2: the upper half of the word
    uint32_t ahead; /* words that the peripheral's FIFO keeps between the ring and the wires */
    uint32_t fifo[CORE_FIFO], fifo_count;
    uint8_t on, to_memory, has_run_out;
} pump_t;

// A block's instructions, and 1 + where its first floating-point one is; 0: it has none. `aligned`:
// it holds some for aligned.c, which has not looked yet.
typedef struct {
    uint32_t address, size, count, floats, aligned;
} block_count_t;

// A step from one block to the next and how often it was made. Sizes in bytes; size 0: unused.
typedef struct {
    uint32_t from, from_size, to, to_size;
    uint64_t count;
} edge_t;

typedef struct {
    uc_engine *uc;
    unicorn_t unicorn;
    callbacks_t callbacks;

    uint64_t now;                                /* units */
    uint64_t cycle;                              /* units a core cycle */
    uint64_t deadline;                           /* when the hook next has to look */
    uint64_t python_event;                       /* when Python wants to be called */
    uint64_t until;                              /* when core_run is to come back */
    uint64_t instructions;                       /* executed since power-up */
    uint64_t idle;                               /* units slept in WFI */
    uint64_t spent[CORE_EXCEPTIONS];             /* instructions by exception number, 0 = thread */
    uint64_t taken[CORE_EXCEPTIONS];             /* how often each was entered */
    uint32_t block, block_size;                  /* the block being executed */
    uint32_t current;                            /* exception number, 0 in thread mode */
    uint32_t fault_address, fault_kind, last_pc; /* kind: see below */
    uint32_t spin_block, spins;                  /* consecutive CYCCNT reads of one block */
    int32_t stop;                                /* a reason to leave; 0: none */
    uint8_t leave;                               /* the hook has stopped Unicorn */
    uint8_t attention;
    uint8_t looked; /* the three below are valid */
    uint32_t best;  /* the most urgent pending exception, 0: none */
    int32_t best_priority, active_priority;
    uint8_t tracing;
    uint8_t delivers_faults; /* to the firmware's handlers; else a fault ends the run */
    uint8_t *end_page;       /* host side of CORE_END_PAGE */
    uint8_t watching;        /* data accesses go there, to see where they want to go */
    uint32_t no_fpu;         /* address of a floating-point instruction that CPACR forbids */
    uint32_t unaligned;      /* of one that needs an aligned address and has none */
    uint8_t translate_again; /* the block has got hooks */

    uint8_t pending[CORE_EXCEPTIONS], enabled[CORE_EXCEPTIONS], active[CORE_EXCEPTIONS];
    uint8_t line[CORE_EXCEPTIONS], priority[CORE_EXCEPTIONS];
    uint32_t vtor, airc, ccr, scr, shcsr, cpacr, cfsr, hfsr, mmfar, bfar, fpccr, fpdscr, csselr,
        actlr;
    uint32_t mpu_ctrl, mpu_rnr, mpu_rbar[16], mpu_rasr[16], mpu_regions;
    uint32_t itcmcr, dtcmcr, demcr, dwt_ctrl, dwt_unlocked;
    uint64_t cyccnt_at; /* time of the count below */
    uint32_t cyccnt;
    uint32_t systick_ctrl, systick_load, systick_wrapped;
    uint64_t systick_reference; /* units a tick of the external reference */
    uint64_t systick_from;      /* when the counter last was at its reload value */
    uint64_t systick_next;

    uint64_t frame_next, frame_whole, frame_part,
        frame_carry; /* the audio frame clock; part: 2^-32 */
    uint64_t frames;
    pump_t pumps[CORE_PUMPS];

    memory_t memories[CORE_MEMORIES];
    uint32_t memory_count;
    cell_t *cells[CORE_BUS_SIZE / CORE_CELL_BYTES];
    block_count_t counts[CORE_COUNTS];
    edge_t edges[CORE_EDGES];
    uint32_t edges_used, last_block, last_size;
} machine_t;

// run.c
size_t core_size(void);
machine_t *core_new(const unicorn_t *unicorn, const callbacks_t *callbacks);
void core_free(machine_t *m);
cell_t *core_add_cell(machine_t *m, uint32_t address);
void core_reset(machine_t *m, uint32_t vector_table);
int core_run(machine_t *m, uint64_t until);
uint32_t core_register(machine_t *m, int number);
void core_set_register(machine_t *m, int number, uint32_t value);
void core_stop(machine_t *m, int reason);
void core_set_cycle(machine_t *m, uint64_t units);
void core_set_python_event(machine_t *m, uint64_t when);
void core_update_deadline(machine_t *m);

// memory.c
uint8_t *core_add_memory(machine_t *m, uint32_t base, uint32_t size, uint32_t protection);
void core_protect(machine_t *m, uint32_t base, uint32_t protection);
void core_resize(machine_t *m, uint32_t base, uint32_t size); /* at most what was added */
bool core_mpu_region(const machine_t *m, uint32_t address, uint32_t *rasr);
bool core_may(machine_t *m, uint32_t address, uint32_t bytes, uint32_t wanted, bool *by_mpu);
memory_t *core_memory(machine_t *m, uint32_t address);              /* NULL: none there */
uint8_t *core_host(machine_t *m, uint32_t address, uint32_t bytes); /* NULL: not RAM or flash */
void core_flush_permissions(machine_t *m);
bool core_open_memory(machine_t *m); /* hooks Unicorn */

// exceptions.c
void core_set_line(machine_t *m, uint32_t exception, uint32_t level);
void core_pend(machine_t *m, uint32_t exception);
void core_look(machine_t *m);         /* recomputes `attention` */
uint32_t core_takeable(machine_t *m); /* exception to enter now, or 0 */
bool core_wakes(machine_t *m);        /* WFI would end */
bool core_enter(machine_t *m, uint32_t exception);
bool core_return(machine_t *m, uint32_t exc_return);
bool core_can_take(machine_t *m, uint32_t exception); /* more urgent than what is executed */

// faults.c
int core_fault(machine_t *m, uint32_t exception, uint32_t cfsr, uint32_t address);
uint32_t core_escalate(machine_t *m, uint32_t exception);
int core_memory_fault(machine_t *m);
void core_find_address(machine_t *m); /* of the access refused, to the byte */

// cached.c
uint32_t core_is_cached(const machine_t *m, uint32_t address, uint32_t bytes);
void core_changed(machine_t *m, uint32_t address, uint32_t bytes); /* not by the processor */
void core_discard_line(machine_t *m, uint32_t address);
void core_discard_all(machine_t *m);
bool core_is_stale(const machine_t *m, const memory_t *memory, uint32_t page);

// aligned.c
bool core_watch_aligned(machine_t *m, uint32_t address, uint32_t size); /* true: hooks were added */
uint32_t core_aligned_base(uint32_t first); /* of a first half-word; 15: none to look at */

// system.c
uint64_t core_ppb_read(uc_engine *uc, uint64_t offset, unsigned size, void *machine);
void core_ppb_write(uc_engine *uc, uint64_t offset, unsigned size, uint64_t value, void *machine);

// timers.c
uint32_t core_cyccnt(machine_t *m);
void core_set_cyccnt(machine_t *m, uint32_t value);
uint32_t core_systick_read(machine_t *m, uint32_t offset);
void core_systick_write(machine_t *m, uint32_t offset, uint32_t value);
void core_systick_due(machine_t *m);

// frames.c
void core_start_frames(machine_t *m, uint64_t whole, uint64_t part); /* units a frame; 0, 0 stops */
void core_frame_due(machine_t *m);
void core_fill_fifo(machine_t *m, uint32_t index);

// trace.c
void core_trace(machine_t *m, uint32_t on);
void core_add_edge(machine_t *m, uint32_t address, uint32_t size);
block_count_t *core_block_count(machine_t *m, uint32_t address, uint32_t size);

#endif
