"""Programs about dtypes, conversions and memory formats."""

import torch

from .page import fails, show


def limits_of_dtypes():
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        show(torch.finfo(dtype))
        show(torch.finfo(dtype).bits, torch.finfo(dtype).eps == 2.0 ** {torch.float16: -10, torch.bfloat16: -7, torch.float32: -23, torch.float64: -52}[dtype])
    for dtype in (torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64):
        show(torch.iinfo(dtype), torch.iinfo(dtype).bits, torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    show(torch.finfo())
    fails(lambda: torch.finfo(torch.int8))
    fails(lambda: torch.iinfo(torch.float32))
    fails(lambda: torch.iinfo(torch.bool))
    fails(lambda: torch.iinfo("int8"))


def numbers_of_16_bits():
    x = torch.tensor([1.0, 1 / 3, 65504.0, 65520.0, 6e-8, 2.5e-8, -0.0, 2049.0, float("nan"), 1e10])
    for dtype in (torch.float16, torch.bfloat16):
        y = x.to(dtype)
        show(y)
        show(y * 3, y + 0.1, y.sum(), y[:3] @ y[:3], y[1].item() == y.float()[1].item(), y == 0.333)
        show(torch.tensor([0.1, 0.2], dtype=dtype) == 0.1, 0.1 - torch.tensor([0.3], dtype=dtype), torch.ones(3, dtype=dtype).div(3))
        show(torch.ones(2, dtype=dtype).softmax(0), torch.arange(5, dtype=dtype), torch.tensor([3, 1, 2], dtype=dtype).sort()[0])
        show(torch.tensor([1, 2**20, 3], dtype=torch.int64).to(dtype), torch.tensor([1.5, 2.5], dtype=dtype).long())
    show((torch.tensor([1.0], dtype=torch.float16) + torch.tensor([1.0], dtype=torch.bfloat16)).dtype)


def gradients_in_16_bits():
    x = torch.tensor([1.5, -2.0, 0.25], dtype=torch.float16, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    show(y, x.grad)
    z = torch.tensor([1.5, -2.0], dtype=torch.bfloat16, requires_grad=True)
    (z.float() * 3).sum().backward()
    show(z.grad, z.to(torch.float32))


def whole_numbers_of_8_and_16_bits():
    x = torch.tensor([127, -128, 5, -5], dtype=torch.int8)
    show(x + 1, x * x, x.abs(), -x, x.sum(), x // 2, x > 0, x.to(torch.uint8), x.float() / 2, x / 2, x.to(torch.int16) * 300)
    show(torch.tensor([32767, -32768], dtype=torch.int16) + 1, torch.tensor([200], dtype=torch.uint8) + torch.tensor([100], dtype=torch.int8))
    show(torch.tensor([300.7, -1.5, 1e10]).to(torch.int8), torch.tensor([40000.0, -1.5]).to(torch.int16), torch.tensor([3, 1, 2], dtype=torch.int8).sort()[0])
    show(torch.zeros(2, dtype=torch.short), torch.ones(2, dtype=torch.int8).bool(), torch.tensor([2, 3], dtype=torch.int8).prod().dtype)


def numbers_that_do_not_fit():
    for dtype in (torch.int8, torch.uint8, torch.int16, torch.int32):
        fails(lambda dtype=dtype: torch.tensor([2**31], dtype=dtype))
        fails(lambda dtype=dtype: torch.tensor([1e20], dtype=dtype))
        fails(lambda dtype=dtype: torch.tensor([float("nan")], dtype=dtype))
        fails(lambda dtype=dtype: torch.zeros(2, dtype=dtype).fill_(2**40))
        fails(lambda dtype=dtype: torch.full((2,), 2**40, dtype=dtype))
    fails(lambda: torch.tensor([2**63], dtype=torch.int64))
    fails(lambda: torch.tensor([-1.5], dtype=torch.uint8))
    fails(lambda: torch.zeros(2, dtype=torch.float16).masked_fill(torch.tensor([True, False]), -1e9))
    show(torch.tensor([-1], dtype=torch.uint8), torch.tensor([1.9, -1.9], dtype=torch.int8), torch.tensor([1e6], dtype=torch.float16))


def questions_about_dtypes():
    x = torch.zeros(2, 3, dtype=torch.float16)
    show(x.type(), x.is_floating_point(), x.is_signed(), x.is_complex(), x.element_size(), x.itemsize, x.nbytes, x.nelement(), torch.numel(x))
    show(x.type(torch.int8).type(), x.type("torch.DoubleTensor").dtype, torch.typename(x), torch.is_tensor(x), torch.is_tensor(3), torch.is_floating_point(x.int()))
    show(torch.is_nonzero(torch.tensor([0.5])), torch.tensor(0).is_nonzero(), torch.is_signed(torch.zeros(1, dtype=torch.uint8)), torch.half, torch.short, torch.long)
    show(torch.result_type(torch.tensor([1]), 2.5), torch.result_type(2, 3), torch.can_cast(torch.float32, torch.int64), torch.promote_types(torch.uint8, torch.int8))
    fails(lambda: torch.is_nonzero(x))
    fails(lambda: torch.is_nonzero(torch.zeros(0)))
    fails(lambda: x.type("wrong"))
    fails(lambda: torch.set_default_dtype(torch.int32))
    fails(lambda: torch.result_type("a", 3))
    fails(lambda: torch.is_floating_point(3))


def constructors_of_older_programs():
    show(torch.FloatTensor([1, 2]), torch.LongTensor([[1], [2]]), torch.HalfTensor([0.1]), torch.BoolTensor([True, False]), torch.ByteTensor([1]).dtype)
    show(torch.DoubleTensor(2, 3).shape == (2, 3), torch.IntTensor(), torch.CharTensor([1]).dtype, torch.ShortTensor(0).dtype, torch.BFloat16Tensor([3]))
    fails(lambda: torch.FloatTensor(torch.zeros(2, dtype=torch.int64)))


def devices():
    show(torch.device("cpu"), torch.device("cuda", 1), torch.device("cuda:2").index, torch.zeros(1).device, torch.cuda.is_available(), torch.cuda.device_count(), torch.backends.mps.is_available())
    show(torch.device("cuda" if torch.cuda.is_available() else "cpu"), torch.zeros(2, device=torch.device("cpu")), torch.zeros(1).to("cpu:0").device)
    fails(lambda: torch.zeros(2, device="cuda"))
    fails(lambda: torch.zeros(2).to("cuda:0"))
    fails(lambda: torch.zeros(2).to("mps"))
    fails(lambda: torch.device("tpu"))
    fails(lambda: torch.device(""))
    fails(lambda: torch.device("cuda:x"))


def strides_of_copies():
    x = torch.arange(24.0).reshape(2, 3, 4)
    for y in (x, x.transpose(0, 2), x[:, ::2], x.permute(2, 0, 1)[1:], x[:1].expand(2, 3, 4), x[:, :1].expand(2, 3, 4), x[..., :1], x.flatten()):
        show(*y.clone().stride(), "|", *y.double().stride(), "|", *y.contiguous().stride(), "|", *y.to(torch.float32, copy=True).stride(),
             "|", *y.clone(memory_format=torch.contiguous_format).stride())


def channels_innermost():
    for shape in ((2, 3, 4, 5), (2, 1, 4, 5), (2, 3, 1, 1), (1, 3, 4, 5), (0, 3, 4, 5)):
        x = torch.zeros(shape)
        y = x.contiguous(memory_format=torch.channels_last)
        show(*y.stride(), y is x, y.is_contiguous(), y.is_contiguous(memory_format=torch.channels_last), x.is_contiguous(memory_format=torch.channels_last))
        show(*y.clone().stride(), "|", *y.half().stride(), "|", *y.to(memory_format=torch.contiguous_format).stride(), "|", *x.to(memory_format=torch.channels_last).stride())
        show(y.to(torch.float32) is y, y.to(memory_format=torch.channels_last) is y, x.to(memory_format=torch.channels_last) is x, y.contiguous() is y)
    z = torch.arange(8.0).reshape(1, 2, 2, 2)
    show(z.contiguous(memory_format=torch.channels_last))
    show(*torch.zeros(2, 3, 4, 5, 6).clone(memory_format=torch.channels_last_3d).stride())
    fails(lambda: torch.zeros(2, 3).contiguous(memory_format=torch.channels_last))
    fails(lambda: torch.zeros(2, 3, 4, 5).clone(memory_format=torch.channels_last_3d))
    fails(lambda: torch.zeros(2, 3).double(memory_format=torch.channels_last))


def the_forms_of_to():
    x = torch.zeros(2)
    show(x.to(torch.float16).dtype, x.to("cpu").dtype, x.to("cpu", torch.int8).dtype, x.to(torch.zeros(1).short()).dtype, x.to(dtype=torch.half, device="cpu").dtype)
    show(x.to(torch.float32) is x, x.to("cpu") is x, x.to(torch.float32, copy=True) is x, x.to(torch.float32, False, True) is x, x.to("cpu", torch.float32, False, True) is x)
    show(x.to(tensor=x.long()).dtype, x.type_as(x.char()).dtype, x.to(torch.device("cpu"), non_blocking=True) is x, x.cpu() is x)
    fails(lambda: x.to(torch.float32, torch.float64))
    fails(lambda: x.to("nowhere"))


def whole_numbers_beyond_53_bits():
    x = torch.tensor([2**63 - 1, -(2**63), 2**53 + 1, -(2**53) - 1])
    show(x, x + 1, x * 3, x.sum(), x.prod(), x.cumsum(0), x.sort()[0], x.max(), x == 2**53 + 1, x > 2**53)
    show(x[2].item(), x[0].item(), x.clamp(max=2**53 + 1), x.masked_fill(x < 0, 2**62 + 1), x.index_select(0, torch.tensor([2])), x.float(), x.double())
    show(torch.full((1,), 2**62 + 1), torch.add(x, x, alpha=2**33 + 1), torch.where(x > 0, x, 2**53 + 3), x.int(), x.to(torch.int8))
