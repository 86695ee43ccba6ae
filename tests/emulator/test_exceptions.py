# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Exceptions, priorities, sleep and time, with programs that see the difference."""

from collections.abc import Callable

import pytest

from pedalsmith.emulator.faults import EmulationError
from pedalsmith.emulator.stm32h750.chip import Stm32h750

Run = Callable[..., list[int]]


def test_an_exception_gives_all_registers_back(run: Run) -> None:
    # The handler overwrites what the caller may use; the program checks what it had, floats too.
    words = run(
        """
        void handler_pendsv(void) {
            RESULT(1)++;
            __asm__ volatile("movs r0, #0\\n movs r1, #0\\n movs r2, #0\\n movs r3, #0\\n"
                             "mov r12, r0\\n vmov s0, r0\\n vmov s15, r0\\n vmsr fpscr, r0\\n"
                             ::: "r0", "r1", "r2", "r3", "r12", "s0", "s15");
        }
        void program(void) {
            CPACR |= 0xFu << 20;
            __asm__ volatile("dsb\\n isb");
            uint32_t a, b, c, d, e, f, g, flags;
            __asm__ volatile(
                "mov r0, #11\\n mov r1, #22\\n mov r2, #33\\n mov r3, #44\\n mov r12, #55\\n"
                "vmov s0, r0\\n vmov s15, r1\\n cmp r0, #11\\n"
                "ldr r4, =0xE000ED04\\n mov r5, #0x10000000\\n str r5, [r4]\\n dsb\\n isb\\n"
                "mrs r6, apsr\\n mov %0, r0\\n mov %1, r1\\n mov %2, r2\\n"
                : "=&r"(a), "=&r"(b), "=&r"(c) :: "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r12",
                "s0", "s15", "cc", "memory");
            __asm__ volatile("vmov %0, s0\\n vmov %1, s15\\n mov %2, r3\\n mov %3, r12\\n"
                             "mov %4, r6" : "=r"(d), "=r"(e), "=r"(f), "=r"(g), "=r"(flags));
            RESULT(2) = a; RESULT(3) = b; RESULT(4) = c; RESULT(5) = d; RESULT(6) = e;
            RESULT(7) = f; RESULT(8) = g; RESULT(9) = flags;
        }
        """
    )
    assert words[1] == 1
    assert words[2:7] == [11, 22, 33, 11, 22]
    assert words[7:9] == [44, 55]
    assert words[9] >> 30 & 1, "Z was set before the exception"


def test_a_more_urgent_interrupt_interrupts_and_an_equal_one_waits(run: Run) -> None:
    words = run(
        """
        static void note(uint32_t what) { RESULT(RESULT(0) + 1) = what; RESULT(0)++; }
        void handler_irq0(void) {  // low
            note(10); NVIC_ISPR(0) = 1u << 1; __asm__ volatile("dsb\\n isb"); note(11);
            NVIC_ISPR(0) = 1u << 2; __asm__ volatile("dsb\\n isb"); note(12);
        }
        void handler_irq1(void) { note(20); }  // high
        void handler_irq2(void) { note(30); }  // as low as irq0
        void program(void) {
            AIRCR = 0x05FA0300; RESULT(0) = 0;
            NVIC_IPR(0) = 0x80; NVIC_IPR(1) = 0x40; NVIC_IPR(2) = 0x80;
            NVIC_ISER(0) = 7; NVIC_ISPR(0) = 1; __asm__ volatile("dsb\\n isb");
            note(99);
        }
        """
    )
    assert words[1 : 1 + words[0]] == [10, 20, 11, 12, 30, 99]


def test_primask_holds_interrupts_back_but_wakes_from_sleep(run: Run) -> None:
    words = run(
        """
        void handler_systick(void) { RESULT(1)++; }
        void program(void) {
            RESULT(1) = 0;
            SYST_RVR = 6399; SYST_CVR = 0;
            __asm__ volatile("cpsid i");
            SYST_CSR = 7;
            sleep_until_interrupt();
            RESULT(2) = 1; RESULT(3) = RESULT(1);
            __asm__ volatile("cpsie i\\n isb");
            RESULT(4) = RESULT(1); SYST_CSR = 0;
        }
        """
    )
    assert words[2] == 1, "WFI must end though PRIMASK is set"
    assert words[3] == 0, "the handler must wait for PRIMASK"
    assert words[4] == 1


