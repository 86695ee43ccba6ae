# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The usual recipe in PyTorch, as a baseline for compare_trainers.py.

Half-second segments in batches of 50; the state is warmed up on 200 samples and then carried over
truncated back-propagation of 2048 samples; Adam 5e-3, lowered by half when the held-out error
gets stuck; the same loss as ours. Prints one line of JSON.
"""

import argparse
import json
import sys
import time

import numpy as np
import torch

SEGMENT, BATCH, TRUNCATION, WARM_UP = 24_000, 50, 2048, 200


class Network(torch.nn.Module):
    """LSTM, dense, and the dry sound added."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(1, hidden, batch_first=True)
        self.dense = torch.nn.Linear(hidden, 1)

    def forward(
        self, dry: torch.Tensor, state: tuple[torch.Tensor, torch.Tensor] | None = None
    ) -> tuple[torch.Tensor, tuple[torch.Tensor, torch.Tensor]]:
        """Dry (batch, time, 1) to wet of that shape, and the state after."""
        hidden, state = self.lstm(dry, state)
        return self.dense(hidden) + dry, state


def emphasised(sound: torch.Tensor) -> torch.Tensor:
    """1 - 0.85 / z along time."""
    return sound[:, 1:] - 0.85 * sound[:, :-1]


def loss_of(target: torch.Tensor, output: torch.Tensor) -> torch.Tensor:
    """Pre-emphasised ESR, ESR and DC, each by the batch's energy, as is usual."""

    def ratio(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return ((a - b) ** 2).mean() / ((a**2).mean() + 1e-5)

    offset = ((target - output).mean(1) ** 2).mean() / ((target**2).mean() + 1e-5)
    return (
        0.75 * ratio(emphasised(target), emphasised(output)) + 0.25 * ratio(target, output) + offset
    )


def esr(network: Network, dry: np.ndarray, wet: np.ndarray, run_in: int) -> float:
    """Error-to-signal ratio of one piece, after its run-in."""
    with torch.no_grad():
        output = network(torch.from_numpy(dry)[None, :, None])[0][0, :, 0].numpy()
    error = (output - wet)[run_in:]
    return float(np.sum(error**2) / np.sum(wet[run_in:] ** 2))


def main() -> None:
    """Trains for the time given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    data = np.load(arguments.data)
    count = len(data["dry"]) // SEGMENT
    dry, wet = (
        torch.from_numpy(data[name][: count * SEGMENT]).reshape(count, SEGMENT, 1)
        for name in ("dry", "wet")
    )
    network = Network(arguments.hidden)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=5)
    batch = min(BATCH, count)
    curve: list[tuple[float, float]] = []
    best, best_weights = float("inf"), None
    played, looking = 0, 0.0
    begun = time.monotonic()
    while (seconds := time.monotonic() - begun) < arguments.seconds:
        for chosen in torch.randperm(count).split(batch):
            with torch.no_grad():
                _, state = network(dry[chosen][:, :WARM_UP])
            for start in range(WARM_UP, SEGMENT, TRUNCATION):
                part = slice(start, min(start + TRUNCATION, SEGMENT))
                state = tuple(one.detach() for one in state)
                optimizer.zero_grad()
                output, state = network(dry[chosen][:, part], state)
                loss_of(wet[chosen][:, part], output).backward()
                optimizer.step()
                played += output.numel()
            if time.monotonic() - begun >= arguments.seconds:
                break
        look = time.monotonic()
        found = esr(network, data["held_out_dry"], data["held_out_wet"], int(data["run_in"]))
        scheduler.step(found)
        if found < best:
            best = found
            best_weights = {name: value.clone() for name, value in network.state_dict().items()}
        looking += time.monotonic() - look
        curve.append((time.monotonic() - begun, best))
        print(f"{seconds:.0f} s: {best:.5f}", file=sys.stderr)
    result = {
        "curve": curve,
        "samples_a_second": played / (time.monotonic() - begun - looking),
        "test_esr": None,
    }
    if "test_dry" in data and best_weights is not None:
        network.load_state_dict(best_weights)
        result["test_esr"] = esr(
            network, data["test_dry"], data["test_wet"], int(data["test_run_in"])
        )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
