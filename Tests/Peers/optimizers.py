"""Golden numbers for the optimizers 'sgd' and 'lars' and for the cross entropy.

    python3 Tests/Peers/optimizers.py > Tests/OptimizerTests/Fixtures/optimizers.json

SGD is torch.optim.SGD. LARS is written out here in NumPy (float64) from arXiv 1708.03888: weight
decay within the norm, vectors neither scaled nor decayed.
"""

import json

import numpy
import torch

STEPS = 5


def numbers(count, seed):
    return numpy.random.default_rng(seed).normal(size=count)


def problem():
    """A matrix and a bias with their gradients of every step."""
    shapes = {"weight": (4, 3), "bias": (4,)}
    start = {n: numbers(numpy.prod(s), i).reshape(s) for i, (n, s) in enumerate(shapes.items())}
    gradients = [
        {n: numbers(numpy.prod(s), 10 * step + i).reshape(s) for i, (n, s) in enumerate(shapes.items())}
        for step in range(1, STEPS + 1)
    ]
    return start, gradients


def sgd(lr, momentum, decay, nesterov):
    start, gradients = problem()
    weights = {n: torch.nn.Parameter(torch.tensor(v)) for n, v in start.items()}
    groups = [
        {"params": [weights["weight"]], "weight_decay": decay},
        {"params": [weights["bias"]], "weight_decay": 0},
    ]
    optimizer = torch.optim.SGD(groups, lr=lr, momentum=momentum, nesterov=nesterov)
    for step in gradients:
        for name, weight in weights.items():
            weight.grad = torch.tensor(step[name])
        optimizer.step()
    return {n: w.detach().numpy().ravel().tolist() for n, w in weights.items()}


def lars(lr, momentum, decay, trust):
    weights, gradients = problem()
    buffers = {n: numpy.zeros_like(w) for n, w in weights.items()}
    for step in gradients:
        for name, weight in weights.items():
            d = step[name]
            if weight.ndim > 1:
                d = d + decay * weight
                d = d * trust * numpy.linalg.norm(weight) / numpy.linalg.norm(d)
            buffers[name] = momentum * buffers[name] + d
            weights[name] = weight - lr * buffers[name]
    return {n: w.ravel().tolist() for n, w in weights.items()}


def cross_entropy():
    logits = torch.tensor(numbers(15, 77).reshape(5, 3) * 3, requires_grad=True)
    labels = torch.tensor([0, 2, 1, 1, 0])
    result = {"logits": logits.detach().numpy().ravel().tolist(), "labels": labels.tolist()}
    for smoothing in [0.0, 0.1]:
        logits.grad = None
        loss = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
        loss.backward()
        result[f"smoothing {smoothing}"] = {
            "loss": loss.item(), "gradient": logits.grad.numpy().ravel().tolist()}
    return result


start, gradients = problem()
flat = lambda tensors: {n: t.ravel().tolist() for n, t in tensors.items()}
print(json.dumps({
    "start": flat(start),
    "gradients": [flat(step) for step in gradients],
    "sgd": sgd(0.1, 0.9, 0.05, False),
    "nesterov": sgd(0.1, 0.9, 0.05, True),
    "plain": sgd(0.1, 0, 0, False),
    "lars": lars(2.0, 0.9, 0.05, 0.001),
    "crossEntropy": cross_entropy(),
}, indent=1))
