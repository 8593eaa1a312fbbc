import torch, { type DType, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

const tensor = torch.tensor;

/** The tensor of one dtype in another. */
function of(values: readonly number[], dtype: DType): Tensor {
  return tensor(values as number[], { dtype }); // a copy: readonly arrays are data too
}

/** Dtypes, conversions between them, and what copies look like in memory. */
export const dtypePrograms: Readonly<Record<string, Program>> = {
  "limits of dtypes"({ show, fails }) {
    const digits = [
      [torch.float16, -10],
      [torch.bfloat16, -7],
      [torch.float32, -23],
      [torch.float64, -52],
    ] as const;
    for (const [dtype, exponent] of digits) {
      show(torch.finfo(dtype));
      show(torch.finfo(dtype).bits, torch.finfo(dtype).eps === 2 ** exponent);
    }
    for (const dtype of [torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64]) {
      const info = torch.iinfo(dtype);
      show(info, info.bits, info.min, info.max);
    }
    show(torch.finfo());
    fails(() => torch.finfo(torch.int8));
    fails(() => torch.iinfo(torch.float32));
    fails(() => torch.iinfo(torch.bool));
    fails(() => torch.iinfo("int8" as never));
  },

  "numbers of 16 bits"({ show }) {
    const x = tensor([1, 1 / 3, 65504, 65520, 6e-8, 2.5e-8, -0, 2049, NaN, 1e10]);
    for (const dtype of [torch.float16, torch.bfloat16]) {
      const y = x.to(dtype);
      const three = y.narrow(0, 0, 3);
      const second = y.select(0, 1).item() === y.float().select(0, 1).item();
      show(y);
      show(y.mul(3), y.add(0.1), y.sum(), three.matmul(three), second, y.eq(0.333));
      show(of([0.1, 0.2], dtype).eq(0.1), of([0.3], dtype).rsub(0.1), torch.ones([3], { dtype }).div(3));
      show(
        torch.ones([2], { dtype }).softmax(0),
        torch.arange(5, { dtype }),
        of([3, 1, 2], dtype).sort(0, false).values,
      );
      show(tensor([1n, 2n ** 20n, 3n]).to(dtype), of([1.5, 2.5], dtype).long());
    }
    show(of([1], torch.float16).add(of([1], torch.bfloat16)).dtype);
  },

  "gradients in 16 bits"({ show }) {
    const x = tensor([1.5, -2, 0.25], { dtype: torch.float16, requires_grad: true });
    const y = x.mul(x).sum();
    y.backward();
    show(y, x.grad);
    const z = tensor([1.5, -2], { dtype: torch.bfloat16, requires_grad: true });
    z.float().mul(3).sum().backward();
    show(z.grad, z.to(torch.float32));
  },

  "whole numbers of 8 and 16 bits"({ show }) {
    const x = of([127, -128, 5, -5], torch.int8);
    show(
      x.add(1),
      x.mul(x),
      x.abs(),
      x.neg(),
      x.sum(),
      x.div(2, { rounding_mode: "floor" }),
      x.gt(0),
      x.to(torch.uint8),
      x.float().div(2),
      x.div(2),
      x.to(torch.int16).mul(300),
    );
    show(of([32767, -32768], torch.int16).add(1), of([200], torch.uint8).add(of([100], torch.int8)));
    show(
      tensor([300.7, -1.5, 1e10]).to(torch.int8),
      tensor([40000, -1.5]).to(torch.int16),
      of([3, 1, 2], torch.int8).sort(0, false).values,
    );
    show(
      torch.zeros([2], { dtype: torch.short }),
      torch.ones([2], { dtype: torch.int8 }).bool(),
      of([2, 3], torch.int8).prod().dtype,
    );
  },

  "numbers that do not fit"({ show, fails }) {
    for (const dtype of [torch.int8, torch.uint8, torch.int16, torch.int32]) {
      fails(() => of([2 ** 31], dtype));
      fails(() => of([1e20], dtype));
      fails(() => of([NaN], dtype));
      fails(() => torch.zeros([2], { dtype }).fill_(2 ** 40));
      fails(() => torch.full([2], 2 ** 40, { dtype }));
    }
    fails(() => tensor([2n ** 63n]));
    fails(() => of([-1.5], torch.uint8));
    fails(() => torch.zeros([2], { dtype: torch.float16 }).masked_fill(tensor([true, false]), -1e9));
    show(of([-1], torch.uint8), of([1.9, -1.9], torch.int8), of([1e6], torch.float16));
  },

  "questions about dtypes"({ show, fails }) {
    const x = torch.zeros([2, 3], { dtype: torch.float16 });
    show(
      x.type(),
      x.is_floating_point(),
      x.is_signed(),
      x.is_complex(),
      x.element_size(),
      x.itemsize,
      x.nbytes,
      x.nelement(),
      torch.numel(x),
    );
    show(
      x.type(torch.int8).type(),
      x.type("torch.DoubleTensor").dtype,
      torch.typename(x),
      torch.is_tensor(x),
      torch.is_tensor(3),
      torch.is_floating_point(x.int()),
    );
    const byte = torch.zeros([1], { dtype: torch.uint8 });
    show(
      torch.is_nonzero(tensor([0.5])),
      tensor(0n).is_nonzero(),
      torch.is_signed(byte),
      torch.half,
      torch.short,
      torch.long,
    );
    show(
      torch.result_type(tensor([1n]), 2.5),
      torch.result_type(2, 3),
      torch.can_cast(torch.float32, torch.int64),
      torch.promote_types(torch.uint8, torch.int8),
    );
    fails(() => torch.is_nonzero(x));
    fails(() => torch.is_nonzero(torch.zeros(0)));
    fails(() => x.type("wrong"));
    fails(() => torch.set_default_dtype(torch.int32));
    fails(() => torch.result_type("a" as never, 3));
    fails(() => torch.is_floating_point(3 as never));
  },

  "constructors of older programs"({ show, fails }) {
    show(
      torch.FloatTensor([1, 2]),
      torch.LongTensor([[1], [2]]),
      torch.HalfTensor([0.1]),
      torch.BoolTensor([true, false]),
      torch.ByteTensor([1]).dtype,
    );
    show(
      new torch.DoubleTensor(2, 3).shape.join() === "2,3",
      torch.IntTensor(),
      torch.CharTensor([1]).dtype,
      torch.ShortTensor(0).dtype,
      torch.BFloat16Tensor([3]),
    );
    fails(() => torch.FloatTensor(torch.zeros([2], { dtype: torch.int64 })));
  },

  devices({ show, fails }) {
    show(
      torch.device("cpu"),
      torch.device("cuda", 1),
      torch.device("cuda:2").index,
      torch.zeros(1).device,
      torch.cuda.is_available(),
      torch.cuda.device_count(),
      torch.backends.mps.is_available(),
    );
    show(
      torch.device(torch.cuda.is_available() ? "cuda" : "cpu"),
      torch.zeros([2], { device: torch.device("cpu") }),
      torch.zeros(1).to("cpu:0").device,
    );
    fails(() => torch.zeros([2], { device: "cuda" }));
    fails(() => torch.zeros(2).to("cuda:0"));
    fails(() => torch.zeros(2).to("mps"));
    fails(() => torch.device("tpu"));
    fails(() => torch.device(""));
    fails(() => torch.device("cuda:x"));
  },

  "strides of copies"({ show }) {
    const x = torch.arange(24, { dtype: torch.float32 }).reshape(2, 3, 4);
    const views = [
      x,
      x.transpose(0, 2),
      x.index("..., ::2, :"),
      x.permute(2, 0, 1).narrow(0, 1, 3),
      x.narrow(0, 0, 1).expand(2, 3, 4),
      x.narrow(1, 0, 1).expand(2, 3, 4),
      x.narrow(2, 0, 1),
      x.flatten(),
    ];
    for (const y of views)
      show(
        ...y.clone().stride(),
        "|",
        ...y.double().stride(),
        "|",
        ...y.contiguous().stride(),
        "|",
        ...y.to(torch.float32, { copy: true }).stride(),
        "|",
        ...y.clone({ memory_format: torch.contiguous_format }).stride(),
      );
  },

  "channels innermost"({ show, fails }) {
    const { channels_last, channels_last_3d, contiguous_format } = torch;
    const [last, plain] = [{ memory_format: channels_last }, { memory_format: contiguous_format }];
    const shapes = [
      [2, 3, 4, 5],
      [2, 1, 4, 5],
      [2, 3, 1, 1],
      [1, 3, 4, 5],
      [0, 3, 4, 5],
    ];
    for (const shape of shapes) {
      const x: Tensor = torch.zeros(shape);
      const y = x.contiguous(last);
      show(...y.stride(), y === x, y.is_contiguous(), y.is_contiguous(last), x.is_contiguous(last));
      show(
        ...y.clone().stride(),
        "|",
        ...y.half().stride(),
        "|",
        ...y.to(plain).stride(),
        "|",
        ...x.to(last).stride(),
      );
      show(y.to(torch.float32) === y, y.to(last) === y, x.to(last) === x, y.contiguous() === y);
    }
    show(torch.arange(8, { dtype: torch.float32 }).reshape(1, 2, 2, 2).contiguous(last));
    show(...torch.zeros(2, 3, 4, 5, 6).clone({ memory_format: channels_last_3d }).stride());
    fails(() => torch.zeros(2, 3).contiguous(last));
    fails(() => torch.zeros(2, 3, 4, 5).clone({ memory_format: channels_last_3d }));
    fails(() => torch.zeros(2, 3).double(last));
  },

  "the forms of to"({ show, fails }) {
    const x: Tensor = torch.zeros(2);
    show(
      x.to(torch.float16).dtype,
      x.to("cpu").dtype,
      x.to("cpu", torch.int8).dtype,
      x.to(torch.zeros(1).short()).dtype,
      x.to({ dtype: torch.half, device: "cpu" }).dtype,
    );
    show(
      x.to(torch.float32) === x,
      x.to("cpu") === x,
      x.to(torch.float32, { copy: true }) === x,
      x.to(torch.float32, false, true) === x,
      x.to("cpu", torch.float32, false, true) === x,
    );
    show(
      x.to({ tensor: x.long() }).dtype,
      x.type_as(x.char()).dtype,
      x.to(torch.device("cpu"), { non_blocking: true }) === x,
      x.cpu() === x,
    );
    fails(() => x.to(torch.float32, torch.float64));
    fails(() => x.to("nowhere"));
  },

  "whole numbers beyond 53 bits"({ show }) {
    const x = tensor([2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n, -(2n ** 53n) - 1n]);
    const odd = 2n ** 53n + 1n;
    show(
      x,
      x.add(1),
      x.mul(3),
      x.sum(),
      x.prod(),
      x.cumsum(0),
      x.sort(0, false).values,
      x.max(),
      x.eq(odd),
      x.gt(2n ** 53n),
    );
    show(
      x.select(0, 2).item(),
      x.select(0, 0).item(),
      x.clamp({ max: odd }),
      x.masked_fill(x.lt(0), 2n ** 62n + 1n),
      x.index_select(0, tensor([2n])),
      x.float(),
      x.double(),
    );
    show(
      torch.full([1], 2n ** 62n + 1n),
      torch.add(x, x, { alpha: 2n ** 33n + 1n }),
      torch.where(x.gt(0), x, 2n ** 53n + 3n),
      x.int(),
      x.to(torch.int8),
    );
  },
};
