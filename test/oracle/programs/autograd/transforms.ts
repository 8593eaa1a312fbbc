import torch, { autograd, nn, type Tensor } from "../../../../runtime/index.ts";
import { leaf, type Program } from "../page.ts";

const { functional } = autograd;
const {
  functional_call,
  grad,
  grad_and_value,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  stack_module_state,
  vjp,
} = torch.func;

const vector = (values: number[]): Tensor => torch.tensor(values);
const squared = (a: Tensor): Tensor => a.pow(2) as Tensor;
const cubed = (a: Tensor): Tensor => a.pow(3) as Tensor;

function isClose(a: Tensor, b: Tensor): boolean {
  return Number(a.sub(b).abs().max().item()) < 1e-5;
}

const product = (a: Tensor, b: Tensor): Tensor => a.mul(b).sum();
const productOf = (d: { a: Tensor; b: Tensor }): Tensor => d.a.mul(d.b);
const partly = (a: Tensor): Tensor => a.sub(torch.no_grad(() => squared(a))).sum();
const sumOfCubes = (a: Tensor): Tensor => cubed(a).sum();
const sum = (a: Tensor): Tensor => a.sum();
const same = (a: Tensor): Tensor => a;
const noisy = (a: Tensor): Tensor => a.add(torch.rand(2));

