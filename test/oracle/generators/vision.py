"""Transforms of torchvision 0.28 on small images, with their printed forms, the layouts of its models, and image files of Pillow with their pixels.

Where torchvision's compiled library does not fit PyTorch's build, its Python parts work all the same once the operators that they mention are declared; none of
them is called here.
"""

import base64
import hashlib
import io
import re
import sys
from pathlib import Path

import torch

from .encode import encode_tensor, encode_values, write_lines


def import_torchvision():
    for _ in range(40):
        try:
            from torchvision import models
            from torchvision.transforms import v2

            return models, v2
        except RuntimeError as error:
            missing = re.search(r"operator torchvision::(\w+) does not exist", str(error))
            if missing is None:
                raise
            for name in [name for name in sys.modules if name.startswith("torchvision")]:
                del sys.modules[name]
            signature = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
            torch.library.define(f"torchvision::{missing[1]}", signature)
    raise RuntimeError("torchvision cannot be imported")


def pixels(*shape):
    """Bytes that differ; the tests make the same ones."""
    i = torch.arange(torch.Size(shape).numel())
    return ((i * i * 7 + i * 31 + 5) % 256).to(torch.uint8).reshape(shape)


IMAGES = {
    "bytes": pixels(3, 6, 7),
    "grey": pixels(1, 7, 7),
    "fractions": pixels(3, 6, 7).div(255),
    "greyFractions": pixels(1, 6, 5).div(255),
    "batch": pixels(2, 3, 5, 5),
    "wide": pixels(1, 6, 15),
    "fractionsBatch": pixels(2, 1, 5, 6).div(255),
    "ints": pixels(1, 5, 5).to(torch.int32) * 8_000_000,
}

