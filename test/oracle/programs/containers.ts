import torch, { nn } from "../../../runtime/index.ts";
import type { Page, Program } from "./page.ts";

function names({ show }: Page, module: nn.Module): void {
  show(...[...module.named_parameters()].map(([name]) => name));
}

/** A list of names as Python prints it. */
function listed(members: Iterable<readonly [string, unknown]>): string {
  return `[${[...members].map(([name]) => `'${name}'`).join(", ")}]`;
}

class WithBuffers extends nn.Module {
  mean: torch.Tensor = new nn.Buffer(torch.zeros(2));
  cache: torch.Tensor = new nn.Buffer(torch.ones(2), { persistent: false });
}

/** Modules that hold modules or parameters. */
export const containers: Readonly<Record<string, Program>> = {
  "modules one after the other"(page) {
    const { show, fails } = page;
    const model = new nn.Sequential(new nn.Linear(1, 1), new nn.ReLU(), new nn.Tanh());
    show(model.slice(1), model.at(-1), model.length, model.slice(0, -1));
    model.delete(1);
    show(model);
    show(model.pop(0), model);
    model.append(new nn.ELU()).insert(1, new nn.Sigmoid());
    model.extend(new nn.Sequential(new nn.GELU(), new nn.Tanh()));
    model.set(-1, new nn.Linear(2, 1, { bias: false }));
    show(model);
    names(page, model);
    show(model.insert(-1, new nn.SiLU()).at(-2));
    for (const wrong of [5, -7]) {
      fails(() => new nn.Sequential(new nn.ReLU()).at(wrong));
      fails(() => new nn.Sequential(new nn.ReLU()).pop(wrong));
      fails(() => new nn.Sequential(new nn.ReLU()).insert(wrong, new nn.ReLU()));
    }
  },

  "modules one after the other under names"(page) {
    const { show, fails } = page;
    const model = new nn.Sequential(
      new Map<string, nn.Layer>([
        ["10", new nn.Linear(1, 1)],
        ["relu", new nn.ReLU()],
        ["9", new nn.Linear(1, 2)],
      ]),
    );
    show(model, model.at(0), model.slice(1));
    names(page, model);
    show(...Object.keys(model.state_dict()));
    model.append(new nn.Tanh());
    model.set(0, new nn.Linear(3, 3));
    show(model);
    model.delete(1);
    show(model);
    fails(() => new nn.Sequential({ "a.b": new nn.ReLU() }));
    fails(() => new nn.Sequential({ forward: new nn.ReLU() }));
    fails(() => new nn.Sequential({ "": new nn.ReLU() }));
  },

  "lists of modules"(page) {
    const { show, fails } = page;
    const layers = new nn.ModuleList<nn.Module>([new nn.Linear(1, 2), new nn.ReLU(), new nn.ReLU()]);
    show(layers.slice(1), layers.at(-1), layers.length);
    show(layers.pop(0));
    layers[0] = new nn.Tanh();
    layers.insert(1, new nn.Linear(2, 2));
    layers.extend([new nn.Sequential(new nn.ReLU()), new nn.Sequential(new nn.ReLU())]);
    show(layers);
    names(page, layers);
    layers.delete(-1);
    show(layers);
    fails(() => layers.at(7));
    // The compiler refuses these, too.
    fails(() => new nn.ModuleList([3 as unknown as nn.Module]));
    fails(() => new nn.ModuleList(3 as unknown as nn.Module[]));
    fails(() => layers(torch.ones(1) as never));
  },

  "dictionaries of modules"(page) {
    const { show, fails } = page;
    const layers = new nn.ModuleDict<nn.Module>([
      ["second", new nn.Linear(1, 1)],
      ["10", new nn.ReLU()],
      ["9", new nn.Tanh()],
    ]);
    layers.update(
      new Map<string, nn.Module>([
        ["last", new nn.ELU()],
        ["10", new nn.GELU()],
      ]),
    );
    show(layers);
    show(...layers);
    show(layers.length, layers.has("9"), layers.has("8"), layers.get("9"));
    show(layers.pop("10"), ...layers.keys());
    layers.delete("9");
    show(...layers.values());
    names(page, layers);
    fails(() => layers.get("10"));
    fails(() => layers.pop("10"));
    fails(() => new nn.ModuleDict({ "a.b": new nn.ReLU() }));
    fails(() => new nn.ModuleDict({ keys: new nn.ReLU() }));
    // The compiler refuses it, too.
    fails(() => new nn.ModuleDict({ a: 3 as unknown as nn.Module }));
    layers.clear();
    show(layers);
  },

  "lists of parameters"(page) {
    const { show, fails } = page;
    const values = new nn.ParameterList<unknown>([
      torch.ones([2, 3]),
      new nn.Parameter(torch.ones(2, { dtype: torch.float64 })),
      "text",
    ]);
    // Python's name of the class of texts.
    show(String(values).replace("string", "str"));
    show(new nn.ParameterList([torch.ones([])]), new nn.ParameterList());
    values.append(torch.zeros(1)).extend([torch.zeros(2)]);
    values.set(-2, torch.full([2], 5, { dtype: torch.float32 }));
    show(values.length, values.at(-2), String(values.slice(1)).replace("string", "str"));
    names(page, values);
    show(...Object.keys(values.state_dict()));
    fails(() => values.at(9));
    fails(() => values(torch.ones(1) as never));
    fails(() => new nn.ParameterList(torch.ones(2) as never));
  },

  "dictionaries of parameters"(page) {
    const { show, fails } = page;
    const values = new nn.ParameterDict<unknown>({
      right: torch.ones(2),
      left: new nn.Parameter(torch.ones([2, 3], { dtype: torch.float64 })),
    });
    show(values);
    values.update([
      ["10", torch.zeros(1)],
      ["9", torch.zeros(2)],
    ]);
    names(page, values);
    show(...Object.keys(values.state_dict()).toSorted((first, second) => order(first) - order(second)));
    show(
      values.length,
      values.has("left"),
      values.has("up"),
      values.get("up", null),
      values.setdefault("up", torch.ones(1)),
    );
    show((values.pop("left") as nn.Parameter).dtype, ...values.keys()); // it was put in above
    show(...values.popitem());
    values.set("text", "more");
    show(String(values.copy()).replace("string", "str"));
    values.delete("right");
    show(String(values).replace("string", "str"));
    fails(() => values.get("right"));
    fails(() => values.pop("right"));
    fails(() => values.delete("right"));
    fails(() => new nn.ParameterDict({ keys: torch.ones(1) }));
    fails(() => new nn.ParameterDict({ "a.b": torch.ones(1) }));
    fails(() => values(torch.ones(1) as never));
    show(new nn.ParameterDict().fromkeys(["a", "b"], torch.ones(2)));
    values.clear();
    show(values, values.length);
  },

  "members of modules"({ show, fails }) {
    const linear = new nn.Linear(1, 2);
    const inner = new nn.Sequential(new nn.BatchNorm1d(2), new nn.ReLU());
    const net = new nn.Sequential(linear, inner);
    net.append(linear);
    show(listed(net.named_modules()), listed(net.named_children()));
    show(listed(net.named_modules({ prefix: "net", remove_duplicate: false })));
    show(listed(net.named_parameters("net", true, false)), listed(net.named_parameters()));
    show(listed(inner.named_parameters({ recurse: false })), listed(net.named_buffers({ prefix: "x" })));
    show(
      [...net.parameters()].length,
      [...linear.parameters({ recurse: false })].length,
      [...net.buffers()].length,
      [...net.buffers(false)].length,
    );
    show(
      net.get_submodule("1.0"),
      net.get_parameter("1.0.weight").shape[0],
      net.get_buffer("1.0.running_mean"),
    );
    net.set_submodule("1.1", new nn.Tanh());
    net.set_submodule("1.more", new nn.ELU());
    show(net);
    fails(() => net.get_submodule("1.7"));
    fails(() => net.get_submodule("0.weight"));
    fails(() => net.get_parameter("1.0.running_mean"));
    fails(() => net.get_buffer("1.0.weight"));
    fails(() => net.set_submodule("", new nn.Tanh()));
    fails(() => net.set_submodule("0.weight", new nn.Tanh()));
    fails(() => net.set_submodule("8.1", new nn.Tanh()));
    fails(() => net.set_submodule("8", new nn.Tanh(), { strict: true }));
    // The compiler refuses it, too.
    fails(() => net.set_submodule("0", 3 as unknown as nn.Module));
  },

  "buffers by their class"({ show }) {
    const net = new WithBuffers();
    show(...[...net.named_buffers()].map(([name]) => name), ...Object.keys(net.state_dict()));
    net.mean = torch.full([2], 3, { dtype: torch.float32 });
    net.load_state_dict({ mean: torch.full([2], 4, { dtype: torch.float32 }) });
    show(net.mean, net.cache, net.double().mean.dtype, ...Object.keys(net.state_dict()));
    show(
      new nn.Buffer(torch.ones(2)),
      net.cache instanceof torch.Tensor,
      new nn.Buffer(torch.ones(2)).requires_grad,
    );
  },

  "registering members"({ show, fails }) {
    const net = new nn.Module();
    net.register_parameter("weight", new nn.Parameter(torch.ones(2)));
    net.register_parameter("none", null);
    net.add_module("layer", new nn.ReLU());
    net.register_module("nothing", null);
    net.register_buffer("count", torch.zeros(1), { persistent: false });
    show(
      ...[...net.named_parameters()].map(([name]) => name),
      Reflect.get(net, "none"),
      Reflect.get(net, "layer"),
      ...Object.keys(net.state_dict()),
      [...net.buffers()].length,
    );
    net.register_parameter("weight", new nn.Parameter(torch.ones(3)));
    show(Reflect.get(net, "weight"));
    fails(() => net.register_parameter("forward", null));
    fails(() => net.register_parameter("a.b", null));
    fails(() => net.register_parameter("", null));
    // The compiler refuses what is of another class, too.
    fails(() => net.register_parameter("other", torch.ones(1) as unknown as nn.Parameter));
    fails(() => net.register_parameter("layer", new nn.Parameter(torch.ones(1))));
    fails(() => net.add_module("weight", new nn.ReLU()));
    fails(() => net.add_module("a.b", new nn.ReLU()));
    fails(() => net.add_module("", new nn.ReLU()));
    fails(() => net.add_module("more", 3 as unknown as nn.Module));
    fails(() => net.register_buffer("weight", torch.ones(1)));
    fails(() => net.register_buffer("more", 3 as unknown as null));
  },
};

/** Names that are numbers come first in an object, whatever was put in first. */
function order(name: string): number {
  return ["left", "right", "10", "9"].indexOf(name);
}
