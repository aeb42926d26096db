"""Writes the fixtures beside this file with the reference implementations of the formats.

Run with Python 3, numpy, safetensors and torch. Every tensor is a ramp, so that the tests can
state the expected elements. The exception is written.pth, which the tests' own writer made and
torch.load read: this script checks that it still does.
"""

import collections
import pathlib
import zipfile

import numpy
import safetensors.torch
import torch

here = pathlib.Path(__file__).parent


def ramp(*shape, dtype=torch.float32, scale=0.25):
    count = int(numpy.prod(shape))
    return (torch.arange(count, dtype=torch.float64) * scale - 1).reshape(shape).to(dtype)


def write_safetensors():
    tensors = {
        "weight": ramp(2, 3),
        "double": ramp(3, dtype=torch.float64),
        "half": ramp(5, dtype=torch.float16),
        "brain": ramp(5, dtype=torch.bfloat16),
        "long": ramp(2, dtype=torch.int64, scale=5e12),
        "int": ramp(2, dtype=torch.int32, scale=70000),
        "short": ramp(3, dtype=torch.int16, scale=300),
        "char": ramp(3, dtype=torch.int8, scale=50),
        "byte": torch.tensor([0, 7, 255], dtype=torch.uint8),
        "flag": torch.tensor([True, False, True]),
        "scalar": torch.tensor(2.5),
        "empty": torch.zeros(0, 4),
        'odd "name" \\ \t é 🙂': ramp(1),
    }
    safetensors.torch.save_file(tensors, here / "mixed.safetensors", {"step": 'line\n"7" \x01 é'})


def write_npy():
    numpy.save(here / "float.npy", ramp(2, 3).numpy())
    numpy.save(here / "long.npy", ramp(3, dtype=torch.int64, scale=5e12).numpy())
    numpy.save(here / "scalar.npy", numpy.float64(2.5))
    numpy.save(here / "fortran.npy", numpy.asfortranarray(ramp(2, 3).numpy()))
    with open(here / "version2.npy", "wb") as file:
        numpy.lib.format.write_array(file, ramp(2, 3, dtype=torch.int32, scale=70000).numpy(), (2, 0))


def write_torch():
    base = ramp(4, 6)
    layer = torch.nn.Linear(2, 3)
    with torch.no_grad():
        layer.weight.copy_(ramp(3, 2))
        layer.bias.copy_(ramp(3))
    root = {
        "state": layer.state_dict(),
        "parameter": torch.nn.Parameter(ramp(2, 2)),
        "views": {
            "slice": base[1:3, 2:5],
            "transposed": base.t(),
            "permuted": ramp(2, 3, 4).permute(2, 0, 1),
            "expanded": ramp(1, 3).expand(4, 3),
            "scalar": base[2, 3],
            "empty": base[:0],
        },
        "types": {
            "double": ramp(3, dtype=torch.float64),
            "half": ramp(5, dtype=torch.float16),
            "brain": ramp(5, dtype=torch.bfloat16),
            "long": ramp(2, dtype=torch.int64, scale=5e12),
            "int": ramp(2, dtype=torch.int32, scale=70000),
            "short": ramp(3, dtype=torch.int16, scale=300),
            "char": ramp(3, dtype=torch.int8, scale=50),
            "byte": torch.tensor([0, 7, 255], dtype=torch.uint8),
            "flag": torch.tensor([True, False, True]),
        },
        "plain": [1, -2, 70000, 2**40, -(2**62), 1.5, "text é", None, True, False],
        "tuple": ((), (1,), (1, "b"), (1, 2, 3), (1, 2, 3, 4)),
        "size": base.shape,
        "ordered": collections.OrderedDict([("z", 1), ("a", 2)]),
        7: "a number as key",
    }
    torch.save(root, here / "torch.pth")
    # The same records under 64-bit lengths, as torch writes them for archives beyond 4 GiB.
    zipfile.ZIP64_LIMIT, zipfile.ZIP_FILECOUNT_LIMIT = 16, 1
    with zipfile.ZipFile(here / "torch.pth") as small:
        with zipfile.ZipFile(here / "torch64.pth", "w", zipfile.ZIP_STORED) as big:
            for record in small.infolist():
                info = zipfile.ZipInfo(record.filename)
                with big.open(info, "w", force_zip64=True) as target:
                    target.write(small.read(record))


write_safetensors()
write_npy()
write_torch()

for options in ({"weights_only": True}, {"weights_only": True, "mmap": True}):
    written = torch.load(here / "written.pth", **options)
    assert written["weight"].tolist() == [[1], [2], [3]]
    assert written[-7] == [None, True, False, 2**40] and written["é"] == (0.5, 300, "")