# Transform, arguments, keywords, names of images.
TRANSFORMS = [
    ("Resize", [4], {}, ["bytes", "wide", "fractions"]),
    ("Resize", [[9, 5]], {}, ["bytes", "grey", "batch", "fractionsBatch"]),
    ("Resize", [[4, 11]], {"interpolation": "nearest"}, ["bytes", "fractions", "ints"]),
    ("Resize", [[4, 5]], {"interpolation": "nearest-exact"}, ["bytes"]),
    ("Resize", [[4, 5], "bicubic"], {}, ["bytes", "fractions"]),
    ("Resize", [[9, 10]], {"interpolation": "bicubic", "antialias": False}, ["bytes", "fractions"]),
    ("Resize", [[4, 5]], {"antialias": False}, ["bytes", "fractions"]),
    ("Resize", [[3]], {"max_size": 5}, ["wide"]),
    ("Resize", [None], {"max_size": 5}, ["wide", "bytes"]),
    ("Resize", [[4, 5]], {"interpolation": "lanczos"}, ["fractions"]),
    ("CenterCrop", [4], {}, ["bytes", "wide", "batch"]),
    ("CenterCrop", [[3, 2]], {}, ["bytes"]),
    ("CenterCrop", [[9, 4]], {}, ["bytes", "fractions"]),
    ("CenterCrop", [[8]], {}, ["grey"]),
    ("Pad", [2], {}, ["grey", "fractionsBatch"]),
    ("Pad", [[1, 2]], {"fill": 7}, ["grey"]),
    ("Pad", [[1, 0, 2, 3]], {"fill": [10, 20, 30]}, ["bytes", "batch"]),
    ("Pad", [[2, 1, 0, 3]], {"padding_mode": "reflect"}, ["bytes", "fractions"]),
    ("Pad", [[2, 1, 0, 3]], {"padding_mode": "edge"}, ["bytes"]),
    ("Pad", [[2, 1, 0, 3], 0, "symmetric"], {}, ["bytes", "fractions"]),
    ("RandomCrop", [4], {}, ["bytes", "batch", "wide"]),
    ("RandomCrop", [[6, 3]], {}, ["bytes"]),
    ("RandomCrop", [6, 1], {}, ["bytes", "fractions"]),
    ("RandomCrop", [[8, 8]], {"pad_if_needed": True, "fill": 9}, ["grey"]),
    ("RandomCrop", [[8, 6], [1, 2, 3, 0], True], {"padding_mode": "reflect"}, ["bytes"]),
    ("RandomResizedCrop", [4], {}, ["bytes", "batch"]),
    ("RandomResizedCrop", [[3, 5]], {"scale": [0.5, 0.75], "ratio": [0.5, 2.0], "interpolation": "nearest"}, ["bytes", "fractions"]),
    ("RandomResizedCrop", [4], {"scale": [5.0, 6.0]}, ["wide"]),
    ("RandomHorizontalFlip", [], {}, ["bytes", "batch"]),
    ("RandomHorizontalFlip", [1], {}, ["wide"]),
    ("RandomVerticalFlip", [], {"p": 0.9}, ["bytes"]),
    ("RandomRotation", [30], {}, ["bytes", "fractions", "batch"]),
    ("RandomRotation", [[90, 90]], {}, ["grey", "wide"]),
    ("RandomRotation", [[90, 90]], {"expand": True}, ["wide"]),
    ("RandomRotation", [[180, 180]], {}, ["wide"]),
    ("RandomRotation", [[-40, 10], "bilinear"], {"fill": [1, 2, 3]}, ["bytes"]),
    ("RandomRotation", [45], {"interpolation": "bilinear", "expand": True, "center": [1, 2], "fill": 0.5}, ["fractions"]),
    ("RandomAffine", [20], {}, ["bytes"]),
    ("RandomAffine", [[0, 0]], {"translate": [0.3, 0.2]}, ["bytes", "fractions"]),
    ("RandomAffine", [10, [0.1, 0.3], [0.5, 1.5], 10], {"interpolation": "bilinear"}, ["fractions", "batch"]),
    ("RandomAffine", [0], {"shear": [-5, 10, 0, 20], "fill": 3, "center": [2, 2]}, ["bytes"]),
    ("ColorJitter", [], {}, ["bytes"]),
    ("ColorJitter", [0.5, 0.4, 0.3, 0.2], {}, ["bytes", "fractions", "batch"]),
    ("ColorJitter", [], {"brightness": [0.5, 2.0], "contrast": 0.9}, ["grey", "greyFractions", "bytes"]),
    ("ColorJitter", [], {"hue": [-0.5, 0.5], "saturation": 1}, ["bytes", "fractions"]),
    ("Grayscale", [], {}, ["bytes", "fractions", "grey"]),
    ("Grayscale", [3], {}, ["bytes", "grey"]),
    ("RandomGrayscale", [], {"p": 0.7}, ["bytes", "grey"]),
    ("RandomGrayscale", [], {}, ["bytes"]),
    ("GaussianBlur", [3], {}, ["bytes", "fractions", "batch"]),
    ("GaussianBlur", [[5, 3], [0.5, 1.5]], {}, ["fractions"]),
    ("GaussianBlur", [3, 1.0], {}, ["grey"]),
    ("RandomErasing", [], {}, ["fractions"]),
    ("RandomErasing", [1], {"value": "random"}, ["fractions", "fractionsBatch"]),
    ("RandomErasing", [1, [0.2, 0.4], [0.5, 2.0], [1, 2, 3]], {}, ["bytes"]),
    ("Normalize", [[0.1, 0.2, 0.3], [0.5, 0.25, 2.0]], {}, ["fractions"]),
    ("Normalize", [[0.5], [0.25]], {}, ["fractions", "fractionsBatch"]),
    ("ToDtype", [torch.float32, True], {}, ["bytes", "ints"]),
    ("ToDtype", [torch.float64], {}, ["grey"]),
    ("ToDtype", [torch.uint8, True], {}, ["fractions", "ints"]),
    ("ToDtype", [torch.int32, True], {}, ["grey"]),
    ("ConvertImageDtype", [torch.float32], {}, ["bytes"]),
    ("ConvertImageDtype", [], {}, ["ints"]),
    ("FiveCrop", [3], {}, ["bytes"]),
]

# A list of transforms within a transform is written as ["name", arguments, keywords].
NESTED = [
    ("Compose", [("Resize", [5], {}), ("RandomCrop", [4], {}), ("ToDtype", [torch.float32], {"scale": True}), ("Normalize", [[0.5], [0.5]], {})], {}, ["bytes", "wide"]),
    ("Compose", [("CenterCrop", [4], {})], {}, ["bytes"]),
    ("RandomApply", [("RandomCrop", [4], {}), ("RandomHorizontalFlip", [], {})], {"p": 0.6}, ["bytes", "grey"]),
    ("RandomApply", [("RandomRotation", [[90, 90]], {})], {"p": 0}, ["grey"]),
    ("RandomChoice", [("CenterCrop", [4], {}), ("Pad", [1], {}), ("RandomCrop", [3], {})], {}, ["bytes", "grey"]),
    ("RandomChoice", [("CenterCrop", [4], {}), ("Pad", [1], {})], {"p": [1, 3]}, ["bytes"]),
    ("RandomOrder", [("Pad", [1], {}), ("RandomCrop", [5], {}), ("GaussianBlur", [3], {})], {}, ["bytes", "fractions"]),
]

