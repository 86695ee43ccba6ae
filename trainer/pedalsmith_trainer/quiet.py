# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""Imports TensorFlow and Keras without their start-up talk on the user's terminal."""

import os
import warnings


def quiet_tensorflow() -> None:
    """Call before the first import of TensorFlow or Keras."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    warnings.filterwarnings("ignore", module="keras|tensorflow")


def limit_threads(threads: int) -> None:
    """Bounds the threads TensorFlow uses, and silences its Python side."""
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    except RuntimeError:
        # Already at work in this process (tests); the first setting stays.
        return
