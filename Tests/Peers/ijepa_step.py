#!/usr/bin/env python3
"""One I-JEPA training step in plain PyTorch: what jepa-pipe is compared with.

    ijepa_step.py --check DIR [--precision float64]
        replays the golden run in DIR and compares losses, activations, gradients and weights;
        prints the worst errors, exit status 1 if one is too large
    ijepa_step.py --check-masks FILE
        compares the mask sampler with golden statistics, within five standard errors
    ijepa_step.py --bench --width 384 --depth 12 --heads 6 --patch 16 --image 224 --batch 16
        prints the median images per second and the peak memory of whole steps (both encoders,
        predictor, loss, backward, AdamW, EMA; not the images, and not the masks)
    jepa-pipe bench --peer 'ijepa_step.py --bench'
        alternates with jepa-pipe, which says how many images, of what size, and how many patches
        each step has; the times go to it as JSON lines

PyTorch's defaults are one thread per core and glibc's malloc; it is often faster with tcmalloc:
put LD_PRELOAD=libtcmalloc_minimal.so.4 before the command. The output states threads and malloc.

Letters: B images, N patches, M target blocks, K kept, D encoder width, P predictor width. A mask
holds the row-major indices of the patches that are kept. Attention is PyTorch's fused kernel.
"""

import argparse
import contextlib
import json
import math
import os
import pathlib
import platform
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


# The networks. Modules are named so that the official weight names fit.


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(x).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v)
        return self.proj(mixed.transpose(1, 2).reshape(batch, tokens, width))


