"""Functions of functions."""

import torch
from torch.autograd import functional
from torch.func import functional_call, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, linearize, stack_module_state, vjp

from ..programs.page import fails, leaf, show


def vector(values):
    return torch.tensor(values)


def jacobians_of_functions():
    x, y = vector([1.0, 2.0]), vector([3.0, 4.0])
    show(functional.jacobian(lambda a: a**2, x))
    both = functional.jacobian(lambda a, b: (a * b, a.sum()), (x, y))
    show(*both[0], *both[1])
    show(functional.jacobian(lambda a: a.exp(), x, create_graph=True).requires_grad)
    fails(lambda: functional.jacobian(lambda a: torch.ones(2), x, strict=True))
    fails(lambda: functional.jacobian(lambda a, b: a * 2, (x, y), strict=True))
    fails(lambda: functional.jacobian(lambda a: 3, x))
    fails(lambda: functional.jacobian(lambda a: a, 3.0))
    show(functional.jacobian(lambda a: torch.ones(2), x))


def hessians_of_functions():
    x = vector([1.0, 2.0])
    show(functional.hessian(lambda a: (a**3).sum(), x))
    blocks = functional.hessian(lambda a, b: (a * b * b).sum(), (x, x))
    show(*blocks[0], *blocks[1])
    fails(lambda: functional.hessian(lambda a: a**3, x))
    show(functional.hessian(lambda a: a.sum(), x))


def products_with_jacobians():
    x, v = vector([1.0, 2.0]), vector([1.0, 10.0])
    show(*functional.vjp(lambda a: a**2, x, v))
    show(*functional.jvp(lambda a: a**2, x, v))
    show(*functional.vhp(lambda a: (a**3).sum(), x, v))
    show(*functional.hvp(lambda a: (a**3).sum(), x, v))
    show(*functional.vjp(lambda a: (a**2).sum(), x))
    fails(lambda: functional.vjp(lambda a: a**2, x))
    fails(lambda: functional.jvp(lambda a: a**2, x))
    fails(lambda: functional.vjp(lambda a: a**2, x, torch.ones(3)))


def gradients_as_functions():
    x, y = vector([1.0, 2.0]), vector([3.0, 4.0])
    show(grad(lambda a: (a**2).sum())(x))
    show(*grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(x, y))
    show(grad(lambda a, b: (a * b).sum(), argnums=1)(x, y))
    show(*grad(lambda a: (a.sum(), a), has_aux=True)(x))
    show(*grad_and_value(lambda a: (a**2).sum())(x))
    tree = grad(lambda p: (p["w"] * p["b"][0]).sum())({"w": x, "b": [y]})
    show(tree["w"], tree["b"][0])
    show(grad(grad(grad(lambda a: a**4)))(torch.tensor(2.0)))
    show(grad(lambda a, b: b.sum())(x, y))
    fails(lambda: grad(lambda a: a**2)(x))
    fails(lambda: grad(lambda a: 3.0)(x))
    fails(lambda: grad(lambda a: a.sum(), argnums=1)(x))
    fails(lambda: grad(lambda a: a.sum())(torch.tensor([1, 2])))


def transforms_and_backward():
    x, w = leaf([1.0, 2.0]), leaf([3.0, 4.0])
    plain = vector([1.0, 2.0])
    show(grad(lambda a: (a * a * 2).sum())(plain).requires_grad)
    g = grad(lambda a: (a * a * w).sum())(plain)
    show(g.requires_grad, g.detach())
    g.sum().backward()
    show(w.grad)
    g = grad(lambda a: (a**3).sum())(x)
    g.sum().backward()
    show(x.grad)
    with torch.no_grad():
        show(grad(lambda a: (a * w).sum())(x))

    def partly(a):
        with torch.no_grad():
            constant = a**2
        return (a - constant).sum()

    show(grad(partly)(plain))


def products_as_functions():
    x, v = vector([1.0, 2.0]), vector([1.0, 10.0])
    y, pull = vjp(lambda a: a**2, x)
    show(y, *pull(v))
    show(*pull(torch.ones(2)))
    y, pull = vjp(lambda a, b: (a * b, a.sum()), x, v)
    show(*pull((torch.ones(2), torch.tensor(1.0))))
    show(*jvp(lambda a: a**2, (x,), (v,)))
    show(*jvp(lambda a, b: a * b, (x, v), (v, x)))
    y, push = linearize(lambda a: a.sin(), x)
    show(y, push(v), push(torch.ones(2)))
    fails(lambda: vjp(lambda a: a**2, x)[1](torch.ones(3)))
    fails(lambda: jvp(lambda a: a**2, x, v))
    fails(lambda: jvp(lambda a: a**2, (x,), ()))
    fails(lambda: jvp(lambda a: a**2, (x,), (torch.ones(3),)))


