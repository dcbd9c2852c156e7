"""Trains some allocations with PyTorch and writes the results as CSV for `allocert compare`.

    python3 -m pip install torch
    python3 docs/pytorch_results.py > docs/data/pytorch.csv

Every trial draws a student and a teacher, standard normal, and trains the learnable weights by Adam in double precision
from several starts, all trials at once. A trial is a success when its best loss is below 1e-10.
"""

import csv
import sys

import torch

TRIALS, STARTS, STEPS, RATE, SMALL = 200, 8, 4000, 0.05, 1e-10


def lffn222(w):
    """W2 W1, its four entries; the weights in canonical order W1, W2."""
    first, second = w[:, :4].reshape(-1, 2, 2), w[:, 4:].reshape(-1, 2, 2)
    return (second @ first).flatten(1)


def lrnn121(w):
    """D W^k B for k = 0 .. 3; the weights in canonical order D, B, W."""
    d, b, m = w[:, :2].reshape(-1, 1, 2), w[:, 2:4].reshape(-1, 2, 1), w[:, 4:].reshape(-1, 2, 2)
    labels = []
    for _ in range(4):
        labels.append((d @ b).flatten(1))
        b = m @ b
    return torch.cat(labels, 1)


NETWORKS = {
    "lffn([2, 2, 2])": (lffn222, ["W1[0,0]", "W1[0,1]", "W1[1,0]", "W1[1,1]", "W2[0,0]", "W2[0,1]", "W2[1,0]", "W2[1,1]"]),
    "lrnn(1, 2, 1, 4)": (lrnn121, ["D[0,0]", "D[0,1]", "B[0,0]", "B[1,0]", "W[0,0]", "W[0,1]", "W[1,0]", "W[1,1]"]),
}
ALLOCATIONS = {
    "lffn([2, 2, 2])": [[0, 1, 2, 3], [0, 3, 4, 7], [0, 3, 5, 6], [0, 1, 2, 7], [0, 1, 4, 6], [0, 1, 2, 4, 5], [0, 1, 2]],
    "lrnn(1, 2, 1, 4)": [[0, 3, 4, 7], [4, 5, 6, 7], [0, 1, 2, 3], [0, 1, 4, 5], [0, 1, 2, 4, 5, 6]],
}


def successes(labels, allocation):
    """In how many trials the best start comes to a small loss."""
    frozen, teacher = torch.randn(TRIALS, 8), torch.randn(TRIALS, 8)
    target = labels(teacher).repeat(STARTS, 1)
    student = frozen.repeat(STARTS, 1)
    start = student[:, allocation].clone()
    start[TRIALS:] = torch.randn(TRIALS * (STARTS - 1), len(allocation))
    learnable = start.requires_grad_()
    adam = torch.optim.Adam([learnable], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, STEPS)
    positions = torch.tensor(allocation).expand_as(learnable)

    def loss():
        return (labels(student.scatter(1, positions, learnable)) - target).square().mean(1)

    for _ in range(STEPS):
        adam.zero_grad()
        loss().sum().backward()
        adam.step()
        schedule.step()
    return int((loss().detach().reshape(STARTS, TRIALS).min(0).values < SMALL).sum())


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    torch.manual_seed(1)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(["network", "allocation", "samples", "trials", "successes", "framework"])
    for network, (labels, names) in NETWORKS.items():
        for allocation in ALLOCATIONS[network]:
            text = " ".join(names[w] for w in allocation)
            rows.writerow([network, text, "", TRIALS, successes(labels, allocation), f"torch {torch.__version__.split('+')[0]}"])


if __name__ == "__main__":
    main()
