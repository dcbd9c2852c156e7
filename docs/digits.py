"""Writes scikit-learn's handwritten digits (1,797 images of 8 x 8) as docs/data/digits.npz.

    python3 -m pip install scikit-learn
    python3 docs/digits.py docs/data/digits.npz

The images are the test part of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
Repository (1998), https://doi.org/10.24432/C50P49, licence CC BY 4.0; pixels from 0 to 16 are scaled to 0 to 1 here.
"""

import sys

import numpy
from sklearn.datasets import load_digits

digits = load_digits()
inputs = (digits.data / 16.0).astype(numpy.float32)
numpy.savez_compressed(sys.argv[1], inputs=inputs, labels=digits.target.astype(numpy.uint8))
