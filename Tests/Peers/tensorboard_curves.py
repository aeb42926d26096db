#!/usr/bin/env python3
"""Reads the curves of a run with TensorBoard itself and compares them with the rows of the run.

    jepa-pipe run pipelines/ijepa.yaml --set train.log.tensorboard=true --set train.steps=50 --out RUN
    python3 Tests/Peers/tensorboard_curves.py RUN

Needs the package tensorboard. Every figure of metrics.jsonl and monitor.jsonl has to be there, at
every step, equal up to the rounding to float32.
"""

import json
import math
import pathlib
import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main():
    run = pathlib.Path(sys.argv[1])
    events = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0})
    events.Reload()
    curves = {tag: {event.step: event.value for event in events.Scalars(tag)}
              for tag in events.Tags()["scalars"]}
    compared = 0
    for file, group in [("metrics.jsonl", "train"), ("monitor.jsonl", "monitor")]:
        for line in (run / file).read_text().splitlines():
            row = json.loads(line)
            for name, value in row.items():
                if name == "step" or value is None:
                    continue
                found = curves[f"{group}/{name}"][row["step"]]
                expected = struct.unpack("f", struct.pack("f", value))[0]
                assert found == expected or math.isclose(found, expected, rel_tol=1e-6), (
                    group, name, row["step"], found, expected)
                compared += 1
    print(f"{len(curves)} curves, {compared} values as in the rows of the run")


if __name__ == "__main__":
    main()
