#!/usr/bin/env python3
"""Kills training runs at random moments, resumes them, and compares where they end.

    python3 Tests/Robustness/kill_and_resume.py [--runs 50] [--program .build/release/jepa-pipe]

One run goes undisturbed. Each of the others gets SIGKILL up to three times, at moments drawn
from the duration of the undisturbed one, is resumed after each, and then left alone. All have to
finish with the weights and moments of the undisturbed run, bit for bit, and with one row per
step. A checkpoint follows every step, so many of the kills fall into one being written; the
script counts those that left a partial file behind. Needs Python 3 and nothing else.
"""

import argparse
import json
import pathlib
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

SETTINGS = [
    "stages.data.count=96", "train.batch_size=8", "train.epochs=2", "train.warmup_epochs=0.5",
    "train.checkpoint={every_steps: 1, keep: 2}", "train.monitor.enabled=false",
]


def tensors(path):
    """The bytes behind the header of a safetensors file, and the header without its metadata."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__")
    return header, data[8 + length:]


def newest(run):
    return sorted((run / "checkpoints").glob("step-*.safetensors"))[-1]


def difference(run, wanted, rows):
    """What a finished run has other than the undisturbed one, or None."""
    if tensors(newest(run)) != wanted:
        return "ended with other weights"
    found = [json.loads(line)["step"] for line in (run / "metrics.jsonl").open()]
    return None if found == list(range(1, rows + 1)) else f"has the rows {found}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--runs", type=int, default=50)
    arguments.add_argument("--program", default=".build/release/jepa-pipe")
    arguments.add_argument("--pipeline", default="pipelines/ijepa.yaml")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    rng = random.Random(options.seed)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kill-and-resume-"))
    begin = [options.program, "run", options.pipeline]
    for setting in SETTINGS:
        begin += ["--set", setting]

    def command(run):
        has_begun = run.exists() and list((run / "checkpoints").glob("step-*.safetensors"))
        if has_begun:
            return [options.program, "run", "--resume", str(run)]
        shutil.rmtree(run, ignore_errors=True)
        return begin + ["--out", str(run)]

    whole = folder / "whole"
    start = time.monotonic()
    subprocess.run(command(whole), check=True, capture_output=True)
    duration = time.monotonic() - start
    wanted = tensors(newest(whole))
    rows = len((whole / "metrics.jsonl").read_text().splitlines())

    kills = interrupted_writes = 0
    for number in range(options.runs):
        run = folder / f"run-{number}"
        for _ in range(rng.randint(1, 3)):
            process = subprocess.Popen(
                command(run), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=rng.uniform(0, duration))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                kills += 1
                interrupted_writes += len(list(run.glob("checkpoints/.*.partial")))
        result = subprocess.run(command(run), capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"run {number} in {run} did not finish:\n{result.stderr}")
        wrong = difference(run, wanted, rows)
        if wrong:
            sys.exit(f"run {number} in {run} {wrong}; {whole} is as it should be")
        if list(run.glob("**/.*.partial")):
            sys.exit(f"run {number} in {run} left partial files behind")
        shutil.rmtree(run)
    shutil.rmtree(folder)
    print(f"{options.runs} runs, {kills} kills, {interrupted_writes} of them while a checkpoint "
          f"was being written: all ended with the same {len(wanted[0])} tensors, bit for bit")


if __name__ == "__main__":
    main()
