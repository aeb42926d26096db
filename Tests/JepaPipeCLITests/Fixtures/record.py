"""Records a short I-JEPA training run in float64 with plain PyTorch, in the layout that
`jepa-pipe verify` reads.

Written from the description of the method: networks, losses, AdamW and schedules as in the official
code. `python record.py recorded-run` made the folder of that name beside this file.
"""

import json
import math
import pathlib
import sys

import numpy
import torch
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional

RUN = {
    "name": "recorded-run",
    "image_size": [12, 16],
    "patch_size": 4,
    "in_channels": 2,
    "embed_dim": 16,
    "depth": 2,
    "num_heads": 2,
    "mlp_ratio": 2.5,
    "predictor_embed_dim": 12,
    "predictor_depth": 1,
    "predictor_num_heads": 3,
    "layer_norm_eps": 1e-6,
    "gelu": "erf",
    "batch": 3,
    "target_blocks": 2,
    "optimiser": "AdamW",
    "schedule": {
        "start_lr": 1e-4,
        "lr": 2e-3,
        "final_lr": 1e-5,
        "weight_decay": 0.05,
        "final_weight_decay": 0.3,
        "ema": [0.99, 1.0],
        "iterations_per_epoch": 2,
        "epochs": 3,
        "warmup_epochs": 1,
        "ipe_scale": 1.25,
        "betas": [0.9, 0.999],
        "eps": 1e-8,
    },
}


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        rows, tokens, width = x.shape
        qkv = self.qkv(x).reshape(rows, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(rows, tokens, width))


class Mlp(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x):
        return self.fc2(functional.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads, ratio):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, int(width * ratio))

    def forward(self, x, trace=None):
        change = self.attn(self.norm1(x))
        if trace:
            trace(change)
        x = x + change
        return x + self.mlp(self.norm2(x))


def positions(rows, columns, width):
    """[1, N, width]: half the channels for the column, half for the row."""
    omega = 1 / 10000 ** (numpy.arange(width // 4) / (width / 4))
    row, column = (a.reshape(-1, 1) for a in numpy.mgrid[:rows, :columns].astype(float))
    parts = [f(p * omega) for p in (column, row) for f in (numpy.sin, numpy.cos)]
    table = torch.from_numpy(numpy.concatenate(parts, axis=1)[None])
    return nn.Parameter(table, requires_grad=False)


def gather(x, masks):
    """Tokens [B, N, D] at masks [M, B, K]: [M*B, K, D]."""
    index = lambda mask: mask.long()[..., None].expand(-1, -1, x.shape[-1])
    return torch.cat([torch.gather(x, 1, index(mask)) for mask in masks])


class PatchEmbedding(nn.Module):
    def __init__(self, channels, size, width):
        super().__init__()
        self.proj = nn.Conv2d(channels, width, size, size)

    def forward(self, images):
        return self.proj(images).flatten(2).transpose(1, 2)


class Encoder(nn.Module):
    def __init__(self, run, grid):
        super().__init__()
        width = run["embed_dim"]
        self.patch_embed = PatchEmbedding(run["in_channels"], run["patch_size"], width)
        self.pos_embed = positions(*grid, width)
        self.blocks = nn.ModuleList(
            [Block(width, run["num_heads"], run["mlp_ratio"]) for _ in range(run["depth"])]
        )
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, images, keep=None, trace=lambda name, value: None):
        x = self.patch_embed(images)
        trace("patch_embed", x)
        x = x + self.pos_embed
        if keep is not None:
            x = gather(x, keep[None])
        for index, block in enumerate(self.blocks):
            attention = (lambda y: trace("block0.attention", y)) if index == 0 else None
            x = block(x, attention)
            trace(f"block{index}", x)
        x = self.norm(x)
        trace("output", x)
        return x


class Predictor(nn.Module):
    def __init__(self, run, grid, ratio):
        super().__init__()
        width = run["predictor_embed_dim"]
        self.predictor_embed = nn.Linear(run["embed_dim"], width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, width))
        self.predictor_pos_embed = positions(*grid, width)
        self.predictor_blocks = nn.ModuleList(
            [
                Block(width, run["predictor_num_heads"], ratio)
                for _ in range(run["predictor_depth"])
            ]
        )
        self.predictor_norm = nn.LayerNorm(width, eps=1e-6)
        self.predictor_proj = nn.Linear(width, run["embed_dim"])

    def forward(self, tokens, context, targets, trace=lambda name, value: None):
        blocks, batch, kept = targets.shape
        table = self.predictor_pos_embed.expand(batch, -1, -1)
        x = self.predictor_embed(tokens) + gather(table, context[None])
        masked = self.mask_token + gather(table, targets)
        x = torch.cat([x.repeat(blocks, 1, 1), masked], dim=1)
        for index, block in enumerate(self.predictor_blocks):
            x = block(x)
            trace(f"block{index}", x)
        x = self.predictor_proj(self.predictor_norm(x)[:, -kept:])
        trace("output", x)
        return x


