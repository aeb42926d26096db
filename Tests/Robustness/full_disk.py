#!/usr/bin/env python3
"""Fills the disk under a training run, makes room again, resumes, and compares where it ends.

    python3 Tests/Robustness/full_disk.py [--program .build/release/jepa-pipe]

The run folder is on a tmpfs whose size is another one each time, from too small for the first
files to nearly enough, so that the shortage meets rows, records and checkpoints. The run has to
stop with status 1 and say that there is no space; the checkpoints it leaves have to be whole, and
no partial file may remain. Then the tmpfs is enlarged and the run resumed, or begun again where it
had saved nothing: it has to end with the weights of an undisturbed run, bit for bit, and with one
row per step. Needs Linux, Python 3, and to be root or to be allowed user namespaces.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from kill_and_resume import SETTINGS, difference, newest, tensors

MESSAGE = "No space left on device"


def outcome(command):
    return subprocess.run(command, capture_output=True, text=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--program", default=".build/release/jepa-pipe")
    arguments.add_argument("--pipeline", default="pipelines/ijepa.yaml")
    options = arguments.parse_args()
    if os.geteuid() != 0:
        unshare = ["unshare", "--user", "--map-root-user", "--mount", sys.executable]
        os.execvp(unshare[0], unshare + [os.path.abspath(__file__)] + sys.argv[1:])
    folder = pathlib.Path(tempfile.mkdtemp(prefix="full-disk-"))
    begin = [options.program, "run", options.pipeline]
    for setting in SETTINGS:
        begin += ["--set", setting]
    whole = folder / "whole"
    result = outcome(begin + ["--out", str(whole)])
    if result.returncode != 0:
        sys.exit(f"the undisturbed run failed:\n{result.stderr}")
    wanted = tensors(newest(whole))
    rows = len((whole / "metrics.jsonl").read_text().splitlines())
    one = newest(whole).stat().st_size
    disk = folder / "disk"
    disk.mkdir()
    # In pages: a few files of a run, then shares of the three checkpoints that are there at once.
    sizes = [4096 * pages for pages in range(1, 9)]
    sizes += [int(one * share) + 4096 * spare
              for share in (0.3, 1, 1.6, 2, 2.9) for spare in (4, 11, 13, 20)]
    begun_again = resumed = 0
    try:
        for size in sizes:
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True)
            try:
                run = disk / "run"
                result = outcome(begin + ["--out", str(run)])
                if result.returncode != 1 or MESSAGE not in result.stderr:
                    sys.exit(f"with {size} bytes the run ended with {result.returncode}:\n"
                             f"{result.stderr}")
                partial = list(run.glob("**/.*.partial"))
                if partial:
                    sys.exit(f"with {size} bytes the run left {partial[0]} behind")
                saved = sorted(run.glob("checkpoints/step-*.safetensors"))
                for path in saved:
                    result = outcome([options.program, "inspect", str(path)])
                    if result.returncode != 0:
                        sys.exit(f"with {size} bytes {path} is damaged:\n{result.stderr}")
                subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
                if saved:
                    resumed += 1
                    command = [options.program, "run", "--resume", str(run)]
                else:
                    begun_again += 1
                    shutil.rmtree(run, ignore_errors=True)
                    command = begin + ["--out", str(run)]
                result = outcome(command)
                if result.returncode != 0:
                    sys.exit(f"after {size} bytes the run did not finish:\n{result.stderr}")
                wrong = difference(run, wanted, rows)
                if wrong:
                    sys.exit(f"after {size} bytes the run {wrong}")
            finally:
                subprocess.run(["umount", str(disk)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{len(sizes)} runs on a full disk, {resumed} of them resumed and {begun_again} begun "
          f"again: all said so, and ended with the same {len(wanted[0])} tensors, bit for bit")


if __name__ == "__main__":
    main()
