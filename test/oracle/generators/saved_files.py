"""Files as `torch.save` and Python's `safetensors` write them, with what is in them. Their bytes are deflated: archives of PyTorch are mostly padding."""

import base64
import collections
import io
import math
import os
import pickle
import re
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy
import torch

from .encode import encode_float, encode_tensor, write_lines

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(1, 1)


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode("ascii")


def saved(value, **options) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, **options)
    return buffer.getvalue()


def encoded(value):
    """What a program should see: tensors with all that belongs to them, Python's containers by their names."""
    if isinstance(value, torch.Tensor):
        facts = {"strides": list(value.stride()), "offset": value.storage_offset(), "requires_grad": value.requires_grad}
        return {"tensor": encode_tensor(value), **facts, "parameter": isinstance(value, torch.nn.Parameter)}
    if isinstance(value, dict):
        return {"dict": [[encoded(key), encoded(item)] for key, item in value.items()]}
    if isinstance(value, set):
        return {"set": sorted(value)}
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": list(value)}
    if isinstance(value, (list, tuple)):
        return {"list": [encoded(item) for item in value]}
    if isinstance(value, (torch.dtype, torch.device)):
        return {"text": str(value)}
    if type(value) is int and abs(value) > 2**53:
        return {"bigint": str(value)}
    if type(value) is float and not math.isfinite(value):
        return {"number": encode_float(value)}
    return value


def row(about: str, value, data: bytes | None = None, **options) -> dict:
    data = saved(value, **options) if data is None else data
    torch.load(io.BytesIO(data), weights_only=options.get("pickle_protocol", 2) == 2)
    return {"about": about, "file": packed(data), "value": encoded(value)}


