// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the pedalsmith developers
//
// Faults as the firmware's handlers see them: ARMv7-M Architecture Reference Manual, B1.5.14.
#include "core.h"

enum {
    CFSR_IACCVIOL = 1 << 0,
    CFSR_DACCVIOL = 1 << 1,
    CFSR_MMARVALID = 1 << 7,
    CFSR_IBUSERR = 1 << 8,
    CFSR_PRECISERR = 1 << 9,
    CFSR_BFARVALID = 1 << 15,
};
#define HFSR_FORCED (1u << 30)

// The exception that takes a fault: itself, or HardFault when it is off or not urgent enough.
uint32_t core_escalate(machine_t *m, uint32_t exception) {
    if (m->enabled[exception] && core_can_take(m, exception)) {
        return exception;
    }
    m->hfsr |= HFSR_FORCED;
    return EXCEPTION_HARD_FAULT;
}

// Takes a fault of the instruction at PC; 0, or why the run ends.
int core_fault(machine_t *m, uint32_t exception, uint32_t cfsr, uint32_t address) {
    m->cfsr |= cfsr;
    if (cfsr & CFSR_MMARVALID) {
        m->mmfar = address;
    }
    if (cfsr & CFSR_BFARVALID) {
        m->bfar = address;
    }
    exception = core_escalate(m, exception);
    if (!core_can_take(m, exception)) {
        return CORE_LOCKED_UP;
    }
    return core_enter(m, exception) ? 0 : CORE_FAULT;
}

// A fault that the page hook has found: forbidden by the MPU, or an address where nothing answers.
int core_memory_fault(machine_t *m) {
    uint32_t type = (m->fault_kind & 0xFFu) - 1u;
    bool fetch = type == UC_MEM_FETCH;
    if (m->fault_kind & 256u) {
        uint32_t cfsr = fetch ? CFSR_IACCVIOL : CFSR_DACCVIOL | CFSR_MMARVALID;
        return core_fault(m, EXCEPTION_MEM_MANAGE, cfsr, m->fault_address);
    }
    uint32_t cfsr = fetch ? CFSR_IBUSERR : CFSR_PRECISERR | CFSR_BFARVALID;
    return core_fault(m, EXCEPTION_BUS_FAULT, cfsr, m->fault_address);
}
