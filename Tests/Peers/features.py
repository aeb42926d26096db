#!/usr/bin/env python3
"""Makes Tests/JepaEvaluationTests/Fixtures/features-peer.json: what NumPy and scikit-learn find in
the labelled features beside it (features.safetensors, from the golden numbers).

    python Tests/Peers/features.py
"""

import json
import pathlib

import numpy as np
from safetensors.numpy import load_file
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score

FIXTURES = pathlib.Path(__file__).parent.parent / "JepaEvaluationTests" / "Fixtures"


def unit(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def knn_predictions(train, names, test, k, temperature=None):
    similarity = unit(test) @ unit(train).T
    nearest = np.argsort(-similarity, axis=1, kind="stable")[:, :k]
    votes = np.zeros((len(test), names.max() + 1))
    for row, columns in enumerate(nearest):
        for column in columns:
            weight = np.exp(similarity[row, column] / temperature) if temperature else 1
            votes[row, names[column]] += weight
    return votes.argmax(1)


def logistic(train, names, test, truth, c):
    model = LogisticRegression(C=c, tol=1e-10, max_iter=100_000).fit(train, names)

    def loss(rows, labels):
        return -model.predict_log_proba(rows)[np.arange(len(labels)), labels].mean()

    return {"accuracy": model.score(test, truth), "train_loss": loss(train, names),
            "test_loss": loss(test, truth)}


def ridge(train, values, test, truth, strength):
    model = Ridge(alpha=strength, solver="cholesky").fit(train, values)
    found = model.predict(test)
    return {"r2": r2_score(truth, found), "rmse": mean_squared_error(truth, found) ** 0.5,
            "mae": mean_absolute_error(truth, found), "intercept": model.intercept_,
            "first_prediction": found[0]}


def lidar(rows, views, delta=1e-4, epsilon=1e-8):
    groups = rows.reshape(-1, views, rows.shape[1])
    means = groups.mean(1)
    inside = (groups - means[:, None]).reshape(rows.shape)
    within = inside.T @ inside / len(rows) + delta * np.eye(rows.shape[1])
    centred = means - means.mean(0)
    between = centred.T @ centred / len(means)
    values, vectors = np.linalg.eigh(within)
    root = vectors @ np.diag(values ** -0.5) @ vectors.T
    shares = np.linalg.eigvalsh(root @ between @ root).clip(0)
    shares = shares / shares.sum() + epsilon
    return np.exp(-(shares * np.log(shares)).sum())


def main():
    data = load_file(FIXTURES / "features.safetensors")
    train, names = data["train.features"].astype(np.float64), data["train.labels"]
    test, truth = data["test.features"].astype(np.float64), data["test.labels"]
    mean, deviation = train.mean(0), train.std(0)
    scaled = (train - mean) / deviation, (test - mean) / deviation
    singular = np.linalg.svd(train, compute_uv=False)
    shares = singular / singular.sum()
    cosines = unit(train) @ unit(train).T
    # A number to regress on: a fixed mix of the features, the label and a wave.
    mix = np.cos(np.arange(train.shape[1]))
    values = train @ mix + names + np.sin(np.arange(len(train)))
    true_values = test @ mix + truth + np.sin(np.arange(len(test)))
    result = {
        "knn_weighted_predictions": knn_predictions(train, names, test, 20, 0.07).tolist(),
        "knn_majority_predictions": knn_predictions(train, names, test, 20).tolist(),
        "logistic": {
            "standardised_C1": logistic(scaled[0], names, scaled[1], truth, 1.0),
            "raw_C0.1": logistic(train, names, test, truth, 0.1),
        },
        "singular_values": singular.tolist(),
        "rankme_of_first_10_rows": rankme(train[:10]),
        "mean_standard_deviation": deviation.mean(),
        "mean_variance": (deviation ** 2).mean(),
        "mean_cosine": cosines[~np.eye(len(train), dtype=bool)].mean(),
        "lidar_9_views": lidar(train, 9),
        "values": {"train": values.tolist(), "test": true_values.tolist()},
        "ridge": {
            "standardised_10": ridge(scaled[0], values, scaled[1], true_values, 10.0),
            "raw_0": ridge(train, values, test, true_values, 0.0),
        },
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in result.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (FIXTURES / "features-peer.json").write_text(text)


def rankme(rows):
    singular = np.linalg.svd(rows, compute_uv=False)
    shares = singular / singular.sum() + 1e-7
    return np.exp(-(shares * np.log(shares)).sum())


if __name__ == "__main__":
    main()
