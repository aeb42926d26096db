#!/usr/bin/env python3
"""Makes Tests/JepaImagesTests/Fixtures/colours.safetensors: what torchvision and Pillow make of a
small picture that has every kind of colour.

    python Tests/Peers/colours.py
"""

import json
import pathlib

import numpy as np
import torchvision.transforms.functional as F
from PIL import Image, ImageFilter
from safetensors.numpy import save_file

OUT = pathlib.Path(__file__).parent.parent / "JepaImagesTests" / "Fixtures" / "colours.safetensors"

CASES = [
    *(("brightness", f) for f in (0.0, 0.613, 1.0, 1.387)),
    *(("contrast", f) for f in (0.0, 0.613, 1.0, 1.387)),
    *(("saturation", f) for f in (0.0, 0.613, 1.0, 1.387)),
    *(("hue", f) for f in (-0.5, -0.1, 0.0, 0.0371, 0.1, 0.5)),
    ("gray", 0.0),
    *(("blur", f) for f in (0.1, 0.5, 0.9137, 2.0, 9.0)),
]


def changed(image, kind, value):
    if kind == "gray":
        return F.rgb_to_grayscale(image, num_output_channels=3)
    if kind == "blur":
        return image.filter(ImageFilter.GaussianBlur(value))
    return getattr(F, f"adjust_{kind}")(image, value)


def main():
    random = np.random.default_rng(0)
    height, width = 13, 17
    picture = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
    picture[0, :6] = [[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [7, 7, 7]]
    picture[5:9, 3:12] //= 4
    image = Image.fromarray(picture)
    tensors = {"input": picture}
    for index, (kind, value) in enumerate(CASES):
        tensors[f"output{index}"] = np.array(changed(image, kind, value))
    cases = [{"kind": kind, "value": value} for kind, value in CASES]
    save_file(tensors, OUT, {"cases": json.dumps(cases)})


if __name__ == "__main__":
    main()
