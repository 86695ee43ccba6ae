# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Remakes the measured part of README.md beside this file, and its plots.

    python trainer/benchmarks/measure.py CAPTURES --python PEERS/bin/python

CAPTURES has the folders ts9_guitarix and ds1_boss. PEERS is an environment with torch==2.13.0 and
neural-amp-modeler==0.13.0. Every trainer has one thread, and two run at a time, one a capture; it
takes ten minutes on two cores with nothing else to do.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
MEASURED = "<!-- from here on written by measure.py -->"
SEEDS = 5
AT_ONCE = 2


def main() -> None:
    """Measures, then writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", type=Path)
    parser.add_argument("--python", required=True, help="interpreter that has the others' trainers")
    parser.add_argument("--share", type=float, default=1.0, help="of all times; for a try-out")
    arguments = parser.parse_args()
    ts9, ds1 = arguments.captures / "ts9_guitarix", arguments.captures / "ds1_boss"
    files = {
        "ts9_guitarix": [
            *("--dry", ts9 / "train_dry.wav", "--wet", ts9 / "train_wet.wav"),
            *("--test-dry", ts9 / "test_dry.wav", "--test-wet", ts9 / "test_wet.wav"),
        ],
        "ds1_boss": ["--dry", ds1 / "dry.wav", "--wet", ds1 / "wet.wav", "--test-seconds", "4"],
    }
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(AT_ONCE) as pool:
        out = Path(temporary)

        def compare(name: str) -> str:
            minutes = {"--minutes": 3.0, "--our-minutes": 0.3, "--nam-minutes": 2.0}
            times = [word for k, v in minutes.items() for word in (k, f"{v * arguments.share}")]
            script = HERE / "compare_trainers.py"
            peers = ["--python", arguments.python, "--threads", "1"]
            run(script, *files[name], "-o", out / name, *times, *peers)
            shutil.copy(out / name / "comparison.png", HERE / f"{name}.png")
            return (out / name / "comparison.md").read_text()

        def minute(job: tuple[str, int]) -> float:
            name, seed = job
            time = ["--minutes", f"{max(0.02, arguments.share)}", "--threads", "1"]
            where = ["-o", out / f"{name}{seed}", "--seed", str(seed), "--json"]
            figures = json.loads(run("-m", "pedalsmith", "train", *files[name], *time, *where))
            return float(figures["figures"]["test_esr"])

        tables = dict(zip(files, pool.map(compare, files), strict=True))
        jobs = [("ts9_guitarix", 0), *(("ds1_boss", seed) for seed in range(SEEDS))]
        ts9_esr, *ds1_esr = pool.map(minute, jobs)
    readme = HERE / "README.md"
    text = readme.read_text().split(MEASURED)[0]
    readme.write_text(text + MEASURED + "\n\n" + measured(tables, ts9_esr, ds1_esr))


def run(*line: Any) -> str:
    """A Python process; what it prints."""
    words = [sys.executable, *map(str, line)]
    return subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout


def measured(tables: dict[str, str], ts9_esr: float, ds1_esr: list[float]) -> str:
    """The measured part of the README."""
    parts = [f"{datetime.now(UTC).date()}, on {processor()}.\n"]
    for name, table in tables.items():
        parts.append(f"## {name}\n\n{table}\n![{name}]({name}.png)\n")
    middle = statistics.median(ds1_esr)
    seeds = ", ".join(f"{one:.4f}" for one in ds1_esr)
    parts.append(
        "## One minute of training, one thread\n\n"
        "| capture | test ESR |\n|---|---|\n"
        f"| ts9_guitarix, seed 0 | {ts9_esr:.4f} |\n"
        f"| ds1_boss, seeds 0 to {len(ds1_esr) - 1} | {seeds}: median {middle:.4f}, worst "
        f"{max(ds1_esr) / middle:.1f} times that |\n"
    )
    return "\n".join(parts)


def processor() -> str:
    """What this ran on, as Linux names it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} cores of {names[0]}"


if __name__ == "__main__":
    main()