def rewritten(data: bytes, change=lambda name, content: content, method=zipfile.ZIP_STORED) -> bytes:
    """The same archive as another program writes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename), change(info.filename, old.read(info)), method)
    return buffer.getvalue()


def big_endian(name: str, content: bytes) -> bytes:
    if name.endswith("/byteorder"):
        return b"big"
    return numpy.frombuffer(content, "<f4").astype(">f4").tobytes() if "/data/" in name else content


def legacy(value) -> bytes:
    """A file of the time before PyTorch 1.6. The name of its only storage, an address, is replaced."""
    data = saved(value, _use_new_zipfile_serialization=False)
    return re.sub(rb"X\x0e\x00\x00\x00\d{14}|X\x0f\x00\x00\x00\d{15}", b"X\x0f\x00\x00\x00" + b"9" * 15, data)


def checkpoint() -> dict:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    net(torch.randn(4, 2)).square().sum().backward()
    optimizer.step()
    return {"epoch": 3, "model": net.state_dict(), "optimizer": optimizer.state_dict(), "loss": 0.5}


def without_sums(value) -> bytes:
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        return saved(value)
    finally:
        torch.serialization.set_crc32_options(before)


def same_files() -> list[dict]:
    """Files that are to be written alike."""
    x = torch.arange(6.0).reshape(2, 3)
    values = [1, 255, 256, 65536, -1, 2**31, -(2**63), 2**70, 0.1, -0.0, float("inf"), True, False, None, "", "é", "\U0001f525"]
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Linear(3, 1))
    return [
        row("every dtype", {name: torch.tensor([0, 1, 1]).to(getattr(torch, name)) for name in DTYPES}),
        row("views that share elements", {"whole": x, "columns": x.t()[1:], "none": torch.empty(2, 0, 3), "one": torch.tensor(2.5)}),
        row("parameters and leaves", [torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(1), False), torch.ones(1, requires_grad=True)]),
        row("values", values),
        row("containers", {"list": [[], [1], {}], "set": {1, 2}, "other keys": {0: "a", 1.5: "b", None: "c"}, "bytes": b"abc\xff"}),
        row("weights as a dict", dict(net.state_dict())),
        row("many", {"names": [f"name {i}" for i in range(300)], "numbers": list(range(1001)), "dims": torch.ones(1, 2, 1, 1, 2)}),
        row("dtypes and devices", [torch.float16, torch.device("cpu"), torch.device("cuda", 1)]),
    ]


def other_files() -> list[dict]:
    x = torch.arange(6.0).reshape(2, 3)
    state = torch.nn.Sequential(torch.nn.Linear(1, 1), torch.nn.BatchNorm1d(1)).eval().state_dict()
    for tensor in state.values():
        tensor.fill_(2)
    counts = collections.Counter("aab")
    marked = torch.ones(2)
    marked.note = "kept by Python alone"
    return [
        row("a state_dict", state),
        row("a checkpoint with Adam's state", checkpoint()),
        row("tuples, ordered dicts, counters and sizes", {"t": (1, (2, ())), "o": collections.OrderedDict(b=1, a=2), "c": counts, "s": x.shape, "b": bytearray(b"ab")}),
        row("a tensor with an attribute", [marked]),
        row("protocol 4", {"x": x, "s": {1, 2}, "b": b"abc", "n": 2**70}, pickle_protocol=4),
        row("protocol 5", {"x": x, "b": bytearray(b"abc")}, pickle_protocol=5),
        row("without check sums", {"x": x}, without_sums({"x": x})),
        row("written by another program", {"x": x}, rewritten(saved({"x": x}))),
        row("deflated by another program", {"x": x}, rewritten(saved({"x": x}), method=zipfile.ZIP_DEFLATED)),
        row("big-endian", {"x": x}, rewritten(saved({"x": x}), big_endian)),
        row("of before 1.6", {"x": x, "row": x[1], "n": [1, "a"]}, legacy({"x": x, "row": x[1], "n": [1, "a"]})),
    ]


def refused_files() -> list[dict]:
    torch.manual_seed(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quantised = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.quint8)
        sparse = torch.eye(2).to_sparse()
    traced = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.script(torch.nn.Identity()), traced)
    program = rewritten(traced.getvalue(), lambda name, content: b"" if name.endswith(".debug_pkl") else content)
    values = {
        "a module": torch.nn.Linear(1, 1),
        "a module of one's own": Net(),
        "complex numbers": torch.ones(2, dtype=torch.complex64),
        "a complex number": 1j,
        "a quantised tensor": quantised,
        "a sparse tensor": sparse,
        "a tensor without elements": torch.ones(2, device="meta"),
        "unsigned numbers": torch.ones(2, dtype=torch.uint16),
        "floats of 8 bits": torch.ones(2).to(torch.float8_e4m3fn),
        "a number of NumPy's": numpy.float64(0.5),
        "a defaultdict": collections.defaultdict(list),
        "a negated view": torch.ones(1, dtype=torch.complex64).conj().imag,
        "code": os.system,
    }
    rows = [{"about": about, "file": packed(saved(value))} for about, value in values.items()]
    return [*rows, {"about": "a program", "file": packed(program)}, {"about": "a pickle alone", "file": packed(pickle.dumps([1], 2))}]


def safetensors_files() -> list[dict]:
    import safetensors.torch

    tensors = {name: torch.tensor([0, 1, 1]).to(getattr(torch, name)) for name in DTYPES}
    sets = {"every dtype": (tensors, None), "names, sizes and metadata": ({"10": torch.tensor(2.5), "9": torch.ones(2, 0), 'a"é\U0001f525': torch.ones(2, 1), "a\uff5e": torch.ones(1)}, {"format": "pt"}), "nothing": ({}, None)}
    return [{"about": about, "file": packed(safetensors.torch.save(given, metadata)), "metadata": metadata,
             "value": encoded(dict(sorted(given.items())))} for about, (given, metadata) in sets.items()]


def generate(folder: Path) -> None:
    lists = {"same": same_files(), "others": other_files(), "refused": refused_files(), "safetensors": safetensors_files()}
    write_lines(folder / "saved-files.json", lists)
