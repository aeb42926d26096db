#!/usr/bin/env python3
"""Makes Tests/JepaEvaluationTests/Fixtures/components-peer.json: the principal components that
NumPy finds in the labelled features beside it, by singular values instead of eigenvectors.

    python Tests/Peers/components.py
"""

import json
import pathlib

import numpy as np
from safetensors.numpy import load_file

FIXTURES = pathlib.Path(__file__).parent.parent / "JepaEvaluationTests" / "Fixtures"


def main():
    data = load_file(FIXTURES / "features.safetensors")
    train = data["train.features"].astype(np.float64)
    test = data["test.features"].astype(np.float64)
    mean = train.mean(0)
    _, singular, directions = np.linalg.svd(train - mean, full_matrices=False)
    largest = np.abs(directions).argmax(1)
    directions *= np.sign(directions[np.arange(len(directions)), largest])[:, None]
    variances = singular ** 2 / len(train)
    result = {
        "variances": variances[:3].tolist(),
        "shares": (variances[:3] / variances.sum()).tolist(),
        "directions": directions[:3].tolist(),
        "scores": ((test[:4] - mean) @ directions[:3].T).tolist(),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (FIXTURES / "components-peer.json").write_text(text)


if __name__ == "__main__":
    main()
