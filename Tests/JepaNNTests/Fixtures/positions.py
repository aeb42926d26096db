#!/usr/bin/env python3
"""Writes positions.safetensors: small tables of fixed positions, and what torch makes of them.

    python3 positions.py ../../../../shared/reference/position_embedding.safetensors

`dWIDTH.gGRID` are tables of the official code, copied. `HxW.to.HxW` are positions of width 8, by
the same formula, on the first grid and stretched to the second by torch's bicubic interpolation,
as DINO and transformers do it. Needs torch and safetensors.
"""

import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file

WIDTH = 8


def axis(count):
    omega = 10000.0 ** (-torch.arange(WIDTH // 4, dtype=torch.float64) / (WIDTH // 4))
    angle = torch.arange(count, dtype=torch.float64)[:, None] * omega
    return torch.cat([angle.sin(), angle.cos()], dim=1)


def table(height, width):
    columns = axis(width)[None, :, :].expand(height, -1, -1)
    rows = axis(height)[:, None, :].expand(-1, width, -1)
    return torch.cat([columns, rows], dim=2)  # [H, W, WIDTH]


official = load_file(sys.argv[1])
tensors = {name: official[name] for name in ("d16.g3", "d48.g6")}
for old, new in [((3, 3), (5, 7)), ((4, 6), (8, 12)), ((5, 7), (3, 2)), ((2, 5), (1, 5)),
                 ((1, 1), (2, 3)), ((4, 4), (4, 4)), ((14, 14), (5, 16))]:
    grid = table(*old).float().double().permute(2, 0, 1)[None]
    stretched = torch.nn.functional.interpolate(
        grid, size=new, mode="bicubic", align_corners=False)[0].permute(1, 2, 0)
    name = f"{old[0]}x{old[1]}.to.{new[0]}x{new[1]}"
    tensors[name] = stretched.reshape(-1, WIDTH).float().contiguous()
save_file(tensors, str(pathlib.Path(__file__).with_name("positions.safetensors")))