# Function, arguments behind the image, names of images.
FUNCTIONS = [
    ("affine", [30, [1, -2], 1.2, [5, 10]], ["bytes", "fractions"]),
    ("affine", [-15, [0, 0], 0.8, [7.0], "bilinear", [5.0], [1.0, 1.0]], ["fractions", "bytes"]),
    ("rotate", [33, "bilinear", True], ["bytes", "wide"]),
    ("rotate", [-90, "nearest", False], ["grey", "wide"]),
    ("rotate", [270, "nearest", True], ["wide"]),
    ("crop", [-1, 2, 5, 9], ["bytes", "batch"]),
    ("crop", [1, 1, 2, 3], ["fractions"]),
    ("crop", [4, -3, 4, 5], ["grey"]),
    ("resized_crop", [1, 2, 4, 4, [3, 6]], ["bytes"]),
    ("hflip", [], ["bytes"]),
    ("vflip", [], ["bytes"]),
    ("invert", [], ["bytes", "fractions"]),
    ("adjust_brightness", [1.7], ["bytes", "fractions"]),
    ("adjust_contrast", [0.4], ["bytes", "grey", "fractions"]),
    ("adjust_saturation", [2.5], ["bytes", "grey", "fractions"]),
    ("adjust_hue", [0.31], ["bytes", "grey", "fractions"]),
    ("adjust_hue", [-0.5], ["bytes"]),
    ("adjust_gamma", [0.7], ["bytes", "fractions"]),
    ("adjust_gamma", [2.0, 1.5], ["bytes", "fractions"]),
    ("gaussian_blur", [5], ["fractions", "grey"]),
    ("gaussian_blur", [[3, 5], [0.7, 1.1]], ["bytes"]),
    ("convert_image_dtype", [torch.uint8], ["fractions"]),
    ("convert_image_dtype", [torch.int16], ["bytes", "ints"]),
    ("pad", [[1, 2, 3, 4], None], ["grey"]),
    ("erase", [1, 2, 3, 2, torch.tensor([[[1.0]], [[2.0]], [[3.0]]])], ["fractions", "bytes"]),
]
# Names of images, and how they become a grid.
GRIDS = [
    ("batch", {}),
    ("batch", {"nrow": 1, "padding": 1, "pad_value": 7}),
    ("fractionsBatch", {"normalize": True}),
    ("fractionsBatch", {"normalize": True, "scale_each": True, "padding": 0}),
    ("fractionsBatch", {"normalize": True, "value_range": [0.25, 0.5], "pad_value": 0.5}),
    ("greyFractions", {}),
]
MODELS = ["resnet18", "resnet34", "resnet50", "resnext50_32x4d", "mobilenet_v2", "alexnet", "vgg11_bn"]
# Height and width of the image; AlexNet needs more.
IMAGE_SIZE, LARGER = 40, {"alexnet": 70}


def encoded(value):
    if isinstance(value, torch.dtype):
        return {"torch": str(value).removeprefix("torch.")}
    return encode_tensor(value) if isinstance(value, torch.Tensor) else value


def transformed(transform, image):
    """The result after a seed, and the number that is drawn next."""
    torch.manual_seed(11)
    result = transform(IMAGES[image].clone())
    results = list(result) if isinstance(result, (tuple, list)) else [result]
    # The numbers of an image in the dtype that it had are told by the image.
    return [encode_tensor(each) for each in results], torch.rand(1).item()


def rows(v2):
    for name, args, kwargs, images in TRANSFORMS:
        transform = getattr(v2, name)(*args, **kwargs)
        for image in images:
            results, after = transformed(transform, image)
            row = {"transform": name, "args": [encoded(arg) for arg in args], "kwargs": kwargs}
            yield row | {"image": image, "printed": repr(transform), "results": results, "next": after}


def nested_rows(v2):
    for name, steps, kwargs, images in NESTED:
        transform = getattr(v2, name)([getattr(v2, step)(*args, **named) for step, args, named in steps], **kwargs)
        for image in images:
            results, after = transformed(transform, image)
            inner = [[step, [encoded(arg) for arg in args], named] for step, args, named in steps]
            row = {"transform": name, "steps": inner, "kwargs": kwargs}
            yield row | {"image": image, "printed": repr(transform), "results": results, "next": after}


def function_rows(functional):
    for name, args, images in FUNCTIONS:
        for image in images:
            result = getattr(functional, name)(IMAGES[image].clone(), *args)
            yield {"function": name, "args": [encoded(arg) for arg in args], "image": image, "result": encode_tensor(result)}


def grid_rows():
    from torchvision.utils import make_grid

    for image, kwargs in GRIDS:
        options = {key: tuple(value) if isinstance(value, list) else value for key, value in kwargs.items()}
        yield {"image": image, "kwargs": kwargs, "result": encode_tensor(make_grid(IMAGES[image], **options))}


