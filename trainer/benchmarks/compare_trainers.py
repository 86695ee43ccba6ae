# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Our trainer beside a PyTorch LSTM and neural-amp-modeler: samples a second, ESR over time.

    python trainer/benchmarks/compare_trainers.py --dry dry.wav --wet wet.wav --test-dry t_dry.wav \
        --test-wet t_wet.wav -o OUT [--minutes 3] [--hidden 16] [--threads 2] \
        [--our-minutes 0.5] [--nam-minutes 2] [--trainers ours,pytorch,nam]

All run one after the other on the same aligned capture with the same held-out part and threads;
start-up is not counted. PyTorch (torch==2.13.0) and neural-amp-modeler (0.13.0) are no dependencies
of the project: `--python` names an interpreter that has them. What is compared is a ratio within
one run on one machine; do not run anything beside it.

Writes OUT/comparison.json, OUT/comparison.md and OUT/comparison.png.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pedalsmith.capture.reading import read_capture
from pedalsmith_trainer.material import Material, Setting, prepare
from pedalsmith_trainer.quiet import limit_threads, quiet_tensorflow

HERE = Path(__file__).resolve().parent
Curve = list[tuple[float, float]]
"""Seconds of training, held-out ESR."""


def main() -> None:
    """Runs the comparison."""
    arguments = parse()
    quiet_tensorflow()
    limit_threads(arguments.threads)
    capture = read_capture(arguments.dry, arguments.wet)
    tests = []
    if arguments.test_dry:
        tests = [
            Setting(
                read_capture(arguments.test_dry, arguments.test_wet, alignment=capture.alignment)
            )
        ]
    material = prepare([Setting(capture)], test=tests, test_seconds=arguments.test_seconds)
    trainers: dict[str, Callable[[Material, argparse.Namespace], dict[str, Any]]] = {
        "ours": ours,
        "pytorch": lambda m, a: elsewhere("pytorch_lstm.py", m, a, a.minutes),
        "nam": lambda m, a: elsewhere("nam_lstm.py", m, a, a.nam_minutes or a.minutes),
    }
    results = {}
    for name in arguments.trainers.split(","):
        print(f"{name}: is training ...", file=sys.stderr)
        results[name] = trainers[name](material, arguments)
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "comparison.json").write_text(json.dumps(results, indent=2) + "\n")
    text = table(results)
    (arguments.output / "comparison.md").write_text(text)
    plot(results, arguments.output / "comparison.png")
    print(text)


def parse() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dry", type=Path, required=True)
    parser.add_argument("--wet", type=Path, required=True)
    parser.add_argument("--test-dry", type=Path)
    parser.add_argument("--test-wet", type=Path)
    parser.add_argument("--test-seconds", type=float, default=0.0)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument(
        "--our-minutes", type=float, help="ours gets less time: its learning rate falls over a run"
    )
    parser.add_argument("--nam-minutes", type=float, help="another time for neural-amp-modeler")
    parser.add_argument("--hidden", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--trainers", default="ours,pytorch,nam")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has theirs")
    return parser.parse_args()


def ours(material: Material, arguments: argparse.Namespace) -> dict[str, Any]:
    """`pedalsmith train` without its files."""
    from pedalsmith_trainer.rehearsal import Rehearsal
    from pedalsmith_trainer.settings import Settings
    from pedalsmith_trainer.training import train

    settings = Settings(
        hidden=arguments.hidden,
        seconds=60 * (arguments.our_minutes or arguments.minutes),
        seed=arguments.seed,
        threads=arguments.threads,
    )
    outcome = train(material, settings)
    tests = [Rehearsal(take, material, pieces=1).esr(outcome.network) for take in material.test]
    return {
        "curve": [(line.seconds, line.best_esr) for line in outcome.history],
        "samples_a_second": outcome.samples_a_second,
        "test_esr": float(np.mean(tests)) if tests else None,
    }


def elsewhere(
    script: str, material: Material, arguments: argparse.Namespace, minutes: float
) -> dict[str, Any]:
    """A trainer in a process of its own, with an interpreter that has its packages."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "material.npz"
        (training,), (held_out,) = material.training, material.held_out
        parts: dict[str, np.ndarray] = {
            "dry": training.dry * material.input_gain,
            "wet": training.wet * material.output_gain,
            "held_out_dry": held_out.dry * material.input_gain,
            "held_out_wet": held_out.wet * material.output_gain,
        }
        if material.test:
            parts["test_dry"] = material.test[0].dry * material.input_gain
            parts["test_wet"] = material.test[0].wet * material.output_gain
        np.savez(
            data,
            run_in=held_out.run_in,
            test_run_in=material.test[0].run_in if material.test else 0,
            **{name: part.astype(np.float32) for name, part in parts.items()},
        )
        begun = time.monotonic()
        done = subprocess.run(
            [
                arguments.python,
                str(HERE / script),
                str(data),
                *("--seconds", str(60 * minutes)),
                *("--hidden", str(arguments.hidden)),
                *("--threads", str(arguments.threads)),
                *("--seed", str(arguments.seed)),
            ],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        result["process_seconds"] = time.monotonic() - begun
        return result


def seconds_to(curve: Curve, esr: float) -> float | None:
    """When a curve first was that good."""
    return next((seconds for seconds, found in curve if found <= esr), None)


def table(results: dict[str, Any]) -> str:
    """The figures, and the ratios to ours, as Markdown."""
    ours_result = results.get("ours")
    lines = [
        "| trainer | samples a second | best held-out ESR | test ESR | ours reaches that after |",
        "|---|---|---|---|---|",
    ]
    for name, result in results.items():
        best = min(esr for _, esr in result["curve"])
        took = result["curve"][-1][0]
        said = ""
        if ours_result and name != "ours":
            reached = seconds_to(ours_result["curve"], best)
            said = (
                "not reached"
                if reached is None
                else f"{reached:.1f} s, {took / reached:.0f} times sooner"
            )
        rate = result["samples_a_second"]
        ratio = ""
        if ours_result and name != "ours":
            ratio = f" (ours: {ours_result['samples_a_second'] / rate:.1f} times)"
        test = result.get("test_esr")
        lines.append(
            f"| {name} | {rate / 1000:.0f} k{ratio} | {best:.5f} | "
            f"{'' if test is None else f'{test:.5f}'} | {said} |"
        )
    return "\n".join(lines) + "\n"


def plot(results: dict[str, Any], path: Path) -> None:
    """ESR against seconds, both logarithmic."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4.2), layout="constrained")
    for name, result in results.items():
        axes.loglog(*zip(*result["curve"], strict=True), label=name)
    axes.set_xlabel("seconds of training")
    axes.set_ylabel("best held-out ESR so far")
    axes.grid(True, which="both", alpha=0.3)
    axes.legend()
    figure.savefig(path, dpi=130)


if __name__ == "__main__":
    main()
