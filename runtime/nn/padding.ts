/** Padding as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { pad, type PaddingMode } from "../ops/spatial/pad.ts";
import { eachDimension, perDimension, type PerDimension } from "../ops/spatial/windows.ts";
import { number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printed, printedAll } from "./printed.ts";

/** What a border is made with. */
export interface PadArguments {
  /** A width for all sides, or one in front of and one behind each dimension, the last dimension first. */
  readonly padding: PerDimension;
}

/** What a border of one number is made with. */
export interface ConstantPadArguments extends PadArguments {
  readonly value: number;
}

const padParameters: ParametersOf<PadArguments> = { padding: perDimension() };

const constantParameters: ParametersOf<ConstantPadArguments> = { padding: perDimension(), value: number() };

/** Which border stands around how many dimensions. */
interface Border {
  readonly mode: PaddingMode;
  readonly rank: number;
}

/** A border around the last dimensions. */
abstract class Pad extends Module {
  /** In front of and behind each dimension, the last dimension first. */
  readonly padding: readonly number[];
  protected abstract border(): Border;

  constructor(...args: CallForms<PadArguments, [padding: PerDimension]>) {
    super();
    const { name } = new.target;
    const { padding } = bind(name, padParameters, args);
    this.padding = eachDimension(`nn.${name}`, "padding", padding, 2 * this.border().rank);
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the border does not fit the input. */
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.border().mode);
  }

  override extra_repr(): string {
    return printed(this.padding);
  }
}

/** A border of one number. */
abstract class ConstantPad extends Module {
  /** In front of and behind each dimension, the last dimension first. */
  readonly padding: readonly number[];
  readonly value: number;
  protected abstract rank(): number;

  constructor(
    ...args: CallForms<ConstantPadArguments, [padding: PerDimension, value: number], ["padding", "value"]>
  ) {
    super();
    const { name } = new.target;
    const { padding, value } = bind(name, constantParameters, args);
    this.padding = eachDimension(`nn.${name}`, "padding", padding, 2 * this.rank());
    this.value = value;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the border does not fit the input. */
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, "constant", this.value);
  }

  override extra_repr(): string {
    const { padding, value } = this;
    return printedAll({ padding, value });
  }
}

/** A border of zeros around sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ZeroPad1d`. */
export class ZeroPad1d extends Pad {
  protected override border(): Border {
    return { mode: "constant", rank: 1 };
  }
}

/** A border of zeros around images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ZeroPad2d`. */
export class ZeroPad2d extends Pad {
  protected override border(): Border {
    return { mode: "constant", rank: 2 };
  }
}

/** A border of zeros around volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ZeroPad3d`. */
export class ZeroPad3d extends Pad {
  protected override border(): Border {
    return { mode: "constant", rank: 3 };
  }
}

/** A mirrored border around sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReflectionPad1d`. */
export class ReflectionPad1d extends Pad {
  protected override border(): Border {
    return { mode: "reflect", rank: 1 };
  }
}

/** A mirrored border around images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReflectionPad2d`. */
export class ReflectionPad2d extends Pad {
  protected override border(): Border {
    return { mode: "reflect", rank: 2 };
  }
}

/** A mirrored border around volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReflectionPad3d`. */
export class ReflectionPad3d extends Pad {
  protected override border(): Border {
    return { mode: "reflect", rank: 3 };
  }
}

/** A border that repeats the edge of sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReplicationPad1d`. */
export class ReplicationPad1d extends Pad {
  protected override border(): Border {
    return { mode: "replicate", rank: 1 };
  }
}

/** A border that repeats the edge of images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReplicationPad2d`. */
export class ReplicationPad2d extends Pad {
  protected override border(): Border {
    return { mode: "replicate", rank: 2 };
  }
}

/** A border that repeats the edge of volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReplicationPad3d`. */
export class ReplicationPad3d extends Pad {
  protected override border(): Border {
    return { mode: "replicate", rank: 3 };
  }
}

/** A border that goes on at the other end of sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.CircularPad1d`. */
export class CircularPad1d extends Pad {
  protected override border(): Border {
    return { mode: "circular", rank: 1 };
  }
}

/** A border that goes on at the other end of images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.CircularPad2d`. */
export class CircularPad2d extends Pad {
  protected override border(): Border {
    return { mode: "circular", rank: 2 };
  }
}

/** A border that goes on at the other end of volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.CircularPad3d`. */
export class CircularPad3d extends Pad {
  protected override border(): Border {
    return { mode: "circular", rank: 3 };
  }
}

/** A border of `value` around sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ConstantPad1d`. */
export class ConstantPad1d extends ConstantPad {
  protected override rank(): number {
    return 1;
  }
}

/** A border of `value` around images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ConstantPad2d`. */
export class ConstantPad2d extends ConstantPad {
  protected override rank(): number {
    return 2;
  }
}

/** A border of `value` around volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ConstantPad3d`. */
export class ConstantPad3d extends ConstantPad {
  protected override rank(): number {
    return 3;
  }
}