/** Functions of functions. */
export const transforms: Readonly<Record<string, Program>> = {
  "jacobians of functions"({ show, fails }) {
    const [x, y] = [vector([1, 2]), vector([3, 4])];
    show(functional.jacobian(squared, x));
    const both = functional.jacobian((a, b) => [a!.mul(b!), a!.sum()], [x, y]) as Tensor[][];
    show(...both[0]!, ...both[1]!);
    show(functional.jacobian((a) => a!.exp(), x, { create_graph: true }).requires_grad);
    fails(() => functional.jacobian(() => torch.ones(2), x, { strict: true }));
    fails(() => functional.jacobian((a) => a!.mul(2), [x, y], { strict: true }));
    fails(() => functional.jacobian(() => 3 as never, x));
    fails(() => functional.jacobian((a) => a!, 3 as never));
    show(functional.jacobian(() => torch.ones(2), x));
  },

  "hessians of functions"({ show, fails }) {
    const x = vector([1, 2]);
    show(functional.hessian((a) => cubed(a!).sum(), x));
    const blocks = functional.hessian((a, b) => a!.mul(b!).mul(b!).sum(), [x, x]) as Tensor[][];
    show(...blocks[0]!, ...blocks[1]!);
    fails(() => functional.hessian((a) => cubed(a!), x));
    show(functional.hessian((a) => a!.sum(), x));
  },

  "products with jacobians"({ show, fails }) {
    const [x, v] = [vector([1, 2]), vector([1, 10])];
    show(...functional.vjp(squared, x, v));
    show(...functional.jvp(squared, x, v));
    show(...functional.vhp((a) => cubed(a!).sum(), x, v));
    show(...functional.hvp((a) => cubed(a!).sum(), x, v));
    show(...functional.vjp((a) => squared(a!).sum(), x));
    fails(() => functional.vjp(squared, x));
    fails(() => functional.jvp(squared, x));
    fails(() => functional.vjp(squared, x, torch.ones(3)));
  },

  "gradients as functions"({ show, fails }) {
    const [x, y] = [vector([1, 2]), vector([3, 4])];
    show(grad((a: Tensor) => squared(a).sum())(x));
    show(...(grad(product, { argnums: [0, 1] })(x, y) as Tensor[]));
    show(grad(product, 1)(x, y));
    show(...(grad((a: Tensor) => [a.sum(), a], { has_aux: true })(x) as Tensor[]));
    show(...(grad_and_value((a: Tensor) => squared(a).sum())(x) as Tensor[]));
    const tree = grad((p: { w: Tensor; b: [Tensor] }) => p.w.mul(p.b[0]).sum())({ w: x, b: [y] }) as {
      w: Tensor;
      b: [Tensor];
    };
    show(tree.w, tree.b[0]);
    show(grad(grad(grad((a: Tensor) => a.pow(4))))(torch.tensor(2)));
    show(grad((_: Tensor, b: Tensor) => b.sum())(x, y));
    fails(() => grad(squared)(x));
    fails(() => grad(() => 3)(x));
    fails(() => grad((a: Tensor) => a.sum(), { argnums: 1 })(x));
    fails(() => grad((a: Tensor) => a.sum())(torch.tensor([1n, 2n])));
  },

  "transforms and backward"({ show }) {
    const [x, w] = [leaf([1, 2]), leaf([3, 4])];
    const plain = vector([1, 2]);
    show((grad((a: Tensor) => a.mul(a).mul(2).sum())(plain) as Tensor).requires_grad);
    let g = grad((a: Tensor) => a.mul(a).mul(w).sum())(plain) as Tensor;
    show(g.requires_grad, g.detach());
    g.sum().backward();
    show(w.grad);
    g = grad((a: Tensor) => cubed(a).sum())(x) as Tensor;
    g.sum().backward();
    show(x.grad);
    torch.no_grad(() => show(grad((a: Tensor) => a.mul(w).sum())(x)));
    show(grad(partly)(plain));
  },

  "products as functions"({ show, fails }) {
    const [x, v] = [vector([1, 2]), vector([1, 10])];
    const [y, pull] = vjp(squared, x) as [Tensor, (g: Tensor) => [Tensor]];
    show(y, ...pull(v));
    show(...pull(torch.ones(2)));
    const [, pullBoth] = vjp((a: Tensor, b: Tensor) => [a.mul(b), a.sum()], x, v) as [
      unknown,
      (g: Tensor[]) => Tensor[],
    ];
    show(...pullBoth([torch.ones(2), torch.tensor(1)]));
    show(...(jvp(squared, [x], [v]) as Tensor[]));
    show(...(jvp((a: Tensor, b: Tensor) => a.mul(b), [x, v], [v, x]) as Tensor[]));
    const [z, push] = linearize((a: Tensor) => a.sin(), x) as [Tensor, (g: Tensor) => Tensor];
    show(z, push(v), push(torch.ones(2)));
    fails(() => (vjp(squared, x) as [Tensor, (g: Tensor) => Tensor])[1](torch.ones(3)));
    fails(() => jvp(squared, x as never, v as never));
    fails(() => jvp(squared, [x], []));
    fails(() => jvp(squared, [x], [torch.ones(3)]));
  },

  "jacobians as functions"({ show }) {
    const [x, y] = [vector([1, 2]), vector([3, 4])];
    show(jacrev(squared)(x), jacfwd(squared)(x));
    show(...(jacrev((a: Tensor, b: Tensor) => a.mul(b), { argnums: [0, 1] })(x, y) as Tensor[]));
    show(...(jacfwd((a: Tensor) => [squared(a), a.sum()])(x) as Tensor[]));
    show(hessian((a: Tensor) => sumOfCubes(a).add(a.prod()))(x));
    show(jacrev(jacrev(sumOfCubes))(x), jacfwd(jacfwd(sumOfCubes))(x));
    show(
      (jacrev((a: Tensor) => ({ y: a.mul(2) }))(x) as { y: Tensor }).y,
      ...(jacrev((a: Tensor) => [squared(a), a], { has_aux: true })(x) as Tensor[]),
    );
  },

  "one example at a time"({ show, fails }) {
    const { vmap } = torch;
    const x = torch.arange(6, { dtype: torch.float32 }).reshape(2, 3) as Tensor;
    const [first] = x.unbind();
    show(vmap(sum)(x), vmap(sum, { in_dims: 1 })(x));
    show(vmap(torch.dot)(x, x), vmap(torch.dot, { in_dims: [0, null] })(x, first));
    show(vmap((a: Tensor) => a.mul(2), { out_dims: 1 })(x));
    show(...(vmap((a: Tensor) => [a.mul(2), a.sum()], { out_dims: [1, 0] })(x) as Tensor[]));
    show(vmap(productOf, { in_dims: [{ a: 0, b: null }] })({ a: x, b: first }));
    show(vmap(vmap((a: Tensor) => a.mul(a)))(x));
    show(vmap(grad((a: Tensor) => squared(a).sum()))(x), vmap(jacrev((a: Tensor) => a.cumsum(0)))(x));
    show(grad((a: Tensor) => (vmap((b: Tensor) => squared(b).sum())(a) as Tensor).sum())(x));
    show(
      vmap(sum, { chunk_size: 1 })(x),
      vmap((a: Tensor, b: number) => a.add(b), { in_dims: [0, null] })(x, 3),
    );
    fails(() => vmap(() => 3)(x));
    fails(() => vmap(same)(3));
    fails(() => vmap(torch.dot)(x, x.t()));
    fails(() => vmap(same, { in_dims: 2 })(x));
    fails(() => vmap(same, { in_dims: [0, 0] })(x));
    fails(() => vmap(same, { out_dims: [0, 0] })(x));
    fails(() => vmap(same)());
  },

  "random numbers for each example"({ show, fails }) {
    const { vmap } = torch;
    const x = torch.zeros(3, 2);
    fails(() => vmap(noisy)(x));
    torch.manual_seed(0);
    show(vmap(noisy, { randomness: "same" })(x));
    show(vmap(noisy, { randomness: "different" })(x));
    fails(() => vmap((a: Tensor) => a, { randomness: "none" })(x));
  },

  "modules as functions"({ show }) {
    const model = new nn.Sequential(new nn.Linear(2, 3), new nn.Tanh(), new nn.Linear(3, 1));
    const parameters = [...model.named_parameters()];
    const params = Object.fromEntries(parameters.map(([name, tensor]) => [name, tensor.detach() as Tensor]));
    const x = torch.tensor([
      [1, 2],
      [3, 4],
    ]);
    const target = torch.tensor([[1], [0]]);
    const run = (values: Readonly<Record<string, Tensor>>, input: Tensor): Tensor =>
      functional_call(model, values, [input]) as Tensor;
    show(isClose(run(params, x), model(x) as Tensor));
    show((functional_call(model, { "2.bias": torch.tensor([100]) }, x) as Tensor).detach().gt(50));
    const loss = (values: Readonly<Record<string, Tensor>>, input: Tensor, wanted: Tensor): Tensor =>
      squared(run(values, input).sub(wanted)).mean();
    const grads = grad(loss)(params, x, target) as Record<string, Tensor>;
    model.zero_grad();
    loss(Object.fromEntries(parameters), x, target).backward();
    show(...parameters.map(([name, tensor]) => isClose(grads[name]!, tensor.grad!)));
    const each = torch.vmap(grad(loss), { in_dims: [null, 0, 0] })(params, x, target) as Record<
      string,
      Tensor
    >;
    show(
      ...Object.values(each).map((tensor) => `[${tensor.shape.join(", ")}]`),
      isClose(each["0.weight"]!.mean(0), grads["0.weight"]!),
    );
  },

  "models on top of each other"({ show }) {
    const models = [0, 1, 2].map(() => new nn.Linear(2, 1));
    const [params, buffers] = stack_module_state(models);
    const x = torch.tensor([1, 2]);
    const run = (values: Readonly<Record<string, Tensor>>, input: Tensor): Tensor =>
      functional_call(models[0]!, values, [input]);
    const together = torch.vmap(run, { in_dims: [0, null] })(params, x) as Tensor;
    show(
      isClose(together, torch.stack(models.map((model) => model(x)))),
      `[${params["weight"]!.shape.join(", ")}]`,
      Object.keys(buffers).length,
    );
    show(params["weight"]!.requires_grad, params["weight"]!.is_leaf);
  },
};
