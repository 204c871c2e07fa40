from __future__ import annotations

import threading

import torch
from torch import nn

from ganstudio.nn.norms import constrain
from ganstudio.nn.snapshot import Snapshots


class Both(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.generator = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
        self.discriminator = constrain(nn.Linear(3, 1), "spectral")
        self.register_buffer("seen", torch.zeros(()))


def filled(value: float) -> Both:
    network = Both()
    with torch.no_grad():
        for tensor in (*network.parameters(), *network.buffers()):
            tensor.fill_(value)
    return network


def test_a_copy_is_taken_once_it_was_written_and_stays_untouched() -> None:
    snapshots: Snapshots[Both] = Snapshots()
    assert snapshots.take() is None
    network = filled(1)
    snapshots.write(network, 3, "raw", {})
    assert snapshots.fresh
    taken = snapshots.take()
    assert taken is not None
    first, step, source = taken
    assert (step, source) == (3, "raw")
    assert not snapshots.fresh
    assert not first.training
    assert not any(parameter.requires_grad for parameter in first.parameters())
    assert network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    for number in (2, 3):
        for tensor in (*network.parameters(), *network.buffers()):
            tensor.data.fill_(number)
        snapshots.write(network, 3 + number, "raw", {})
    assert all(bool((tensor == 1).all()) for tensor in (*first.parameters(), *first.buffers()))
    second = snapshots.take()
    assert second is not None
    assert second[1] == 6
    assert all(bool((tensor == 3).all()) for tensor in (*second[0].parameters(), *second[0].buffers()))
    again = snapshots.take()
    assert again is not None
    assert again[0] is second[0]


def test_averages_take_the_place_of_the_networks_they_average() -> None:
    snapshots: Snapshots[Both] = Snapshots()
    network, average = filled(1), filled(9).generator
    for _round in range(3):  # both copies, and the one that is written twice
        snapshots.write(network, 1, "ema", {"generator": average})
        taken = snapshots.take()
        assert taken is not None
        assert bool((taken[0].generator[0].weight == 9).all())
        assert bool((taken[0].seen == 1).all())
    snapshots.write(network, 2, "raw", {})
    taken = snapshots.take()
    assert taken is not None
    assert bool((taken[0].generator[0].weight == 1).all())


def test_a_reader_beside_a_writer_never_sees_two_steps_in_one_copy() -> None:
    snapshots: Snapshots[Both] = Snapshots()
    network, ended = filled(0), threading.Event()

    def write() -> None:
        for step in range(1, 400):
            for tensor in (*network.parameters(), *network.buffers()):
                tensor.data.fill_(step)
            snapshots.write(network, step, "raw", {})
        ended.set()

    thread = threading.Thread(target=write)
    thread.start()
    steps = []
    while not ended.is_set():
        taken = snapshots.take()
        if taken is not None:
            values = {float(tensor.flatten()[0]) for tensor in (*taken[0].parameters(), *taken[0].buffers())}
            assert values == {float(taken[1])}
            steps.append(taken[1])
    thread.join()
    assert steps == sorted(steps)
