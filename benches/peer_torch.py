#!/usr/bin/env python3
"""Epochs of 60,000 rows through a 784-128-10 ReLU network: `allocert train --data` beside PyTorch, in double precision, Adam, mean squares.

    python3 benches/peer_torch.py --program target/release/allocert

Rows are drawn here (images of noise with ten linear classes: speed depends on shapes alone). Both read the same file; what is timed is
(time of --epochs + 1) - (time of 1), so that starting, reading and drawing weights are left out on both sides.
"""

import argparse
import pathlib
import resource
import subprocess
import tempfile
import time

import numpy
import torch


def data(folder, rows):
    random = numpy.random.default_rng(1)
    inputs = random.standard_normal((rows, 784))
    labels = numpy.argmax(inputs @ random.standard_normal((784, 10)), axis=1)
    path = pathlib.Path(folder, "rows.npz")
    numpy.savez(path, inputs=inputs, labels=labels)
    return path


def ours(program, path, epochs, batch):
    command = [program, "train", "relu([784, 128, 10], bias=True)", "all", "--data", str(path)]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([*command, "--epochs", str(epochs), "--batch", str(batch)], check=True, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def peers(path, epochs, batch):
    torch.set_default_dtype(torch.float64)
    with numpy.load(path) as file:
        inputs, classes = torch.from_numpy(file["inputs"]), torch.from_numpy(file["labels"])
    labels = torch.nn.functional.one_hot(classes).to(torch.float64)
    # The first four fifths, as allocert takes that share to learn from.
    kept = len(inputs) * 4 // 5
    inputs, labels = inputs[:kept], labels[:kept]
    model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
    adam, loss = torch.optim.Adam(model.parameters(), lr=1e-3), torch.nn.MSELoss()
    begun, used = time.perf_counter(), time.process_time()
    for _ in range(epochs):
        order = torch.randperm(kept)
        for rows in order.split(batch):
            adam.zero_grad()
            loss(model(inputs[rows]), labels[rows]).backward()
            adam.step()
    return time.perf_counter() - begun, time.process_time() - used


def main():
    parser = argparse.ArgumentParser(description="Times training beside PyTorch.")
    parser.add_argument("--program", default="target/release/allocert", help="the program")
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = data(folder, arguments.rows)
        base = ours(arguments.program, path, 1, arguments.batch)
        all_of = ours(arguments.program, path, 1 + arguments.epochs, arguments.batch)
        mine = [(a - b) / arguments.epochs for a, b in zip(all_of, base)]
        other = [seconds / arguments.epochs for seconds in peers(path, arguments.epochs, arguments.batch)]
    for name, (wall, used) in ("allocert", mine), (f"PyTorch {torch.__version__}", other):
        print(f"{name}: {wall:.2f} s an epoch, {used:.2f} s of processor time")
    print(f"PyTorch / allocert: {other[0] / mine[0]:.2f} (processor time {other[1] / mine[1]:.2f})")


if __name__ == "__main__":
    main()
