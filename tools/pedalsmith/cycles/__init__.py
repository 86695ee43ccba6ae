# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""What code costs on a Cortex-M7, estimated from the instructions it executes.

rules.py holds the facts of the pipeline; decode.py reads machine code; pipeline.py issues it cycle
by cycle; predictor.py and memory.py say what branches and memories add, chips/ what a chip has;
core.py runs a recorded trace on them and keeps the account, report.py shows it. price.py prices a
block of samples: engine.py has the neural engine alone, board.py the image that is flashed.
synthetic.py and family.py make up networks, benchmark.py measures the family.
`python -m pedalsmith.cycles` lists a function cycle by cycle.
"""

ERROR_PERCENT = 8
"""How far the estimate may be off, in percent of the cycles.

Held against published CoreMark scores of this core (4.24 a MHz on a Teensy 4, GCC 10.3 with
-O2 -funroll-all-loops): the same source and flags with GCC 12.2 come to 3.98 here, 6 % slower than
the silicon; -O2, -O3 and -O3 -funroll-all-loops to 3.91, 3.84 and 4.05, where others published
3.86 to 4.17 with flags they do not name. Most of the excess is branches predicted worse than on
the silicon, and straight integer kernels have few of those.
"""

ERROR_WORDS = f"within {ERROR_PERCENT} %, held against published CoreMark scores"
