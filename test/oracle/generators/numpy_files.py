"""Files as NumPy writes them, with what is in them."""

import base64
import io
from pathlib import Path

import numpy
import torch

from .encode import encode_tensor, write_lines

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]


def base64_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def saved(array: numpy.ndarray, version=None) -> str:
    buffer = io.BytesIO()
    numpy.lib.format.write_array(buffer, array, version=version)
    return base64_text(buffer.getvalue())


def row(about: str, array: numpy.ndarray, version=None) -> dict:
    native = numpy.ascontiguousarray(array.astype(array.dtype.newbyteorder("=")).reshape(array.shape))
    return {"about": about, "file": saved(array, version), "tensor": encode_tensor(torch.from_numpy(native.copy()).reshape(array.shape))}


def archive(save, **arrays) -> str:
    buffer = io.BytesIO()
    save(buffer, **arrays)
    return base64_text(buffer.getvalue())


def generate(folder: Path) -> None:
    counts = numpy.array([[0, 1, 2], [100, 3, 7]])
    same = [row(name, counts.astype(name)) for name in DTYPES]
    same += [row("one element", numpy.array(2.5)), row("nothing", numpy.zeros((0, 3), "float32")), row("a vector", numpy.arange(3.0)),
             row("special numbers", numpy.array([numpy.nan, numpy.inf, -numpy.inf, -0.0])), row("large whole numbers", numpy.array([2**62 + 1, -(2**63)]))]
    others = [row("columns first", numpy.asfortranarray(counts.astype("float32"))), row("big-endian", counts.astype(">f8")), row("big-endian int16", counts.astype(">i2")),
              row("version 2.0", counts, (2, 0)), row("version 3.0", counts, (3, 0)), row("columns first of volumes", numpy.asfortranarray(numpy.arange(24).reshape(2, 3, 4)))]
    refused = [{"about": "complex numbers", "file": saved(counts.astype("complex64"))}, {"about": "text", "file": saved(numpy.array(["a", "bc"]))},
               {"about": "records", "file": saved(numpy.zeros(2, dtype=[("x", "f4"), ("y", "i4")]))}, {"about": "unsigned", "file": saved(counts.astype("uint32"))}]
    arrays = {"weight": counts.astype("float32"), "bias": numpy.arange(3)}
    archives = [{"about": "stored", "file": archive(numpy.savez, **arrays)}, {"about": "compressed", "file": archive(numpy.savez_compressed, **arrays)}]
    tensors = {name: encode_tensor(torch.from_numpy(array)) for name, array in arrays.items()}
    write_lines(folder / "numpy.json", {"same": same, "others": others, "refused": refused, "archives": archives}, tensors=tensors)
