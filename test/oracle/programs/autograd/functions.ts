import torch, { autograd, type Tensor } from "../../../../runtime/index.ts";
import { leaf, type Page, type Program } from "../page.ts";

type Context = autograd.function.FunctionCtx;
type Gradients = Tensor | null | readonly (Tensor | null)[];

/** A custom function from two functions. */
function custom<A extends unknown[], R>(
  forward: (ctx: Context, ...args: A) => R,
  backward: (ctx: Context, ...grads: Tensor[]) => unknown,
): (...args: A) => R {
  class Custom extends autograd.Function {
    static readonly forward = forward;
    static readonly backward = backward as (ctx: Context, ...grads: Tensor[]) => Gradients; // some programs give what does not fit
  }
  return (...args) => Custom.apply(...args);
}

function makeExp({ show }: Page): (x: Tensor) => Tensor {
  class Exp extends autograd.Function {
    static forward(ctx: Context, x: Tensor): Tensor {
      const result = x.exp();
      ctx.save_for_backward(result);
      show(torch.is_grad_enabled(), ...ctx.needs_input_grad);
      return result;
    }
    static backward(ctx: Context, g: Tensor): Tensor {
      const [result] = ctx.saved_tensors;
      return g.mul(result!);
    }
  }
  return (x) => Exp.apply(x);
}

class AddOne extends autograd.Function {
  static forward(ctx: Context, x: Tensor): Tensor {
    x.add_(1);
    ctx.mark_dirty(x);
    return x;
  }
  static backward(_: Context, g: Tensor): Tensor {
    return g.mul(7);
  }
}

/** Doubles the first argument; backward gives whatever `give` does. */
const attempt = (give: (g: Tensor) => unknown, ...args: [Tensor, ...unknown[]]): void =>
  custom(
    (_, value: Tensor) => value.mul(2),
    (_, g) => give(g!),
  )(...(args as [Tensor]))
    .sum()
    .backward();

