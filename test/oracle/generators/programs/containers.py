"""Programs about modules that hold modules or parameters."""

from collections import OrderedDict

import torch
from torch import nn

from .page import fails, show


def names(module):
    show(*[name for name, _ in module.named_parameters()])


def modules_one_after_the_other():
    model = nn.Sequential(nn.Linear(1, 1), nn.ReLU(), nn.Tanh())
    show(model[1:], model[-1], len(model), model[:-1])
    del model[1]
    show(model)
    show(model.pop(0), model)
    model.append(nn.ELU()).insert(1, nn.Sigmoid())
    model.extend(nn.Sequential(nn.GELU(), nn.Tanh()))
    model[-1] = nn.Linear(2, 1, bias=False)
    show(model)
    names(model)
    show(model.insert(-1, nn.SiLU())[-2])
    for wrong in (5, -7):
        fails(lambda wrong=wrong: nn.Sequential(nn.ReLU())[wrong])
        fails(lambda wrong=wrong: nn.Sequential(nn.ReLU()).pop(wrong))
        fails(lambda wrong=wrong: nn.Sequential(nn.ReLU()).insert(wrong, nn.ReLU()))


def modules_one_after_the_other_under_names():
    model = nn.Sequential(OrderedDict([("10", nn.Linear(1, 1)), ("relu", nn.ReLU()), ("9", nn.Linear(1, 2))]))
    show(model, model[0], model[1:])
    names(model)
    show(*model.state_dict())
    model.append(nn.Tanh())
    model[0] = nn.Linear(3, 3)
    show(model)
    del model[1]
    show(model)
    fails(lambda: nn.Sequential(OrderedDict([("a.b", nn.ReLU())])))
    fails(lambda: nn.Sequential(OrderedDict([("forward", nn.ReLU())])))
    fails(lambda: nn.Sequential(OrderedDict([("", nn.ReLU())])))


def lists_of_modules():
    layers = nn.ModuleList([nn.Linear(1, 2), nn.ReLU(), nn.ReLU()])
    show(layers[1:], layers[-1], len(layers))
    show(layers.pop(0))
    layers[0] = nn.Tanh()
    layers.insert(1, nn.Linear(2, 2))
    layers.extend([nn.Sequential(nn.ReLU()), nn.Sequential(nn.ReLU())])
    show(layers)
    names(layers)
    del layers[-1]
    show(layers)
    fails(lambda: layers[7])
    fails(lambda: nn.ModuleList([3]))
    fails(lambda: nn.ModuleList(3))
    fails(lambda: layers(torch.ones(1)))


def dictionaries_of_modules():
    layers = nn.ModuleDict([["second", nn.Linear(1, 1)], ["10", nn.ReLU()], ["9", nn.Tanh()]])
    layers.update({"last": nn.ELU(), "10": nn.GELU()})
    show(layers)
    show(*layers)
    show(len(layers), "9" in layers, "8" in layers, layers["9"])
    show(layers.pop("10"), *layers.keys())
    del layers["9"]
    show(*layers.values())
    names(layers)
    fails(lambda: layers["10"])
    fails(lambda: layers.pop("10"))
    fails(lambda: nn.ModuleDict({"a.b": nn.ReLU()}))
    fails(lambda: nn.ModuleDict({"keys": nn.ReLU()}))
    fails(lambda: nn.ModuleDict({"a": 3}))
    layers.clear()
    show(layers)


def lists_of_parameters():
    values = nn.ParameterList([torch.ones(2, 3), nn.Parameter(torch.ones(2, dtype=torch.float64)), "text"])
    show(values)
    show(nn.ParameterList([torch.ones(())]), nn.ParameterList())
    values.append(torch.zeros(1)).extend([torch.zeros(2)])
    values[-2] = torch.full((2,), 5.0)
    show(len(values), values[-2], values[1:])
    names(values)
    show(*values.state_dict())
    fails(lambda: values[9])
    fails(lambda: values(torch.ones(1)))
    fails(lambda: nn.ParameterList(torch.ones(2)))


