# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The figures of the monitor, and how they are drawn."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from pedalsmith.link import protocol as p
from pedalsmith.link.dashboard import HISTORY, Dashboard
from pedalsmith.link.readings import FLOOR_DBFS, Reading, dbfs, p99

HELLO = p.HelloAnswer(
    1, 1, "0.1.0", "daisy_seed", "flash", "terrarium", "AK4556", "39FFD9055642",
    480_000_000, 48_000, 48, 100_000, 70_000, 0, 65_536, 10, 2, 6, 0,
)  # fmt: skip


def reading(**changes: object) -> Reading:
    calm = Reading(
        seconds=1.0, cpu_mean=36.0, cpu_p99=38.0, cpu_max=39.0, overruns=0, audio_errors=0,
        input_dbfs=-20.0, output_dbfs=-12.0, input_clips=0, output_clips=0, temperature=41.0,
        slot="2", model="Fat [Plexi]", state="plays", gain_db=3.0, level_db=None, gate_db=-60.0,
        knobs=(0.5,), line_errors=0, uptime=3_725.0,
    )  # fmt: skip
    return replace(calm, **changes)  # type: ignore[arg-type]


def steps(**counts: int) -> tuple[int, ...]:
    return tuple(counts.get(f"s{step}", 0) for step in range(p.LOAD_STEPS))


def test_p99_is_the_step_that_99_of_100_blocks_do_not_exceed() -> None:
    none = steps()
    assert p99(none, steps(s36=99, s90=1)) == 37.0
    assert p99(none, steps(s36=98, s90=2)) == 91.0
    assert p99(none, steps(s100=5)) == 101.0
    assert p99(none, none) == 0.0
    # A counter may wrap between two readings.
    assert p99(steps(s20=2**32 - 50), steps(s20=49, s90=1)) == 21.0


def test_levels_are_of_full_scale() -> None:
    assert dbfs(1 << 23) == 0.0
    assert dbfs(1 << 22) == pytest.approx(-6.02, abs=0.01)
    assert dbfs(0) == FLOOR_DBFS


def drawn(board: Dashboard, width: int = 80, trouble: str = "") -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(board.draw(HELLO, "/dev/ttyACM0", trouble))
    return console.export_text()


def test_the_dashboard_fits_80_columns_with_everything_large() -> None:
    board = Dashboard()
    for index in range(HISTORY + 5):
        board.take(
            reading(
                cpu_mean=index % 100,
                cpu_max=130.0,
                input_clips=12_345 * index,
                output_clips=index,
                state="dry, held back after failed starts",
                model="x" * 32,
                knobs=(1.0,) * 4,
                overruns=9_999,
                line_errors=9_999,
                level_db=-96.0,
                gain_db=-96.0,
                gate_db=-96.0,
                uptime=360_000.0,
            )
        )
    lines = drawn(board).splitlines()
    assert {len(line) for line in lines} == {80}
    assert len(lines) <= 24, "a terminal has no more"


def test_the_dashboard_says_what_a_player_asks() -> None:
    board = Dashboard()
    assert "waiting for the first reading" in drawn(board)
    board.take(reading())
    text = drawn(board)
    for words in (
        "36.0 %", "p99 38 %", "worst 39.0 %", "-20.0 dBFS", "-12.0 dBFS", "2  Fat [Plexi]",
        "plays", "gain +3.0 dB", "level silent", "gate -60 dBFS", "50 %", "overruns 0",
        "cable errors 0", "41 °C", "1:02:05", "/dev/ttyACM0", "daisy_seed",
    ):  # fmt: skip
        assert words in text
    assert "unplugged" in drawn(board, trouble="the pedal was unplugged")


def test_a_row_has_the_same_columns_whatever_the_model() -> None:
    rows = [reading(knobs=knobs).row() for knobs in ((), (0.5,), (0.5, 1.0, 0.0, 0.25))]
    assert len({tuple(row) for row in rows}) == 1
    assert rows[1]["knob1"] == 0.5 and rows[1]["knob2"] is None
