# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What code costs on a Cortex-M7, estimated from the instructions it executes.

rules.py holds the facts, decode.py reads machine code, pipeline.py issues a trace cycle by cycle,
memory.py knows what each memory costs, trace.py records a trace in the emulator, pricing.py puts
them together and report.py shows the result.
"""

STATED_ERROR = "estimate"
"""How far the estimate may be off; measured, see pricing.py."""
