#!/usr/bin/env python3
"""Trains healthy pipelines and pipelines that are broken on purpose, and looks at their verdicts.

    python3 Tests/Verdicts/verdicts.py --out DIR [--cifar FOLDER] [--program .build/release/jepa-pipe]

FOLDER holds CIFAR-10 as JPEG files, 'train' and 'test' with a folder per class; without it the
runs that need it are left out, and the table says so. Runs that are in DIR already are not made
again. Prints every run with the verdict and the figures behind it, and the confusion table; ends
with 1 if a run that is broken is called learning, a healthy one collapsed, partly so or stalled, or
the first one anything but learning. Needs Python 3 and nothing else.
"""

import argparse
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import zlib

HERE = pathlib.Path(__file__).resolve().parent
VERDICTS = ["learning", "stalled", "partial collapse", "collapsed", "no better than untrained",
            "too early to tell", "ended by numbers that are not finite"]

# What a run is made to do: what it may be called, and what it must never be called. The healthy ones
# are long enough for accuracies to rise beyond chance, if they rise at all; the short ones are not,
# and what counts is that none is called collapsed.
KINDS = {
    "learns": (["learning"], [verdict for verdict in VERDICTS if verdict != "learning"]),
    "healthy": (["learning"], ["collapsed", "partial collapse", "stalled"]),
    "short": (["learning", "no better than untrained"], ["collapsed", "partial collapse"]),
    "collapse": (["collapsed", "partial collapse", VERDICTS[-1]], ["learning"]),
    "idle": (["stalled", "no better than untrained"], ["learning", "collapsed"]),
    "useless": (["no better than untrained", "stalled", "partial collapse", "collapsed"],
                ["learning"]),
}

LARGER = ["stages.context_encoder.width=96", "stages.context_encoder.depth=3",
          "stages.context_encoder.heads=3", "stages.predictor.width=48", "stages.predictor.depth=2"]
LONG = LARGER + ["train.epochs=8"]
NO_REGULARISER = ["-stages.regulariser", "stages.optimizer.minimize=loss"]
CIFAR = [
    "stages.data={use: image_folder, path: CIFAR/train, size: 32, crop_scale: [0.5, 1.0], "
    "flip: true}",
    "stages.held_out={use: image_folder, path: CIFAR/test, size: 32}",
    "stages.context_encoder.patch_size=4", "train.epochs=1",
]
LONG_CIFAR = CIFAR + LARGER + ["train.epochs=4"]


def folder(name, size=48):
    """Settings that read both data sets from a folder this script has made."""
    return [f"stages.data={{use: image_folder, path: {name}/train, size: {size}}}",
            f"stages.held_out={{use: image_folder, path: {name}/test, size: {size}}}"]