class MLP(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = MLP(width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class PatchEmbedding(nn.Module):
    def __init__(self, width, patch):
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch)

    def forward(self, images):
        return self.proj(images).flatten(2).transpose(1, 2)


def positions(width, grid):
    """`[1, N, width]`: the first half of the channels encodes the column, the second the row."""
    frequency = 10_000 ** (-torch.arange(width // 4, dtype=torch.float64) / (width // 4))
    angles = torch.arange(grid, dtype=torch.float64)[:, None] * frequency
    one = torch.cat([angles.sin(), angles.cos()], 1)
    rows, columns = one[:, None].expand(-1, grid, -1), one[None].expand(grid, -1, -1)
    return torch.cat([columns, rows], 2).reshape(1, grid * grid, width)


def gather(tokens, mask):
    """`[B, N, D]` and `[B, K]` to `[B, K, D]`."""
    return tokens.gather(1, mask[..., None].expand(-1, -1, tokens.shape[-1]))


class Encoder(nn.Module):
    def __init__(self, width, depth, heads, patch, grid):
        super().__init__()
        self.patch_embed = PatchEmbedding(width, patch)
        self.pos_embed = nn.Parameter(positions(width, grid).float(), requires_grad=False)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, images, keep=None):
        x = self.patch_embed(images) + self.pos_embed
        if keep is not None:
            x = gather(x, keep)
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class Predictor(nn.Module):
    def __init__(self, encoder_width, width, depth, heads, grid):
        super().__init__()
        self.predictor_embed = nn.Linear(encoder_width, width)
        self.mask_token = nn.Parameter(torch.zeros(1, 1, width))
        self.predictor_pos_embed = nn.Parameter(
            positions(width, grid).float(), requires_grad=False)
        self.predictor_blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.predictor_norm = nn.LayerNorm(width, eps=1e-6)
        self.predictor_proj = nn.Linear(width, encoder_width)

    def forward(self, tokens, context, targets):
        """`[B, K_c, D]`, `[B, K_c]`, `[M, B, K_t]` to `[M*B, K_t, D]`."""
        blocks, batch, kept = targets.shape
        place = self.predictor_pos_embed.expand(batch, -1, -1)
        x = (self.predictor_embed(tokens) + gather(place, context)).repeat(blocks, 1, 1)
        asked = self.mask_token + torch.cat([gather(place, block) for block in targets])
        x = torch.cat([x, asked.to(x.dtype)], 1)
        for block in self.predictor_blocks:
            x = block(x)
        return self.predictor_proj(self.predictor_norm(x)[:, -kept:])


# The step.


class Trainer:
    """The three networks and the optimiser, and what one step does with them."""

    def __init__(self, *, width, depth, heads, patch, grid, predictor_width, predictor_depth,
                 predictor_heads, dtype=torch.float32, bf16=False):
        self.encoder = Encoder(width, depth, heads, patch, grid).to(dtype)
        self.target_encoder = Encoder(width, depth, heads, patch, grid).to(dtype)
        self.predictor = Predictor(
            width, predictor_width, predictor_depth, predictor_heads, grid).to(dtype)
        for parameter in self.target_encoder.parameters():
            parameter.requires_grad_(False)
        for module in [*self.encoder.modules(), *self.predictor.modules()]:
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)
        nn.init.trunc_normal_(self.predictor.mask_token, std=0.02)
        self.target_encoder.load_state_dict(self.encoder.state_dict())
        self.bf16 = bf16
        self.optimizer = torch.optim.AdamW(self.groups(), betas=(0.9, 0.999), eps=1e-8)

    def networks(self):
        return {"encoder": self.encoder, "predictor": self.predictor,
                "target_encoder": self.target_encoder}

    def trained(self):
        """Name and tensor of everything that the optimiser changes."""
        for prefix in ("encoder", "predictor"):
            for name, tensor in self.networks()[prefix].named_parameters():
                if tensor.requires_grad:
                    yield f"{prefix}.{name}", tensor

    def groups(self):
        """Biases and norms do not decay; the mask token, of three axes, does."""
        decayed, others = [], []
        for name, tensor in self.trained():
            (others if "bias" in name or tensor.ndim == 1 else decayed).append(tensor)
        return [{"params": decayed}, {"params": others, "weight_decay": 0.0}]

    def forward(self, images, context, targets):
        """The loss; predictions and targets are `[M*B, K_t, D]`."""
        mixed = torch.autocast("cpu", torch.bfloat16) if self.bf16 else contextlib.nullcontext()
        with mixed:
            with torch.no_grad():
                whole = self.target_encoder(images)
                normed = F.layer_norm(whole, whole.shape[-1:])
                wanted = torch.cat([gather(normed, block) for block in targets])
            predictions = self.predictor(self.encoder(images, context), context, targets)
            loss = F.smooth_l1_loss(predictions.float() if self.bf16 else predictions,
                                    wanted.float() if self.bf16 else wanted)
        return loss, predictions, normed, wanted

    def update(self, loss, lr, weight_decay, momentum):
        loss.backward()
        self.optimizer.param_groups[0]["weight_decay"] = weight_decay
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        self.optimizer.step()
        with torch.no_grad():
            old = list(self.target_encoder.parameters())
            new = list(self.encoder.parameters())
            torch._foreach_mul_(old, momentum)
            torch._foreach_add_(old, new, alpha=1 - momentum)

    def step(self, images, context, targets, lr, weight_decay, momentum):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.forward(images, context, targets)[0]
        self.update(loss, lr, weight_decay, momentum)
        return loss.item()


def schedule(step, settings):
    """Learning rate, weight decay and EMA momentum of a step, counted from 0."""
    per_epoch = settings["iterations_per_epoch"]
    total = int(settings["epochs"] * per_epoch * settings["ipe_scale"])
    warmup = settings["warmup_epochs"] * per_epoch

    def cosine(start, end, progress):
        return end + (start - end) * 0.5 * (1 + math.cos(math.pi * progress))

    count = step + 1
    if count < warmup:
        lr = settings["start_lr"] + count / warmup * (settings["lr"] - settings["start_lr"])
    else:
        lr = cosine(settings["lr"], settings["final_lr"], (count - warmup) / (total - warmup))
    decay = cosine(settings["weight_decay"], settings["final_weight_decay"], count / total)
    first, last = settings["ema"]
    return lr, decay, first + step * (last - first) / total


# Masks, with the official sampler's distribution.


class MultiBlock:
    """Four target blocks and one context block per image, all masks of a batch cut to the shortest.

    Sizes are drawn per batch, positions per image; positions leave out the last row and column.
    """

    def __init__(self, grid, min_keep, seed):
        self.grid, self.min_keep = grid, min_keep
        self.random = torch.Generator().manual_seed(seed)
        largest = (grid - 1) ** 2
        if min_keep > largest:
            sys.exit(f"min_keep '{min_keep}' is more than the largest block of {largest} patches")

    def block_size(self, scale, aspect):
        u = torch.rand(1, generator=self.random).item()
        area = int(self.grid ** 2 * (scale[0] + u * (scale[1] - scale[0])))
        ratio = aspect[0] + u * (aspect[1] - aspect[0])
        sides = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        return [min(side, self.grid - 1) for side in sides]

    def block(self, size):
        """A grid of booleans with one block at a random place."""
        top, left = (int(torch.randint(0, self.grid - side, (1,), generator=self.random))
                     for side in size)
        inside = torch.zeros(self.grid, self.grid, dtype=torch.bool)
        inside[top:top + size[0], left:left + size[1]] = True
        return inside

    def context(self, size, targets):
        """A block without the targets; after 20 failures one target fewer is removed."""
        for avoided in range(len(targets), -1, -1):
            for _ in range(20):
                free = self.block(size)
                for target in targets[:avoided]:
                    free &= ~target
                if free.sum() >= self.min_keep:
                    return free
        sys.exit(f"blocks of {size[0]}x{size[1]} patches keep fewer than {self.min_keep}")

    def batch(self, images):
        """Context `[B, K_c]` and targets `[4, B, K_t]`."""
        target_size = self.block_size((0.15, 0.2), (0.75, 1.5))
        context_size = self.block_size((0.85, 1.0), (1.0, 1.0))
        contexts, targets = [], []
        for _ in range(images):
            blocks = [self.block(target_size) for _ in range(4)]
            contexts.append(self.context(context_size, blocks).flatten().nonzero()[:, 0])
            targets.append([block.flatten().nonzero()[:, 0] for block in blocks])
        shortest = min(len(context) for context in contexts)
        return (torch.stack([context[:shortest] for context in contexts]),
                torch.stack([torch.stack(image) for image in targets], 1))


def masks_of(images, grid, context, blocks, targets):
    """Context `[B, context]` and targets `[blocks, B, targets]`, ascending, at random places."""
    def draw(rows, kept):
        return torch.rand(rows, grid * grid).topk(kept, dim=1).indices.sort(1).values
    return draw(images, context), draw(blocks * images, targets).view(blocks, images, targets)


# The commands.


class Errors:
    """The worst error of each kind, beside what is allowed."""

    def __init__(self):
        self.worst = {}

    def add(self, kind, name, error, limit):
        error = error if math.isfinite(error) else math.inf
        if kind not in self.worst or error / limit > self.worst[kind][0] / self.worst[kind][2]:
            self.worst[kind] = error, name, limit

    def compare(self, kind, name, found, expected, limit):
        """Differences relative to the tensor's largest entry."""
        if found.shape != expected.shape:
            return self.add(kind, f"{name}: shape {tuple(found.shape)} "
                            f"instead of {tuple(expected.shape)}", math.inf, limit)
        found, expected = found.detach().double(), expected.double()
        scale = expected.abs().max().clamp_min(1e-30)
        self.add(kind, name, ((found - expected).abs().max() / scale).item(), limit)

    def report(self):
        for kind, (error, name, limit) in self.worst.items():
            print(f"{'ok ' if error <= limit else 'BAD'} {kind:12} {error:.2e} "
                  f"(limit {limit:.1e}) {name}")
        return all(error <= limit for error, _, limit in self.worst.values())


def check(folder, precision):
    """Replays the golden run; the golden numbers were computed in float64, stored as float32."""
    from safetensors.torch import load_file

    run = json.loads((folder / "run.json").read_text())
    files = {name: load_file(folder / f"{name}.safetensors")
             for name in ("initial", "batches", "trace", "after_step0", "final")}
    dtype = torch.float64 if precision == "float64" else torch.float32
    # Rounding of the stored numbers, or of the whole computation.
    limits = ({"activations": 1e-7, "gradients": 1e-7, "losses": 1e-9, "weights": 1e-7}
              if dtype == torch.float64 else
              {"activations": 2e-6, "gradients": 2e-6, "losses": 1e-6, "weights": 5e-6})
    trainer = Trainer(
        width=run["embed_dim"], depth=run["depth"], heads=run["num_heads"],
        patch=run["patch_size"], grid=run["image_size"] // run["patch_size"],
        predictor_width=run["predictor_embed_dim"], predictor_depth=run["predictor_depth"],
        predictor_heads=run["predictor_num_heads"], dtype=dtype)
    errors = Errors()
    for prefix, network in trainer.networks().items():
        own = network.state_dict()
        given = {name.removeprefix(prefix + "."): tensor
                 for name, tensor in files["initial"].items() if name.startswith(prefix + ".")}
        for name in own:
            if name.endswith("pos_embed"):
                errors.compare("positions", f"{prefix}.{name}", own[name], given[name], 1e-6)
        network.load_state_dict(given)

    def compare_weights(name, file, learning_rates):
        for prefix, network in trainer.networks().items():
            for key, found in network.state_dict().items():
                expected = file[f"{prefix}.{key}"]
                label = f"{name}: {prefix}.{key}"
                if key.endswith("attn.qkv.bias"):
                    # The keys' bias has a gradient of zero in exact arithmetic; Adam turns what
                    # rounding leaves of it into steps of up to the learning rate.
                    third = len(expected) // 3
                    keys = slice(third, 2 * third)
                    distance = (found[keys].double() - expected[keys].double()).abs().max()
                    errors.add("key bias", label, distance.item(), 2 * sum(learning_rates))
                    found = torch.cat([found[:third], found[2 * third:]])
                    expected = torch.cat([expected[:third], expected[2 * third:]])
                errors.compare("weights", label, found, expected, limits["weights"])

    rates = []
    for index, expected in enumerate(run["steps"]):
        batch = {key: files["batches"][f"{index}.{key}"]
                 for key in ("images", "context", "targets")}
        images = batch["images"].to(dtype)
        context, targets = batch["context"].long(), batch["targets"].long()
        planned = schedule(index, run["schedule"])
        for name, found in zip(("lr", "weight_decay", "momentum"), planned):
            errors.add("schedules", f"step {index}: {name}",
                       abs(found / expected[name] - 1), 1e-12)
        rates.append(planned[0])
        traced = trace(trainer) if index == 0 else contextlib.nullcontext({})
        trainer.optimizer.zero_grad(set_to_none=True)
        with traced as activations:
            loss, predictions, normed, wanted = trainer.forward(images, context, targets)
        errors.add("losses", f"step {index}: smooth_l1",
                   abs(loss.item() / expected["smooth_l1"] - 1), limits["losses"])
        errors.add("losses", f"step {index}: mse",
                   abs(F.mse_loss(predictions, wanted).item() / expected["mse"] - 1),
                   limits["losses"])
        trainer.update(loss, *planned)
        if index == 0:
            activations |= {"targets.layernorm": normed, "targets.gathered": wanted,
                            "predictions": predictions}
            compare_trace(errors, trainer, activations, files["trace"], limits)
            compare_weights("after step 0", files["after_step0"], rates)
    compare_weights("final", files["final"], rates)
    print(f"{len(run['steps'])} steps of {run['name']} in {precision}, worst errors "
          "(relative, key bias absolute):")
    return errors.report()


@contextlib.contextmanager
def trace(trainer):
    """Collects what the modules put out, under the names of the golden trace."""
    found, hooks = {}, []

    def keep(name, module):
        hooks.append(module.register_forward_hook(
            lambda _module, _inputs, output: found.__setitem__(name, output)))

    for prefix in ("encoder", "target_encoder"):
        network = trainer.networks()[prefix]
        for index, block in enumerate(network.blocks):
            keep(f"{prefix}.block{index}", block)
        keep(f"{prefix}.output", network.norm)
    keep("encoder.patch_embed", trainer.encoder.patch_embed)
    keep("encoder.block0.attention", trainer.encoder.blocks[0].attn)
    for index, block in enumerate(trainer.predictor.predictor_blocks):
        keep(f"predictor.block{index}", block)
    keep("predictor.output", trainer.predictor.predictor_proj)
    yield found
    for hook in hooks:
        hook.remove()


def compare_trace(errors, trainer, activations, golden, limits):
    gradients = {name: tensor.grad for name, tensor in trainer.trained()}
    for name, expected in golden.items():
        if name.startswith("grad."):
            key = name.removeprefix("grad.")
            found = gradients.pop(key)
            errors.compare("gradients", key, found, expected, limits["gradients"])
        else:
            errors.compare("activations", name, activations.pop(name), expected,
                           limits["activations"])
    for name in [*gradients, *activations]:
        errors.add("trace", f"{name} is not in the golden trace", math.inf, 1)


def check_masks(path):
    """Compares means of the sampler with the golden ones."""
    errors = Errors()
    for row in json.loads(path.read_text())["rows"]:
        label = f"grid {row['grid']}, batch {row['batch']}"
        sampler = MultiBlock(row["grid"], row["min_keep"], seed=0)
        count = max(20, 3000 // row["batch"])
        drawn = [sampler.batch(row["batch"]) for _ in range(count)]
        for name, lengths in (
                ("context_kept", [context.shape[1] for context, _ in drawn]),
                ("target_size", [targets.shape[2] for _, targets in drawn])):
            own = statistics.stdev(lengths) / math.sqrt(count)
            distance = abs(statistics.mean(lengths) - row[f"{name}_mean"])
            errors.add(name, label, distance / math.hypot(own, row[f"{name}_se"]), 5.0)
        rows = torch.zeros(row["grid"])
        for context, _ in drawn:
            rows += torch.bincount(context.flatten() // row["grid"], minlength=row["grid"])
        rows /= count * row["batch"] * row["grid"]
        distance = (rows - torch.tensor(row["context_probability_by_row"])).abs().max()
        errors.add("context_rows", label, distance.item(), 0.05)
    return errors.report()


def bench(options):
    """Times whole steps on random images, with a new batch of masks for each."""
    torch.manual_seed(0)
    # What jepa-pipe asks for when this is its peer.
    task = json.loads(os.environ.get("JEPA_PIPE_BENCH", "null"))
    if task:
        options.batch, options.image = task["batch_size"], task["image"][2]
        options.warmup, options.steps = task["warm_up"], task["steps"]
        torch.set_num_threads(task["threads"])
        if task["image"] != [3, options.image, options.image]:
            sys.exit(f"images of the shape {task['image']} are not square ones of 3 channels")
    grid = options.image // options.patch
    dtype = torch.float64 if options.precision == "float64" else torch.float32
    trainer = Trainer(
        width=options.width, depth=options.depth, heads=options.heads, patch=options.patch,
        grid=grid, predictor_width=options.predictor_width,
        predictor_depth=options.predictor_depth, predictor_heads=options.heads, dtype=dtype,
        bf16=options.precision == "bf16")
    sampler = None if task else MultiBlock(grid, options.min_keep, seed=0)
    if task:
        print(json.dumps({"program": title(options), "batch_size": options.batch}), flush=True)
    images = torch.randn(options.batch, 3, options.image, options.image, dtype=dtype)
    seconds, processor, contexts, kept = [], [], [], []
    for index in range(options.warmup + options.steps):
        context, targets = sampler.batch(options.batch) if sampler else masks_of(
            options.batch, grid, *(task[key][index] for key in ("context", "blocks", "targets")))
        start, busy = time.perf_counter(), time.process_time()
        loss = trainer.step(images, context, targets, 1e-4, 0.04, 0.996)
        elapsed = time.perf_counter() - start
        if task:
            print(json.dumps({"step_seconds": elapsed}), flush=True)
        if index >= options.warmup:
            seconds.append(elapsed)
            processor.append(time.process_time() - busy)
            contexts.append(context.shape[1])
            kept.append(targets.shape[2])
    if not math.isfinite(loss):
        sys.exit(f"the loss is '{loss}'")
    trained = sum(tensor.numel() for _, tensor in trainer.trained())
    print(title(options))
    print(f"ViT {options.width}x{options.depth}, {options.heads} heads, patch {options.patch}, "
          f"image {options.image}, batch {options.batch}; predictor "
          f"{options.predictor_width}x{options.predictor_depth}; {trained:,} trained parameters")
    print(f"of {grid * grid} patches: context {statistics.mean(contexts):.1f}, "
          f"targets 4 x {statistics.mean(kept):.1f}")
    median = statistics.median(seconds)
    print(f"{options.batch / median:.2f} images/s (median of {options.steps} steps, "
          f"{median:.3f} s each, fastest {min(seconds):.3f} s)")
    # Far below threads x seconds, the machine was busy with something else: no measurement.
    print(f"{statistics.median(processor):.3f} s of processor time a step")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"peak memory {peak / 2 ** 30:.2f} GiB resident")


def title(options):
    return (f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, {allocator()}, "
            f"{options.precision}, fused attention")


def allocator():
    """Which malloc the process runs on: it decides how often pages are faulted in again."""
    if platform.system() != "Linux":
        return "system malloc"
    maps = pathlib.Path("/proc/self/maps").read_text()
    loaded = [name for name in ("tcmalloc", "jemalloc") if f"lib{name}" in maps]
    preloaded = bool(os.environ.get("LD_PRELOAD"))
    return f"{loaded[0]} {'preloaded' if preloaded else 'linked'}" if loaded else "glibc malloc"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command = parser.add_mutually_exclusive_group(required=True)
    command.add_argument("--check", type=pathlib.Path, metavar="DIR")
    command.add_argument("--check-masks", type=pathlib.Path, metavar="FILE")
    command.add_argument("--bench", action="store_true")
    parser.add_argument("--precision", choices=["float32", "float64", "bf16"], default="float32")
    parser.add_argument("--threads", type=int, default=2)
    for name, default in [
            ("width", 384), ("depth", 12), ("heads", 6), ("patch", 16), ("image", 224),
            ("batch", 16), ("predictor-depth", 6), ("predictor-width", 384), ("min-keep", 10),
            ("steps", 10), ("warmup", 2)]:
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.bench:
        return bench(options)
    if options.check_masks:
        return 0 if check_masks(options.check_masks) else 1
    if options.precision == "bf16":
        parser.error("--check compares with float64: choose --precision float32 or float64")
    return 0 if check(options.check, options.precision) else 1


if __name__ == "__main__":
    sys.exit(main())