def jacobians_as_functions():
    x, y = vector([1.0, 2.0]), vector([3.0, 4.0])
    show(jacrev(lambda a: a**2)(x), jacfwd(lambda a: a**2)(x))
    show(*jacrev(lambda a, b: a * b, argnums=(0, 1))(x, y))
    show(*jacfwd(lambda a: (a**2, a.sum()))(x))
    show(hessian(lambda a: (a**3).sum() + a.prod())(x))
    show(jacrev(jacrev(lambda a: (a**3).sum()))(x), jacfwd(jacfwd(lambda a: (a**3).sum()))(x))
    show(jacrev(lambda a: {"y": a * 2})(x)["y"], *jacrev(lambda a: (a**2, a), has_aux=True)(x))


def one_example_at_a_time():
    x = torch.arange(6.0).reshape(2, 3)
    show(torch.vmap(lambda a: a.sum())(x), torch.vmap(lambda a: a.sum(), in_dims=1)(x))
    show(torch.vmap(torch.dot)(x, x), torch.vmap(torch.dot, in_dims=(0, None))(x, x[0]))
    show(torch.vmap(lambda a: a * 2, out_dims=1)(x))
    show(*torch.vmap(lambda a: (a * 2, a.sum()), out_dims=(1, 0))(x))
    show(torch.vmap(lambda d: d["a"] * d["b"], in_dims=({"a": 0, "b": None},))({"a": x, "b": x[0]}))
    show(torch.vmap(torch.vmap(lambda a: a * a))(x))
    show(torch.vmap(grad(lambda a: (a**2).sum()))(x), torch.vmap(jacrev(lambda a: a.cumsum(0)))(x))
    show(grad(lambda a: torch.vmap(lambda b: (b**2).sum())(a).sum())(x))
    show(torch.vmap(lambda a: a.sum(), chunk_size=1)(x), torch.vmap(lambda a, b: a + b, in_dims=(0, None))(x, 3))
    fails(lambda: torch.vmap(lambda a: 3)(x))
    fails(lambda: torch.vmap(lambda a: a)(3))
    fails(lambda: torch.vmap(torch.dot)(x, x.t()))
    fails(lambda: torch.vmap(lambda a: a, in_dims=2)(x))
    fails(lambda: torch.vmap(lambda a: a, in_dims=(0, 0))(x))
    fails(lambda: torch.vmap(lambda a: a, out_dims=(0, 0))(x))
    fails(lambda: torch.vmap(lambda a: a)())


def random_numbers_for_each_example():
    x = torch.zeros(3, 2)
    fails(lambda: torch.vmap(lambda a: a + torch.rand(2))(x))
    torch.manual_seed(0)
    show(torch.vmap(lambda a: a + torch.rand(2), randomness="same")(x))
    show(torch.vmap(lambda a: a + torch.rand(2), randomness="different")(x))
    fails(lambda: torch.vmap(lambda a: a, randomness="none")(x))


def modules_as_functions():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    params = {name: tensor.detach() for name, tensor in model.named_parameters()}
    x, target = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[1.0], [0.0]])
    show(torch.allclose(functional_call(model, params, (x,)), model(x)))
    show(functional_call(model, {"2.bias": torch.tensor([100.0])}, x).detach() > 50)

    def loss(params, x, target):
        return ((functional_call(model, params, (x,)) - target) ** 2).mean()

    grads = grad(loss)(params, x, target)
    model.zero_grad()
    loss(dict(model.named_parameters()), x, target).backward()
    show(*[torch.allclose(grads[name], tensor.grad) for name, tensor in model.named_parameters()])
    each = torch.vmap(grad(loss), in_dims=(None, 0, 0))(params, x, target)
    show(*[list(each[name].shape) for name in each], torch.allclose(each["0.weight"].mean(0), grads["0.weight"]))


def models_on_top_of_each_other():
    models = [torch.nn.Linear(2, 1) for _ in range(3)]
    params, buffers = stack_module_state(models)
    x = torch.tensor([1.0, 2.0])
    together = torch.vmap(lambda p, value: functional_call(models[0], p, (value,)), in_dims=(0, None))(params, x)
    show(torch.allclose(together, torch.stack([model(x) for model in models])), list(params["weight"].shape), len(buffers))
    show(params["weight"].requires_grad, params["weight"].is_leaf)
