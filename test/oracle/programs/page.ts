import torch, { type Tensor } from "../../../runtime/index.ts";

/** What a program printed, line by line. */
export class Page {
  readonly lines: string[] = [];

  /** Prints values as Python's `str` writes them, with a space between. */
  readonly show = (...values: unknown[]): void => {
    this.lines.push(values.map(pythonText).join(" "));
  };

  /** Prints the name of the error that `action` must throw. */
  readonly fails = (action: () => unknown): void => {
    try {
      action();
    } catch (error) {
      this.lines.push(error instanceof Error ? error.name : String(error));
      return;
    }
    this.lines.push("no error");
  };
}

function pythonText(value: unknown): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  // A shape, or several tensors; results with names say themselves how they print.
  if (Array.isArray(value) && value.constructor === Array) return `[${value.map(pythonText).join(", ")}]`;
  return String(value);
}

/** A float32 tensor that gradients are asked for. */
export function leaf(values: unknown): Tensor {
  // Programs hand over nested arrays of numbers.
  return torch.tensor(values as number[], { requires_grad: true });
}

/** A program that `generators/programs/` has too, under the same name. */
export type Program = (page: Page) => void;