def model_rows(models):
    """Names and shapes in order, what the first weights are after a seed, and the scores of an image that is not zero."""
    for name in MODELS:
        torch.manual_seed(5)
        model = getattr(models, name)(num_classes=7).eval()
        state = model.state_dict()
        digest = hashlib.sha256()
        for tensor in state.values():
            digest.update(tensor.numpy().tobytes())
        size = LARGER.get(name, IMAGE_SIZE)
        with torch.no_grad():
            scores = model(pixels(1, 3, size, size).div(255))
        layout = [[key, list(tensor.shape)] for key, tensor in state.items()]
        yield {"model": name, "size": size, "layout": layout, "sha256": digest.hexdigest(), "scores": encode_values(scores)}


def picture(mode: str, width: int, height: int):
    """A picture with smooth and with rough parts."""
    from PIL import Image

    channels = len(Image.new(mode, (1, 1)).getbands())
    y, x, c = torch.meshgrid(torch.arange(height), torch.arange(width), torch.arange(channels), indexing="ij")
    values = (128 + 90 * torch.sin(x / 4.0 + c) + 37 * torch.cos(y * (c + 1) / 3.0) + (x * y) % 5 * (x > width / 2)).clamp(0, 255).byte()
    return Image.fromarray(values.squeeze(-1).numpy(), mode)


def image_files():
    """Each with Pillow's pixels in the modes that torchvision has."""
    from PIL import Image

    wide = (19, 13)
    rgb = picture("RGB", *wide)
    palette = rgb.quantize(11)
    clear = picture("RGB", 6, 5).quantize(5)
    clear.info["transparency"] = bytes([255, 0, 128, 7, 255])
    deep = Image.fromarray((pixels(5, 7).to(torch.int32) * 257 + 3).to(torch.uint16).numpy())
    bits = picture("L", 11, 6).point(lambda value: 255 if value > 128 else 0).convert("1")
    files = [
        ("grey.png", picture("L", *wide), {}),
        ("grey with opacity.png", picture("LA", 7, 5), {}),
        ("colours.png", rgb, {}),
        ("colours with opacity.png", picture("RGBA", 8, 9), {"compress_level": 0}),
        ("palette.png", palette, {}),
        ("palette of two bits.png", rgb.quantize(4), {"bits": 2}),
        ("palette with opacity.png", clear, {}),
        ("one bit.png", bits, {}),
        ("sixteen bits.png", deep, {}),
        ("grey.jpg", picture("L", *wide), {"quality": 80}),
        ("colours.jpg", rgb, {"quality": 90, "subsampling": 0}),
        ("colours of fewer points.jpg", rgb, {"quality": 60, "subsampling": 2}),
        ("half as many across.jpg", picture("RGB", 33, 17), {"quality": 75, "subsampling": 1}),
        ("progressive.jpg", rgb, {"quality": 85, "progressive": True}),
        ("restart markers.jpg", rgb, {"quality": 50, "restart_marker_blocks": 2}),
    ]
    for name, image, options in files:
        file = io.BytesIO()
        image.save(file, name.split(".")[-1].replace("jpg", "jpeg"), **options)
        read = Image.open(io.BytesIO(file.getvalue()))
        if read.mode == "I;16":
            high = torch.tensor(list(read.getdata())).div(256, rounding_mode="floor").byte().reshape(read.height, read.width)
            read = Image.fromarray(high.numpy())
        opaque = read.mode in ("L", "RGB", "1", "P") and "transparency" not in read.info
        own = {"1": "L", "P": "RGB" if opaque else "RGBA"}.get(read.mode, read.mode)
        modes = {"UNCHANGED": own, "GRAY": "L", "RGB": "RGB", "RGB_ALPHA": "RGBA", "GRAY_ALPHA": "LA"}
        row = {"name": name, "file": base64.b64encode(file.getvalue()).decode(), "size": [read.height, read.width]}
        # Pillow has no way from colours with opacity to grey that torchvision and this library share.
        yield row | {mode: list(read.convert(own).convert(target).tobytes()) for mode, target in modes.items()}


def generate(folder: Path) -> None:
    models, v2 = import_torchvision()
    lists = {"transforms": list(rows(v2)), "nested": list(nested_rows(v2)), "functions": list(function_rows(v2.functional))}
    lists["grids"] = list(grid_rows())
    write_lines(folder / "vision.json", lists)
    write_lines(folder / "vision-images.json", {"images": list(image_files())})
    write_lines(folder / "vision-models.json", {"models": list(model_rows(models))})
