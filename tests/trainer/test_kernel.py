# SPDX-License-Identifier: MIT
# Copyright (c) 2026 the pedalsmith developers
"""The C training kernel against plain Keras: outputs, state and gradients, for every build."""

import numpy as np
import pytest

from pedalsmith_trainer.native import Kernel, instruction_sets
from pedalsmith_trainer.quiet import quiet_tensorflow

quiet_tensorflow()

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from pedalsmith_trainer.network import AmpNetwork  # noqa: E402

STEPS = 40


def keras_twin(network):
    """The same network of Keras' own layers, sharing the weights' values; batch first."""
    kinds = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}
    inputs = keras.Input((STEPS, network.features))
    x = inputs
    for _ in network.recurrent:
        x = kinds[network.arch](network.hidden, return_sequences=True)(x)
    twin = keras.Model(inputs, keras.layers.Dense(1)(x))
    twin.set_weights(network.get_weights())
    return twin


def gradients(play, weights, target):
    with tf.GradientTape() as tape:
        output = play()
        loss = tf.reduce_mean(tf.square(output - target))
    return output.numpy(), [np.asarray(g) for g in tape.gradient(loss, weights)]


def close(a, b, bound=1e-4):
    return np.max(np.abs(a - b)) <= bound * max(1e-3, np.max(np.abs(b)))


@pytest.mark.parametrize("kernel", [True, False], ids=["kernel", "tensorflow"])
@pytest.mark.parametrize(
    ("arch", "hidden", "layers", "features", "streams"),
    [
        ("lstm", 16, 1, 1, 32),
        ("lstm", 5, 1, 3, 19),
        ("lstm", 8, 2, 1, 16),
        ("gru", 16, 1, 1, 32),
        ("gru", 7, 1, 2, 3),
        ("gru", 8, 2, 1, 16),
    ],
)
def test_gradients_are_those_of_keras(kernel, arch, hidden, layers, features, streams):
    keras.utils.set_random_seed(1)
    network = AmpNetwork(arch, hidden, layers=layers, features=features)
    for weight in network.trainable_variables:
        weight.assign(weight + 0.3 * tf.random.normal(weight.shape))
    if kernel:
        network.use_kernel(2)
    twin = keras_twin(network)
    dry = tf.random.normal([STEPS, streams, features])
    target = tf.random.normal([STEPS, streams])

    output, ours = gradients(
        lambda: network(dry, network.zero_state(streams), training=True)[0],
        network.trainable_variables,
        target,
    )
    expected, theirs = gradients(
        lambda: tf.transpose(twin(tf.transpose(dry, [1, 0, 2]), training=True)[..., 0]),
        twin.trainable_variables,
        target,
    )
    assert close(output, expected)
    for our, their in zip(ours, theirs, strict=True):
        assert close(our, their)


@pytest.mark.parametrize("arch", ["lstm", "gru"])
def test_state_carries_over_and_the_penalty_is_the_same(arch):
    keras.utils.set_random_seed(2)
    network = AmpNetwork(arch, 6, cell_bound=0.1)
    for weight in network.trainable_variables:
        weight.assign(weight + 0.5 * tf.random.normal(weight.shape))
    dry = tf.random.normal([STEPS, 20, 1])

    def both_halves():
        with tf.GradientTape() as tape:
            first, state, _ = network(dry[:25], network.zero_state(20))
            second, after, penalty = network(dry[25:], tf.stop_gradient(state), training=True)
            loss = tf.reduce_sum(second) + 3.0 * penalty
        found = tape.gradient(loss, network.trainable_variables)
        return first, second, after, penalty, *found

    plain = both_halves()
    network.use_kernel(1)
    fast = both_halves()
    assert arch == "gru" or plain[3] > 1.0
    for a, b in zip(fast, plain, strict=True):
        assert close(np.asarray(a), np.asarray(b))


@pytest.mark.parametrize("instruction_set", instruction_sets())
def test_every_build_for_this_machine_gives_the_same(instruction_set):
    generator = np.random.default_rng(3)
    dry = generator.normal(size=(STEPS, 21, 1)).astype(np.float32)
    by = generator.normal(size=(STEPS, 21)).astype(np.float32)

    def results(build):
        kernel = Kernel("lstm", 9, instruction_set=build)
        weights = 0.4 * np.random.default_rng(4).normal(size=kernel.weight_count)
        weights = weights.astype(np.float32)
        state = np.zeros((kernel.state_count, 21), np.float32)
        output, _, _, ticket = kernel.forward(weights, dry, state)
        unkept, *_ = kernel.forward(weights, dry, state, keep=False)
        assert np.array_equal(output, unkept)
        return output, kernel.backward(int(ticket), weights, by, 0.0)

    plainest = results(instruction_sets()[-1])
    for a, b in zip(results(instruction_set), plainest, strict=True):
        assert close(a, b, 1e-5)