def dictionaries_of_parameters():
    values = nn.ParameterDict({"right": torch.ones(2), "left": nn.Parameter(torch.ones(2, 3, dtype=torch.float64))})
    show(values)
    values.update(OrderedDict([("10", torch.zeros(1)), ("9", torch.zeros(2))]))
    names(values)
    show(*values.state_dict())
    show(len(values), "left" in values, "up" in values, values.get("up", None), values.setdefault("up", torch.ones(1)))
    show(values.pop("left").dtype, *values.keys())
    show(*values.popitem())
    values["text"] = "more"
    show(values.copy())
    del values["right"]
    show(values)
    fails(lambda: values["right"])
    fails(lambda: values.pop("right"))
    fails(lambda: values.__delitem__("right"))
    fails(lambda: nn.ParameterDict({"keys": torch.ones(1)}))
    fails(lambda: nn.ParameterDict({"a.b": torch.ones(1)}))
    fails(lambda: values(torch.ones(1)))
    show(nn.ParameterDict().fromkeys(["a", "b"], torch.ones(2)))
    values.clear()
    show(values, len(values))


def members_of_modules():
    net = nn.Sequential(nn.Linear(1, 2), nn.Sequential(nn.BatchNorm1d(2), nn.ReLU()))
    net.append(net[0])
    show([name for name, _ in net.named_modules()], [name for name, _ in net.named_children()])
    show([name for name, _ in net.named_modules(prefix="net", remove_duplicate=False)])
    show([name for name, _ in net.named_parameters("net", True, False)], [name for name, _ in net.named_parameters()])
    show([name for name, _ in net[1].named_parameters(recurse=False)], [name for name, _ in net.named_buffers(prefix="x")])
    show(len(list(net.parameters())), len(list(net[0].parameters(recurse=False))), len(list(net.buffers())), len(list(net.buffers(False))))
    show(net.get_submodule("1.0"), net.get_parameter("1.0.weight").shape[0], net.get_buffer("1.0.running_mean"))
    net.set_submodule("1.1", nn.Tanh())
    net.set_submodule("1.more", nn.ELU())
    show(net)
    fails(lambda: net.get_submodule("1.7"))
    fails(lambda: net.get_submodule("0.weight"))
    fails(lambda: net.get_parameter("1.0.running_mean"))
    fails(lambda: net.get_buffer("1.0.weight"))
    fails(lambda: net.set_submodule("", nn.Tanh()))
    fails(lambda: net.set_submodule("0.weight", nn.Tanh()))
    fails(lambda: net.set_submodule("8.1", nn.Tanh()))
    fails(lambda: net.set_submodule("8", nn.Tanh(), strict=True))
    fails(lambda: net.set_submodule("0", 3))


def registering_members():
    net = nn.Module()
    net.register_parameter("weight", nn.Parameter(torch.ones(2)))
    net.register_parameter("none", None)
    net.add_module("layer", nn.ReLU())
    net.register_module("nothing", None)
    net.register_buffer("count", torch.zeros(1), persistent=False)
    show(*[name for name, _ in net.named_parameters()], net.none, net.layer, *net.state_dict(), len(list(net.buffers())))
    net.register_parameter("weight", nn.Parameter(torch.ones(3)))
    show(net.weight)
    fails(lambda: net.register_parameter("forward", None))
    fails(lambda: net.register_parameter("a.b", None))
    fails(lambda: net.register_parameter("", None))
    fails(lambda: net.register_parameter("other", torch.ones(1)))
    fails(lambda: net.register_parameter("layer", nn.Parameter(torch.ones(1))))
    fails(lambda: net.add_module("weight", nn.ReLU()))
    fails(lambda: net.add_module("a.b", nn.ReLU()))
    fails(lambda: net.add_module("", nn.ReLU()))
    fails(lambda: net.add_module("more", 3))
    fails(lambda: net.register_buffer("weight", torch.ones(1)))
    fails(lambda: net.register_buffer("more", 3))


class WithBuffers(nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = nn.Buffer(torch.zeros(2))
        self.cache = nn.Buffer(torch.ones(2), persistent=False)


def buffers_by_their_class():
    net = WithBuffers()
    show(*[name for name, _ in net.named_buffers()], *net.state_dict())
    net.mean = torch.full((2,), 3.0)
    net.load_state_dict({"mean": torch.full((2,), 4.0)})
    show(net.mean, net.cache, net.double().mean.dtype, *net.state_dict())
    show(nn.Buffer(torch.ones(2)), isinstance(net.cache, torch.Tensor), nn.Buffer(torch.ones(2)).requires_grad)