/** Functions with a derivative of the user's. */
export const functions: Readonly<Record<string, Program>> = {
  "a custom function"(page) {
    const { show, fails } = page;
    const exp = makeExp(page);
    const x = leaf([0, 1]);
    const y = exp(x);
    show(y, y.grad_fn!.name());
    y.sum().backward();
    show(x.grad);
    fails(() => y.sum().backward());
    const [first] = autograd.grad(exp(x).sum(), x, { create_graph: true });
    show(...autograd.grad(first!.sum(), x));
    torch.no_grad(() => show(exp(x).requires_grad));
    show(exp(torch.ones(1)));
  },

  "a custom function of several results"({ show }) {
    class Scale extends autograd.Function {
      static forward(ctx: Context, x: Tensor, factor: number, other: Tensor): [Tensor, Tensor, string] {
        ctx["factor"] = factor;
        return [x.mul(factor), other.add(1), "text"];
      }
      static backward(ctx: Context, ...grads: Tensor[]): (Tensor | null)[] {
        show(...grads);
        show(...ctx.needs_input_grad);
        return [grads[0]!.mul(ctx["factor"] as number), null, grads[1]!];
      }
    }
    const x = leaf([1, 2]);
    const [a, b, c] = Scale.apply(x, 3, torch.ones(2));
    show(a, b, c, a.grad_fn === b.grad_fn, b.output_nr);
    a.sum().backward();
    show(x.grad);
  },

  "gradients of custom functions that do not fit"({ show, fails }) {
    const x = leaf([1, 2]);
    fails(() => attempt((g) => [g, g], x));
    fails(() => attempt((g) => g, x, 3));
    fails(() => attempt((g) => [g, g], x, 3));
    fails(() => attempt(() => 3, x));
    fails(() => attempt(() => torch.ones(3), x));
    fails(() => attempt(() => [], x));
    attempt((g) => [g, null], x);
    attempt(() => null, x);
    attempt(() => torch.ones(3, 2), x);
    attempt((g) => g.double(), x);
    show(x.grad, x.grad!.dtype);
  },

  "a custom function that writes"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = x.mul(1);
    show(AddOne.apply(y) === y, y, y.grad_fn!.name());
    y.sum().backward();
    show(x.grad);
    fails(() => AddOne.apply(x));
    const z = x.mul(1);
    AddOne.apply(z.index("0:1"));
    x.grad = null;
    z.sum().backward();
    show(z.grad_fn!.name(), x.grad);
    const forgetful = custom(
      (ctx, value: Tensor) => {
        value.add_(1);
        ctx.mark_dirty(value);
        return value.mul(2);
      },
      (_, g) => g,
    );
    fails(() => forgetful(x.mul(1)));
  },

  "a custom function that gives its argument"({ show, fails }) {
    const x = leaf([1, 2]);
    const y = custom(
      (_, value: Tensor) => value,
      (_, g) => g!.mul(5),
    )(x);
    show(y === x, y._is_view());
    fails(() => y.add_(1));
    y.sum().backward();
    show(x.grad);
    const turned = custom(
      (_, value: Tensor) => value.view(2, 1) as Tensor,
      (_, g) => g!.view(2),
    )(x.mul(1));
    fails(() => turned.add_(1));
    turned.sum().backward();
    show(x.grad);
  },

  "results without gradient"({ show }) {
    const x = leaf([1, 3]);
    const results = custom(
      (ctx, value: Tensor) => {
        const [largest, where, mask] = [value.max() as Tensor, value.argmax(), value.gt(1)];
        ctx.mark_non_differentiable(where, mask);
        ctx.set_materialize_grads(false);
        return [largest, where, mask, value.mul(1)];
      },
      (_, ...grads) => {
        show(...grads);
        return torch.ones(2).mul(grads[0]!);
      },
    )(x);
    show(...results.map((result) => result.requires_grad));
    results[0]!.backward();
    show(x.grad);
  },

  "a custom function with setup context"({ show }) {
    class Power extends autograd.Function {
      static forward(x: Tensor, exponent: number): Tensor {
        return x.pow(exponent);
      }
      static setup_context(ctx: Context, [x, exponent]: [Tensor, number], output: Tensor): void {
        ctx["exponent"] = exponent;
        ctx.save_for_backward(x, null);
        show(output);
      }
      static backward(ctx: Context, g: Tensor): (Tensor | null)[] {
        const [x, nothing] = ctx.saved_tensors;
        const exponent = ctx["exponent"] as number;
        show(nothing);
        return [g.mul(exponent).mul(x!.pow(exponent - 1)), null];
      }
    }
    const x = leaf([1, 2]);
    Power.apply(x, 3).sum().backward();
    show(x.grad);
  },

  "saved tensors of custom functions are checked"({ fails }) {
    const x = leaf([1, 2]);
    const keeping = custom(
      (ctx, value: Tensor) => {
        ctx.save_for_backward(value);
        return value.mul(2);
      },
      (ctx, g) => ctx.saved_tensors[0]!.mul(g!),
    );
    const y = x.mul(1);
    const z = keeping(y);
    y.add_(1);
    fails(() => z.sum().backward());
    const wrong = custom(
      (ctx, value: Tensor) => {
        ctx.save_for_backward(3 as never);
        return value.mul(2);
      },
      (_, g) => g,
    );
    fails(() => wrong(x));
    class Empty extends autograd.Function {}
    fails(() => (Empty as unknown as typeof AddOne).apply(x));
    class Half extends autograd.Function {
      static forward(_: Context, value: Tensor): Tensor {
        return value.mul(2);
      }
    }
    fails(() => Half.apply(x).sum().backward());
  },

  "functions that are differentiated once"({ show, fails }) {
    const x = leaf([1, 2]);
    const once = custom(
      (ctx, value: Tensor) => {
        ctx.save_for_backward(value);
        return value.pow(2) as Tensor;
      },
      autograd.function.once_differentiable((ctx, g: Tensor) => g.mul(2).mul(ctx.saved_tensors[0]!)) as (
        ctx: Context,
        ...grads: Tensor[]
      ) => Tensor,
    );
    once(x).sum().backward();
    show(x.grad);
    const start = torch.ones(2, { requires_grad: true });
    const [first] = autograd.grad(once(x), x, start, { create_graph: true });
    show(first!.requires_grad);
    fails(() => first!.sum().backward());
  },

  "straight through"({ show }) {
    const x = leaf([0.2, 0.7]);
    const rounded = custom(
      (_, value: Tensor) => value.round() as Tensor,
      (_, g) => g,
    )(x);
    rounded
      .mul(torch.tensor([2, 3]))
      .sum()
      .backward();
    show(rounded.detach(), x.grad);
  },

  "anomalies are found"({ show, fails }) {
    const x = leaf([-1, 4]);
    autograd.detect_anomaly(() => {
      const y = x.sqrt().sum();
      fails(() => y.backward());
    });
    show(torch.is_anomaly_enabled());
    x.grad = null;
    x.sqrt().sum().backward();
    show(x.grad);
    autograd.set_detect_anomaly(true);
    show(torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled());
    fails(() => x.sqrt().sum().backward());
    autograd.set_detect_anomaly(false);
    autograd.detect_anomaly(() => x.sqrt().sum().backward(), { check_nan: false });
  },

  "gradients are checked"({ show, fails }) {
    const { gradcheck, gradgradcheck } = autograd;
    const x = torch.tensor([0.5, 1.5], { dtype: torch.float64, requires_grad: true });
    show(
      gradcheck((value) => value.sin().mul(value), [x]),
      gradgradcheck((value) => value.pow(3) as Tensor, [x]),
    );
    const wrong = custom(
      (_, value: Tensor) => value.mul(2),
      (_, g) => g!.mul(3),
    );
    fails(() => gradcheck(wrong, [x]));
    show(gradcheck(wrong, [x], { raise_exception: false }));
    fails(() => gradcheck((value) => value, [x.detach()]));
  },
};