RUNS = [
    # name, what it is made to do, settings
    ("scenes", "learns", LONG),
    ("scenes, seed 1", "healthy", LONG + ["seed=1"]),
    ("scenes, seed 2", "healthy", LONG + ["seed=2"]),
    ("scenes, seed 3", "healthy", LONG + ["seed=3"]),
    ("scenes, half the learning rate", "healthy", LONG + ["stages.optimizer.lr=5.0e-4"]),
    ("scenes, batches of 64", "healthy", LONG + ["train.batch_size=64"]),
    ("scenes, weak regulariser", "healthy",
     LONG + ["stages.optimizer.minimize={loss: 1, regulariser: 0.05}"]),
    ("scenes, random masks", "healthy",
     LONG + ["stages.masks={use: random, patches: context_encoder.grid}"]),
    ("scenes, one large block", "healthy",
     LONG + ["stages.masks={use: block, patches: context_encoder.grid, scale: 0.5}"]),
    ("scenes, pixels as targets", "healthy",
     LONG
     + ["stages.target_encoder={use: pixels, patch_size: 8, images: data.images, "
        "gather: masks.targets}", "stages.predictor.output_width=192",
        "stages.loss={use: l2, predictions: predictor.predictions, targets: target_encoder.tokens, "
        "normalize_targets: false}"]),
    ("CIFAR-10", "healthy", LONG_CIFAR),
    ("CIFAR-10, seed 1", "healthy", LONG_CIFAR + ["seed=1"]),
    ("CIFAR-10, slow target encoder", "healthy",
     LONG_CIFAR + ["stages.target_encoder.momentum=[0.996, 1.0]"]),
    ("scenes, two epochs of a small network", "short", []),
    ("CIFAR-10, one epoch of a small network", "short", CIFAR),
    ("CIFAR-10, one epoch, no labels", "short",
     [setting for setting in CIFAR if "held_out" not in setting]
     + ["stages.data.path=FLAT", "-stages.held_out", "-train.monitor.held_out"]),
    ("targets trained to be predicted", "collapse",
     NO_REGULARISER
     + ["stages.target_encoder={use: vit, patch_size: 8, width: 64, depth: 2, heads: 2, "
        "images: data.images, gather: masks.targets}",
        "stages.loss.normalize_targets=false"]),
    ("momentum 0 and no predictor", "collapse",
     NO_REGULARISER
     + ["-stages.predictor", "stages.target_encoder.momentum=[0, 0]",
        "stages.context_encoder={use: vit, patch_size: 8, width: 64, depth: 2, heads: 2, "
        "images: data.images, gather: masks.targets}",
        "stages.loss={use: smooth_l1, predictions: context_encoder.tokens, "
        "targets: target_encoder.tokens, normalize_targets: false}"]),
    ("momentum 0, learning rate x 100", "collapse",
     NO_REGULARISER + ["stages.target_encoder.momentum=[0, 0]", "stages.optimizer.lr=0.1"]),
    ("learning rate x 100", "collapse", NO_REGULARISER + ["stages.optimizer.lr=0.1"]),
    ("weight decay 1000", "collapse", ["stages.optimizer.weight_decay=[1000, 1000]"]),
    ("images that are all the same", "collapse", folder("SAME")),
    ("CIFAR-10 without regulariser, fast target encoder", "collapse",
     CIFAR + NO_REGULARISER + ["stages.target_encoder.momentum=[0.9, 1.0]"]),
    ("CIFAR-10 without regulariser", "useless", CIFAR + NO_REGULARISER),
    ("scenes without regulariser, one target block", "useless",
     NO_REGULARISER + ["stages.masks.target_blocks=1"]),
    ("patches that have nothing to do with each other", "useless", folder("TILES")),
    ("CIFAR-10, shuffled labels", "useless",
     CIFAR + ["stages.data.path=SHUFFLED/train", "stages.held_out.path=SHUFFLED/test"]),
    ("learning rate 0", "idle", ["stages.optimizer.lr=0", "stages.optimizer.start_lr=0",
                                 "stages.optimizer.final_lr=0"]),
    ("learning rate / 1000000", "idle",
     ["stages.optimizer.lr=1.0e-9", "stages.optimizer.start_lr=0", "stages.optimizer.final_lr=0"]),
    ("target encoder that never follows", "idle", ["stages.target_encoder.momentum=[1.0, 1.0]"]),
]


def png(path, size, colour):
    """Writes a picture; colour(row, column) gives three bytes."""
    rows = b"".join(
        b"\0" + b"".join(bytes(colour(row, column)) for column in range(size))
        for row in range(size))

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
                     + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b""))


def pictures(place, count, draw):
    """Two folders of pictures in two classes that mean nothing."""
    if place.exists():
        return
    for part, number in [("train", count), ("test", 400)]:
        for index in range(number):
            target = place / part / f"class{index % 2}"
            target.mkdir(parents=True, exist_ok=True)
            png(target / f"{index:05}.png", 48, draw(index))


def same(_):
    return lambda row, column: (90 + row, 90 + column, 120)


