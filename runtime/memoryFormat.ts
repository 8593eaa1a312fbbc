import { inspectAs } from "./inspect.ts";

/** In which order a tensor's dimensions lie in memory. Source: `torch.memory_format`. */
export class MemoryFormat {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
    Object.freeze(this);
  }

  toString(): string {
    return `torch.${this.name}`;
  }
}

inspectAs(MemoryFormat, (format) => format.toString());

/** Row by row, the last dimension innermost. Source: `torch.contiguous_format`. */
export const contiguous_format: MemoryFormat = new MemoryFormat("contiguous_format");
/** As the input lies. Source: `torch.preserve_format`. */
export const preserve_format: MemoryFormat = new MemoryFormat("preserve_format");
/** Of images `[N, C, H, W]`: the channels innermost. Source: `torch.channels_last`. */
export const channels_last: MemoryFormat = new MemoryFormat("channels_last");
/** Of volumes `[N, C, D, H, W]`: the channels innermost. Source: `torch.channels_last_3d`. */
export const channels_last_3d: MemoryFormat = new MemoryFormat("channels_last_3d");
