import { inspectAs } from "./inspect.ts";

/** How a tensor's elements are stored; only strided tensors exist here. Source: `torch.layout`. */
export class Layout {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }

  toString(): string {
    return `torch.${this.name}`;
  }
}

inspectAs(Layout, (layout) => layout.toString());

/** Elements at regular distances. Source: `torch.strided`. */
export const strided: Layout = new Layout("strided");
