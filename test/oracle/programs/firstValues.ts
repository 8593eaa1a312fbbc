import torch, { nn, type Tensor } from "../../../runtime/index.ts";
import type { Program } from "./page.ts";

const { init } = nn;
const { calculate_gain } = init;

/** `torch.nn.init`. */
export const firstValues: Readonly<Record<string, Program>> = {
  "first values"({ show }) {
    const functions = [
      init.uniform_,
      init.normal_,
      init.trunc_normal_,
      init.xavier_uniform_,
      init.xavier_normal_,
      init.kaiming_uniform_,
      init.kaiming_normal_,
      init.orthogonal_,
    ] as readonly ((tensor: Tensor, options?: { generator: torch.Generator | null }) => Tensor)[]; // what they have in common
    for (const fill of functions) {
      show(fill(torch.empty(3, 2)));
      const generator = new torch.Generator().manual_seed(7);
      const before = torch.get_rng_state();
      show(fill(torch.empty(2, 3), { generator }), torch.equal(before, torch.get_rng_state()));
      show(fill(torch.empty(2, 3), { generator: null }).dtype, fill(torch.empty(2, 2, 2)));
    }
    show(
      init.uniform_(torch.empty(2), -3, 5),
      init.uniform_(torch.empty(2), { b: 2 }),
      init.normal_(torch.empty(2), 5, 0.1),
    );
    show(
      init.trunc_normal_(torch.empty(6), { std: 0.02 }),
      init.trunc_normal_(torch.empty(6), 1, 0.5, 2, 4),
      init.trunc_normal_(torch.empty(4), { a: -0.1, b: 0.1 }),
    );
    show(init.trunc_normal_(torch.empty(4, { dtype: torch.float64 }), 0, 1, -1, 0.5));
    show(init.constant_(torch.empty(2), 0.3), init.ones_(torch.empty(1, 2)), init.zeros_(torch.empty(2)));
    show(
      init.eye_(torch.empty(2, 3)),
      init.eye_({ tensor: torch.empty(3, 2) }),
      init.dirac_(torch.empty(4, 2, 3), 2),
      init.dirac_(torch.empty(2, 2, 2, 3)),
    );
    show(init.sparse_(torch.empty(4, 3), 0.3), init.sparse_(torch.empty(2, 2), { sparsity: 0.5, std: 2 }));
    show(init.orthogonal_(torch.empty(2, 4), 2), init.orthogonal_(torch.empty(0, 4)));
    const weight = new nn.Parameter(torch.empty(2, 2));
    show(
      init.kaiming_normal_(weight, { mode: "fan_out", nonlinearity: "relu" }) === weight,
      weight,
      weight.requires_grad,
      weight.grad_fn,
    );
    show(
      init.kaiming_uniform_(torch.empty(2, 2), 0.2),
      // The compiler wants small letters.
      init.kaiming_uniform_(torch.empty(2, 2), { mode: "FAN_IN" as "fan_in", nonlinearity: "tanh" }),
    );
    show(
      init.xavier_uniform_(torch.empty(2, 2), calculate_gain("relu")),
      init.xavier_normal_(torch.empty(2, 2), { gain: 2 }),
    );
  },

  "gains of functions"({ show, fails }) {
    const names = [
      "linear",
      "conv1d",
      "conv_transpose3d",
      "sigmoid",
      "tanh",
      "relu",
      "leaky_relu",
      "selu",
    ] as const;
    for (const name of names) show(calculate_gain(name).toFixed(6));
    show(
      calculate_gain("leaky_relu", 0.2).toFixed(6),
      calculate_gain({ nonlinearity: "leaky_relu", param: 1 }).toFixed(6),
    );
    // The compiler refuses these, too.
    fails(() => calculate_gain("gelu" as "relu"));
    fails(() => calculate_gain("leaky_relu", "steep" as unknown as number));
    fails(() => calculate_gain("leaky_relu", true as unknown as number));
  },

  "first values that do not fit"({ show, fails }) {
    fails(() => init.xavier_uniform_(torch.empty(3)));
    fails(() => init.kaiming_normal_(torch.empty(3)));
    // The compiler refuses these, too.
    fails(() => init.kaiming_uniform_(torch.empty(3, 3), { mode: "fan_all" as "fan_in" }));
    fails(() => init.kaiming_uniform_(torch.empty(3, 3), { nonlinearity: "gelu" as "relu" }));
    fails(() => init.orthogonal_(torch.empty(3)));
    fails(() => init.eye_(torch.empty(3)));
    fails(() => init.eye_(torch.empty(3, 3, 3)));
    fails(() => init.sparse_(torch.empty(3), 0.1));
    fails(() => init.dirac_(torch.empty(3, 3)));
    fails(() => init.dirac_(torch.empty(3, 3, 3), 2));
    fails(() => init.uniform_(torch.empty(2), 2, 1));
    fails(() => init.normal_(torch.empty(2), 0, -1));
    const { warn } = console;
    const caught: string[] = [];
    console.warn = (message: string) => void caught.push(message);
    show(init.kaiming_uniform_(torch.empty(0, 3)), init.kaiming_normal_(torch.empty(3, 0)));
    init.trunc_normal_(torch.empty(2), 5, 1, -1, 1);
    init.uniform(torch.empty(2));
    init.xavier_normal(torch.empty(2, 2));
    console.warn = warn;
    // Each text is told of once here.
    show(caught[0], ...caught);
  },
};
