#!/usr/bin/env python3
"""Makes Tests/StageTests/Fixtures/families.safetensors: what PyTorch computes for the stages of the
other families: projector, VICReg, SimSiam's cosine, SIGReg. The formulas are those of the papers'
own programs.

    python Tests/Peers/families.py
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

OUT = pathlib.Path(__file__).parent.parent / "StageTests" / "Fixtures" / "families.safetensors"
ROWS, TOKENS, WIDTH, HIDDEN, EMBEDDED = 6, 3, 5, 8, 4


def mlp():
    """VICReg's projector of three layers; the hidden biases do nothing before batch norm."""
    layers = []
    for inputs in (WIDTH, HIDDEN):
        layers += [nn.Linear(inputs, HIDDEN, bias=False), nn.BatchNorm1d(HIDDEN), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(HIDDEN, EMBEDDED))


def vicreg(x, y):
    invariance = F.mse_loss(x, y)
    x, y = x - x.mean(0), y - y.mean(0)
    deviations = [torch.sqrt(z.var(dim=0) + 0.0001) for z in (x, y)]
    variance = sum(torch.mean(F.relu(1 - d)) / 2 for d in deviations)
    covariance = 0
    for z in (x, y):
        c = z.T @ z / (len(z) - 1)
        covariance = covariance + (c - torch.diag(torch.diag(c))).pow(2).sum() / z.shape[1]
    return 25 * invariance + 25 * variance + covariance


def sigreg(z, directions, points=17, limit=5.0):
    """z [R, D], directions [P, D] of length 1."""
    t = torch.linspace(-limit, limit, points, dtype=z.dtype)
    target = torch.exp(-t * t / 2)
    along = (z @ directions.T)[..., None] * t
    error = (along.cos().mean(0) - target) ** 2 + along.sin().mean(0) ** 2
    return len(z) * torch.trapezoid(error * target, t, dim=-1).mean()


def main():
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    out = {}
    tokens = torch.randn(ROWS, TOKENS, WIDTH, requires_grad=True)
    network = mlp()
    for index in (1, 4):
        nn.init.normal_(network[index].weight, 1, 0.3)
        nn.init.normal_(network[index].bias, 0, 0.3)
    for norm in (False, True):
        result = network(tokens.mean(1))
        if norm:
            result = nn.BatchNorm1d(EMBEDDED, affine=False)(result)
        name = "mlp.norm" if norm else "mlp"
        factors = torch.randn(ROWS, EMBEDDED)
        network.zero_grad()
        tokens.grad = None
        (result * factors).sum().backward()
        out[f"{name}.output"], out[f"{name}.factors"] = result, factors
        out[f"{name}.gradient"] = tokens.grad.clone()
        out[f"{name}.weight_gradient"] = network[0].weight.grad.clone()
    out["mlp.tokens"] = tokens
    for index, name in ((0, "layers.0"), (1, "norms.0"), (3, "layers.1"), (4, "norms.1"),
                        (6, "layers.2")):
        for key, value in network[index].named_parameters():
            out[f"mlp.weights.{name}.{key}"] = value

    views = [torch.randn(ROWS, TOKENS, WIDTH, requires_grad=True) for _ in range(2)]
    directions = F.normalize(torch.randn(7, WIDTH), dim=1)
    for index, view in enumerate(views):
        out[f"view.{index}"] = view
    out["directions"] = directions
    pooled = [view.mean(1) for view in views]
    losses = {
        "vicreg": vicreg(*pooled),
        "cosine": -F.cosine_similarity(views[0], views[1].detach(), dim=-1).mean(),
        "sigreg": sigreg(pooled[0], directions),
    }
    for name, loss in losses.items():
        out[f"{name}.loss"] = loss
        for index, gradient in enumerate(
                torch.autograd.grad(loss, views, retain_graph=True, allow_unused=True)):
            if gradient is not None:
                out[f"{name}.gradient.{index}"] = gradient
    save_file({key: value.detach().float().contiguous() for key, value in out.items()}, OUT)


if __name__ == "__main__":
    main()