def draw_masks(generator, run, patches):
    """Any masks do: a context, and target blocks that do not touch it."""
    context, targets = [], []
    kept = int(torch.randint(2, patches // 2, (), generator=generator))
    wanted = int(torch.randint(2, patches - kept, (), generator=generator))
    for _ in range(run["batch"]):
        order = torch.randperm(patches, generator=generator)
        context.append(order[:kept].sort().values)
        rest = order[kept:]
        targets.append(
            [
                rest[torch.randperm(len(rest), generator=generator)[:wanted]].sort().values
                for _ in range(run["target_blocks"])
            ]
        )
    targets = [torch.stack(block) for block in zip(*targets)]
    return torch.stack(context).int(), torch.stack(targets).int()


def record(run, folder, steps, seed, predictor_ratio=4.0):
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed + 1)
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    size = run["image_size"]
    height, width = size if isinstance(size, list) else (size, size)
    grid = (height // run["patch_size"], width // run["patch_size"])
    encoder, target = Encoder(run, grid), Encoder(run, grid)
    predictor = Predictor(run, grid, predictor_ratio)
    networks = {"encoder": encoder, "predictor": predictor, "target_encoder": target}
    with torch.no_grad():
        for network in networks.values():
            for name, weight in network.named_parameters():
                if weight.requires_grad:
                    middle = 1.0 if "norm" in name and name.endswith("weight") else 0.0
                    weight.copy_(middle + 0.05 * torch.randn(weight.shape))
                # Stored in float32, so that is what training begins with.
                weight.copy_(weight.float().double())
        for weight in target.parameters():
            weight.requires_grad = False

    def weights():
        return {
            f"{name}.{key}": value.detach().float().numpy().copy()
            for name, network in networks.items()
            for key, value in network.state_dict().items()
        }

    trained = [
        (f"{network}.{name}", weight)
        for network in ("encoder", "predictor")
        for name, weight in networks[network].named_parameters()
        if weight.requires_grad
    ]
    decays = lambda name, weight: weight.ndim > 1 and "bias" not in name
    schedule = run["schedule"]
    optimizer = torch.optim.AdamW(
        [
            {"params": [w for n, w in trained if decays(n, w)]},
            {"params": [w for n, w in trained if not decays(n, w)], "weight_decay": 0},
        ],
        betas=schedule["betas"],
        eps=schedule["eps"],
    )
    exact = schedule["iterations_per_epoch"] * schedule["epochs"] * schedule["ipe_scale"]
    total = int(exact)
    warm_up = int(schedule["warmup_epochs"] * schedule["iterations_per_epoch"])

    save_file(weights(), folder / "initial.safetensors")
    batches, trace, rows = {}, {}, []

    def tracer(network):
        return lambda name, value: trace.__setitem__(
            f"{network}.{name}", value.detach().float().numpy().copy()
        )

    for step in range(steps):
        images = torch.randn(run["batch"], run["in_channels"], height, width).float().double()
        context, targets = draw_masks(generator, run, grid[0] * grid[1])
        batches[f"{step}.images"] = images.float().numpy()
        batches[f"{step}.context"] = context.numpy()
        batches[f"{step}.targets"] = targets.numpy()
        looks = {n: {"trace": tracer(n)} if step == 0 else {} for n in networks}

        now = step + 1
        if now < warm_up:
            lr = schedule["start_lr"] + now / warm_up * (schedule["lr"] - schedule["start_lr"])
        else:
            share = (now - warm_up) / (total - warm_up)
            lr = schedule["final_lr"] + (schedule["lr"] - schedule["final_lr"]) * 0.5 * (
                1 + math.cos(math.pi * share)
            )
        decay = schedule["final_weight_decay"] + (
            schedule["weight_decay"] - schedule["final_weight_decay"]
        ) * 0.5 * (1 + math.cos(math.pi * now / total))
        momentum = schedule["ema"][0] + step * (schedule["ema"][1] - schedule["ema"][0]) / exact
        optimizer.param_groups[0]["weight_decay"] = decay
        for group in optimizer.param_groups:
            group["lr"] = lr

        with torch.no_grad():
            tokens = target(images, **looks["target_encoder"])
            normalised = functional.layer_norm(tokens, tokens.shape[-1:])
            wanted = gather(normalised, targets)
        predictions = predictor(
            encoder(images, context, **looks["encoder"]), context, targets, **looks["predictor"]
        )
        loss = functional.smooth_l1_loss(predictions, wanted)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            trace.pop("target_encoder.patch_embed")
            trace.pop("target_encoder.block0.attention")
            trace["targets.layernorm"] = normalised.float().numpy()
            trace["targets.gathered"] = wanted.float().numpy()
            trace["predictions"] = predictions.detach().float().numpy()
            for name, weight in trained:
                trace[f"grad.{name}"] = weight.grad.float().numpy()
        optimizer.step()
        with torch.no_grad():
            for own, followed in zip(target.parameters(), encoder.parameters()):
                own.mul_(momentum).add_((1 - momentum) * followed)
        if step == 0:
            save_file(weights(), folder / "after_step0.safetensors")
        rows.append(
            {
                "step": step,
                "lr": lr,
                "weight_decay": decay,
                "momentum": momentum,
                "smooth_l1": loss.item(),
                "mse": functional.mse_loss(predictions, wanted).item(),
                "context_patches": context.shape[-1],
                "target_patches": targets.shape[-1],
            }
        )
    save_file(weights(), folder / "final.safetensors")
    save_file(batches, folder / "batches.safetensors")
    save_file(trace, folder / "trace.safetensors")
    described = dict(run, steps=rows)
    described["precision"] = "computed in float64, stored as float32"
    described["torch"] = torch.__version__
    (folder / "run.json").write_text(json.dumps(described, indent=1) + "\n")


if __name__ == "__main__":
    record(RUN, sys.argv[1], steps=4, seed=3)
