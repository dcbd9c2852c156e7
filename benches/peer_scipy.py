"""Fits by SciPy's least_squares, for comparison with `cargo bench --bench training`. Optional.

    python3 -m pip install scipy
    python3 benches/peer_scipy.py

Random students and teachers of lffn([2, 2, 2]), functional, with W1[0,0] W1[1,1] W2[0,0] W2[1,1] learnable, standard normal;
one start each, with the analytic Jacobian.
"""

import time

import numpy
from scipy.optimize import least_squares

FITS = 1000


def fit(student, teacher):
    first, second = student[:4].reshape(2, 2).copy(), student[4:].reshape(2, 2).copy()
    target = teacher[4:].reshape(2, 2) @ teacher[:4].reshape(2, 2)

    def put(w):
        first[0, 0], first[1, 1], second[0, 0], second[1, 1] = w

    def residuals(w):
        put(w)
        return (second @ first - target).ravel()

    def jacobian(w):
        put(w)
        columns = numpy.zeros((2, 2, 4))
        columns[:, 0, 0] = second[:, 0]
        columns[:, 1, 1] = second[:, 1]
        columns[0, :, 2] = first[0, :]
        columns[1, :, 3] = first[1, :]
        return columns.reshape(4, 4)

    start = [first[0, 0], first[1, 1], second[0, 0], second[1, 1]]
    # As allocert: the sum of squared residuals, twice the cost, against 1 + that of the labels.
    goal = 1e-12 * (1 + (target**2).sum())
    return 2 * least_squares(residuals, start, jacobian, method="lm").cost <= goal


def main():
    random = numpy.random.default_rng(1)
    draws = random.standard_normal((FITS, 2, 8))
    start = time.perf_counter()
    found = sum(fit(student, teacher) for student, teacher in draws)
    seconds = time.perf_counter() - start
    print(f"{FITS / seconds:.0f} fits a second, {found} of {FITS} single starts succeed")


if __name__ == "__main__":
    main()
