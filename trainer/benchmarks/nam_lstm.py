# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""neural-amp-modeler's own trainer on an LSTM, as a baseline for compare_trainers.py.

Its data set, its LightningModule with its loss, and its recipe for LSTMs: pieces of 32,768 samples
in batches of 16, 4,096 samples of burn-in, truncation after 512, Adam 1e-2 that decays by 0.995 an
epoch. Only the held-out part is judged by our measure. Prints one line of JSON.
"""

import argparse
import json
import logging
import sys
import time
import warnings

import numpy as np
import pytorch_lightning
import torch
from nam.data import Dataset
from nam.train.lightning_module import LightningModule

PIECE, BATCH, BURN_IN, TRUNCATION = 32_768, 16, 4096, 512


def configuration(hidden: int) -> dict[str, object]:
    """What NAM's nam_full_configs has for LSTMs, with one layer of `hidden` units."""
    return {
        "net": {
            "name": "LSTM",
            "config": {
                "num_layers": 1,
                "hidden_size": hidden,
                "train_burn_in": BURN_IN,
                "train_truncate": TRUNCATION,
            },
        },
        "loss": {
            "val_loss": "mse",
            "mask_first": BURN_IN,
            "pre_emph_weight": 1.0,
            "pre_emph_coef": 0.85,
        },
        "optimizer": {"lr": 0.01},
        "lr_scheduler": {"class": "ExponentialLR", "kwargs": {"gamma": 0.995}},
    }


class Watch(pytorch_lightning.Callback):
    """Measures the held-out ESR after each epoch, keeps the best weights, ends the run."""

    def __init__(self, data: dict[str, np.ndarray], seconds: float) -> None:
        self._data, self._seconds = data, seconds
        self.curve: list[tuple[float, float]] = []
        self.best, self.best_weights = float("inf"), None
        self.played, self.looking, self.begun = 0, 0.0, time.monotonic()

    def on_train_start(self, trainer, module) -> None:
        """Start-up is over."""
        self.begun = time.monotonic()

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx) -> None:
        """Counts; ends within an epoch when the time is over."""
        self.played += batch[-1].numel()
        if time.monotonic() - self.begun > self._seconds:
            trainer.should_stop = True

    def on_train_epoch_end(self, trainer, module) -> None:
        """Looks."""
        look = time.monotonic()
        found = esr(module, self._data, "held_out")
        if found < self.best:
            self.best = found
            self.best_weights = {k: v.clone() for k, v in module.state_dict().items()}
        self.looking += time.monotonic() - look
        self.curve.append((time.monotonic() - self.begun, self.best))
        print(f"{self.curve[-1][0]:.0f} s: {self.best:.5f}", file=sys.stderr)


def esr(module: LightningModule, data: dict[str, np.ndarray], part: str) -> float:
    """Error-to-signal ratio of one part, after its run-in."""
    run_in = int(data["run_in" if part == "held_out" else "test_run_in"])
    module.eval()
    with torch.no_grad():
        output = module.net(torch.from_numpy(data[f"{part}_dry"])[None], pad_start=True)[0].numpy()
    module.train()
    error = (output - data[f"{part}_wet"])[run_in:]
    return float(np.sum(error**2) / np.sum(data[f"{part}_wet"][run_in:] ** 2))


def main() -> None:
    """Trains for the time given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--hidden", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
    torch.set_num_threads(arguments.threads)
    pytorch_lightning.seed_everything(arguments.seed)
    data = dict(np.load(arguments.data))
    # NAM refuses sound that reaches full scale; the error-to-signal ratio knows no level.
    wets = [name for name in data if name.endswith("wet")]
    loudest = max(float(np.abs(data[name]).max()) for name in wets)
    for name in wets:
        data[name] = data[name] * np.float32(0.9 / loudest)
    module = LightningModule.init_from_config(configuration(arguments.hidden))
    module.net.sample_rate = 48_000
    dry, wet = (torch.from_numpy(data[name]) for name in ("dry", "wet"))
    dataset = Dataset(
        dry, wet, 1, PIECE, sample_rate=48_000, require_input_pre_silence=None
    )  # fmt: skip
    loader = torch.utils.data.DataLoader(
        dataset, batch_size=min(BATCH, len(dataset)), shuffle=True, drop_last=True
    )
    watch = Watch(data, arguments.seconds)
    trainer = pytorch_lightning.Trainer(
        accelerator="cpu",
        max_epochs=100_000,
        callbacks=[watch],
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    trainer.fit(module, loader)
    result = {
        "curve": watch.curve,
        "samples_a_second": watch.played / (time.monotonic() - watch.begun - watch.looking),
        "test_esr": None,
    }
    if "test_dry" in data and watch.best_weights is not None:
        module.load_state_dict(watch.best_weights)
        result["test_esr"] = esr(module, data, "test")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