def tiles(index):
    """Patches of 8 pixels, each a slope of its own colours."""
    source = random.Random(index)
    patches = [[source.randrange(256) for _ in range(3)] + [source.uniform(-12, 12) for _ in "xy"]
               for _ in range(36)]

    def colour(row, column):
        red, green, blue, down, right = patches[row // 8 * 6 + column // 8]
        shade = down * (row % 8 - 4) + right * (column % 8 - 4)
        return [min(255, max(0, int(value + shade))) for value in (red, green, blue)]

    return colour


def linked(place, files, name):
    """A folder of links to files, under the name that name(index) gives."""
    for index, file in enumerate(files):
        link = place / name(index)
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to(file.resolve())


def prepare(out, cifar):
    """Makes the data the runs need, and gives the places that stand for their capitals."""
    data = out / "data"
    pictures(data / "same", 1000, same)
    pictures(data / "tiles", 2000, tiles)
    places = {"SAME": data / "same", "TILES": data / "tiles"}
    if cifar:
        source = random.Random(0)
        for part in ["train", "test"]:
            files = sorted((cifar / part).glob("*/*.jp*g"))
            classes = [index % 10 for index in range(len(files))]
            source.shuffle(classes)
            linked(data / "shuffled" / part, files,
                   lambda index: f"class{classes[index]}/{index:05}.jpg")
            if part == "train":
                linked(data / "flat", files, lambda index: f"{index:05}.jpg")
        places |= {"CIFAR": cifar, "SHUFFLED": data / "shuffled", "FLAT": data / "flat"}
    return places


def graph_with(text, removed):
    """The graph file without some keys; each stands with everything below it in lines of its own."""
    lines, kept, skipping = text.splitlines(), [], None
    names = [path.split(".")[-1] for path in removed]
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if skipping is not None and (not line.strip() or indent > skipping):
            continue
        skipping = None
        if any(line.strip().startswith(f"{name}:") for name in names):
            skipping = indent
            continue
        if "monitor" in line and "held_out" in names:
            line = line.replace(", held_out: held_out", "")
        kept.append(line)
    return "\n".join(kept) + "\n"


def train(program, out, name, settings, places):
    """Trains one run unless it is there, and gives its verdict."""
    place = out / "".join(c if c.isalnum() else "-" for c in name)
    if not (place / "verdict-of-run.json").exists():
        if place.exists():
            shutil.rmtree(place)
        graph = out / f"{place.name}.yaml"
        removed = [setting[1:] for setting in settings if setting.startswith("-")]
        graph.write_text(graph_with((HERE / "base.yaml").read_text(), removed))
        command = [program, "run", str(graph), "--out", str(place)]
        for setting in settings:
            if setting.startswith("-"):
                continue
            for word, path in places.items():
                setting = setting.replace(f"{word}/", f"{path}/").replace(f"={word}", f"={path}")
            command += ["--set", setting]
        for setting in ["train.threads=1", "train.workers=1", "train.checkpoint.keep=1"]:
            command += ["--set", setting]
        result = subprocess.run(command, capture_output=True, text=True)
        (out / f"{place.name}.log").write_text(result.stdout + result.stderr)
        if (place / "summary.json").exists():
            verdict = json.loads((place / "summary.json").read_text())["verdict"]
        elif "not finite" in result.stderr or "infinit" in result.stderr or "'nan'" in result.stderr:
            verdict = {"kind": VERDICTS[-1], "evidence": [result.stderr.strip().split("\n")[-1]]}
        else:
            raise SystemExit(f"{name}:\n{result.stderr}")
        (place / "verdict-of-run.json").write_text(json.dumps(verdict))
    return json.loads((place / "verdict-of-run.json").read_text()), place


def figures(place):
    """Untrained and last figures of a run, as text."""
    try:
        rows = [json.loads(line) for line in (place / "monitor.jsonl").read_text().splitlines()]
    except FileNotFoundError:
        return ""
    texts = []
    for figure, digits in [("knn", 3), ("linear", 3), ("rankme", 1), ("mean_cosine", 5),
                           ("target_image_share", 3), ("patch_skill", 3)]:
        names = [name for name in rows[0] if name.endswith("." + figure)]
        if names:
            first, last = rows[0].get(names[0]), rows[-1].get(names[0])
            if first is not None and last is not None:
                texts.append(f"{figure} {first:.{digits}f}>{last:.{digits}f}")
    return "  ".join(texts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", default=".build/release/jepa-pipe")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--cifar", type=pathlib.Path)
    parser.add_argument("--only", help="the runs whose names contain this")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    places = prepare(arguments.out, arguments.cifar)
    table = {kind: dict.fromkeys(VERDICTS, 0) for kind in KINDS}
    wrong, left_out = [], 0
    for name, kind, settings in RUNS:
        if "CIFAR" in name and not arguments.cifar:
            left_out += 1
            continue
        if arguments.only and arguments.only not in name:
            continue
        verdict, place = train(arguments.program, arguments.out, name, settings, places)
        called = verdict["kind"]
        table[kind][called] += 1
        expected, forbidden = KINDS[kind]
        mark = "WRONG" if called in forbidden else "" if called in expected else "unexpected"
        if mark == "WRONG":
            wrong.append(name)
        print(f"{kind:9} {called:26} {mark:10} {name}\n          {figures(place)}", flush=True)
    print("\n" + " " * 10 + "  ".join(f"{verdict[:16]:16}" for verdict in VERDICTS))
    for kind, row in table.items():
        print(f"{kind:10}" + "  ".join(f"{row[verdict]:<16}" for verdict in VERDICTS))
    if left_out:
        print(f"{left_out} runs on CIFAR-10 were left out: there is no --cifar.")
    print("wrong: " + (", ".join(wrong) if wrong else "none"))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
