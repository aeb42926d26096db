#!/usr/bin/env python3
"""Decoding, random crop and normalisation with Pillow and torchvision, on one core.

    images.py FOLDER [--size 224] [--count 64]
        prints the milliseconds of processor time for an image; compare with the line 'loading' of
        jepa-pipe bench pipelines/bench/vit-s16.yaml --set stages.data.path=FOLDER
"""

import argparse
import pathlib
import sys
import time

import PIL
import torch
import torchvision
from PIL import Image
from torchvision import transforms


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--size", type=int, default=224, help="of the crops; default 224")
    parser.add_argument("--count", type=int, default=64, help="of images; default 64")
    options = parser.parse_args()
    torch.set_num_threads(1)
    suffixes = {".jpg", ".jpeg", ".png"}
    paths = sorted(path for path in options.folder.rglob("*") if path.suffix.lower() in suffixes)
    if not paths:
        sys.exit(f"'{options.folder}' holds no JPEG or PNG images")
    prepare = transforms.Compose([
        transforms.RandomResizedCrop(options.size, scale=(0.3, 1.0)),
        transforms.ToTensor(),
        transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])

    def load(count):
        for index in range(count):
            with Image.open(paths[index % len(paths)]) as image:
                prepare(image.convert("RGB"))

    load(min(options.count, 8))
    start = time.process_time()
    load(options.count)
    milliseconds = (time.process_time() - start) / options.count * 1000
    print(f"Pillow {PIL.__version__}, torchvision {torchvision.__version__}: "
          f"{milliseconds:.2f} ms an image, {options.count} images")


if __name__ == "__main__":
    main()
