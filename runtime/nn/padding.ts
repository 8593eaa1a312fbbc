/** Padding as modules. */
import { pad, type PaddingMode } from "../ops/spatial/pad.ts";
import { eachDimension, type PerDimension } from "../ops/spatial/windows.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printed } from "./pooling.ts";

/** A border around the last dimensions. */
abstract class Pad extends Module {
  /** In front of and behind each dimension, the last dimension first. */
  readonly padding: readonly number[];
  readonly #mode: PaddingMode;

  constructor(name: string, mode: PaddingMode, rank: number, padding: PerDimension) {
    super();
    this.padding = eachDimension(`nn.${name}`, "padding", padding, 2 * rank);
    this.#mode = mode;
  }

  /** @throws RuntimeError when the border does not fit the input. */
  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, this.#mode);
  }

  override extra_repr(): string {
    return printed(this.padding);
  }
}

/** A border of one number. */
abstract class ConstantPad extends Pad {
  readonly value: number;

  constructor(name: string, rank: number, padding: PerDimension, value: number) {
    super(name, "constant", rank, padding);
    this.value = value;
  }

  override forward(input: Tensor): Tensor {
    return pad(input, this.padding, "constant", this.value);
  }

  override extra_repr(): string {
    return `padding=${printed(this.padding)}, value=${this.value}`;
  }
}

/** A border of zeros around sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ZeroPad1d`. */
export class ZeroPad1d extends Pad {
  constructor(padding: PerDimension) {
    super("ZeroPad1d", "constant", 1, padding);
  }
}

/** A border of zeros around images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ZeroPad2d`. */
export class ZeroPad2d extends Pad {
  constructor(padding: PerDimension) {
    super("ZeroPad2d", "constant", 2, padding);
  }
}

/** A border of zeros around volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ZeroPad3d`. */
export class ZeroPad3d extends Pad {
  constructor(padding: PerDimension) {
    super("ZeroPad3d", "constant", 3, padding);
  }
}

/** A mirrored border around sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReflectionPad1d`. */
export class ReflectionPad1d extends Pad {
  constructor(padding: PerDimension) {
    super("ReflectionPad1d", "reflect", 1, padding);
  }
}

/** A mirrored border around images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReflectionPad2d`. */
export class ReflectionPad2d extends Pad {
  constructor(padding: PerDimension) {
    super("ReflectionPad2d", "reflect", 2, padding);
  }
}

/** A mirrored border around volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReflectionPad3d`. */
export class ReflectionPad3d extends Pad {
  constructor(padding: PerDimension) {
    super("ReflectionPad3d", "reflect", 3, padding);
  }
}

/** A border that repeats the edge of sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReplicationPad1d`. */
export class ReplicationPad1d extends Pad {
  constructor(padding: PerDimension) {
    super("ReplicationPad1d", "replicate", 1, padding);
  }
}

/** A border that repeats the edge of images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReplicationPad2d`. */
export class ReplicationPad2d extends Pad {
  constructor(padding: PerDimension) {
    super("ReplicationPad2d", "replicate", 2, padding);
  }
}

/** A border that repeats the edge of volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ReplicationPad3d`. */
export class ReplicationPad3d extends Pad {
  constructor(padding: PerDimension) {
    super("ReplicationPad3d", "replicate", 3, padding);
  }
}

/** A border that goes on at the other end of sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.CircularPad1d`. */
export class CircularPad1d extends Pad {
  constructor(padding: PerDimension) {
    super("CircularPad1d", "circular", 1, padding);
  }
}

/** A border that goes on at the other end of images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.CircularPad2d`. */
export class CircularPad2d extends Pad {
  constructor(padding: PerDimension) {
    super("CircularPad2d", "circular", 2, padding);
  }
}

/** A border that goes on at the other end of volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.CircularPad3d`. */
export class CircularPad3d extends Pad {
  constructor(padding: PerDimension) {
    super("CircularPad3d", "circular", 3, padding);
  }
}

/** A border of `value` around sequences `[N, C, L]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ConstantPad1d`. */
export class ConstantPad1d extends ConstantPad {
  constructor(padding: PerDimension, value: number) {
    super("ConstantPad1d", 1, padding, value);
  }
}

/** A border of `value` around images `[N, C, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ConstantPad2d`. */
export class ConstantPad2d extends ConstantPad {
  constructor(padding: PerDimension, value: number) {
    super("ConstantPad2d", 2, padding, value);
  }
}

/** A border of `value` around volumes `[N, C, D, H, W]`: one width for all sides, or one for each, the last dimension's first. Source: `torch.nn.ConstantPad3d`. */
export class ConstantPad3d extends ConstantPad {
  constructor(padding: PerDimension, value: number) {
    super("ConstantPad3d", 3, padding, value);
  }
}