def test_systick_has_its_period_to_the_cycle(run: Run, chip: Stm32h750) -> None:
    words = run(
        """
        void handler_systick(void) {
            RESULT(1 + RESULT(0)) = REG(0xE0001004); if (++RESULT(0) == 20) { SYST_CSR = 0; }
        }
        void program(void) {
            RESULT(0) = 0; REG(0xE000EDFC) = 1u << 24; REG(0xE0001000) = 1;
            SYST_RVR = 999; SYST_CVR = 0; SYST_CSR = 7;
            for (;;) { sleep_until_interrupt(); }
        }
        """,
        0.0005,
    )
    assert words[0] == 20
    steps = {words[i + 1] - words[i] for i in range(1, 20)}
    assert steps == {1000}
    assert chip.machine.state.idle > 0, "the core slept in between"


def test_an_exception_without_fpu_enabled_cannot_use_floats(run: Run) -> None:
    with pytest.raises(EmulationError, match="without CPACR"):
        run(
            """
            void handler_pendsv(void) {}
            void program(void) {
                __asm__ volatile("vmov s0, %0" :: "r"(1) : "s0");
                ICSR = PENDSVSET; __asm__ volatile("dsb\\n isb");
            }
            """
        )


def test_svc_is_taken(run: Run) -> None:
    words = run(
        """
        void handler_svc(void) { RESULT(1)++; }
        void program(void) { RESULT(1) = 0; __asm__ volatile("svc #0"); RESULT(2) = RESULT(1); }
        """
    )
    assert words[1:3] == [1, 1]


def test_instructions_are_counted_exactly_and_runs_are_equal(
    program: Callable[[str], object], chip: Stm32h750
) -> None:
    counts = []
    for loops in (1000, 2000, 2000):
        chip.machine.load(
            program(
                f"""
                void program(void) {{
                    uint32_t n = {loops};
                    __asm__ volatile("1: subs %0, #1\\n nop\\n nop.w\\n bne 1b" : "+r"(n) :: "cc");
                    sleep_until_interrupt();
                }}
                """
            )
        )
        chip.machine.reset(0x0800_0000)
        before = chip.machine.instructions
        chip.machine.run(0.001)
        counts.append(chip.machine.instructions - before)
    assert counts[1] - counts[0] == 4 * 1000
    assert counts[1] == counts[2]


def test_a_trace_counts_the_steps_from_block_to_block(
    program: Callable[[str], object], chip: Stm32h750
) -> None:
    chip.machine.load(
        program(
            """
            void program(void) {
                for (;;) {
                    uint32_t n = 7;
                    __asm__ volatile("1: subs %0, #1\\n bne 1b" : "+r"(n) :: "cc");
                    RESULT(0)++;
                    sleep_until_interrupt();
                }
            }
            """
        )
    )
    chip.machine.reset(0x0800_0000)
    chip.machine.trace(True)
    chip.machine.run(0.001)
    chip.machine.trace(False)
    edges = chip.machine.edges()
    inner = [edge for edge in edges if edge.source == edge.target]
    # The loop's first round belongs to the block before it.
    assert [edge.count for edge in inner] in ([5], [6])


def test_a_conditional_store_to_a_new_page_leaves_no_condition_behind(run: Run) -> None:
    # Unicorn asks for the page in the middle of the IT block and restores its conditions; were they
    # left, what follows the branch would run under them.
    words = run(
        """
        void program(void) {
            uint32_t done = 0;
            __asm__ volatile(
                "cmp %1, #0\\n"
                "itt eq\\n streq %1, [%2]\\n cmpeq %1, #1\\n"
                "b 1f\\n .balign 4\\n 1: mov %0, #7\\n"
                : "+r"(done) : "r"(0), "r"(0x24040000u) : "cc", "memory");
            RESULT(0) = done;
        }
        """
    )
    assert words[0] == 7
