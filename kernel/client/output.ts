import type { Contents, Message } from "../wire/index.ts";

/** The messages on iopub that a running cell causes. */
type OutputType =
  | "stream"
  | "display_data"
  | "update_display_data"
  | "execute_result"
  | "error"
  | "clear_output"
  | "execute_input";

/** What a cell put out, discriminated by `type`, which is Jupyter's message type. */
export type OutputMessage = {
  [Type in OutputType]: {
    readonly type: Type;
    readonly content: Contents[Type];
    readonly buffers: readonly Uint8Array[];
  };
}[OutputType];

/** A mapped type, so that a type that is missing here does not compile. */
const OUTPUT_TYPES: { readonly [Type in OutputType]: true } = {
  stream: true,
  display_data: true,
  update_display_data: true,
  execute_result: true,
  error: true,
  clear_output: true,
  execute_input: true,
};

/** A message as a cell's output, or `null` when it is of another kind. */
export function asOutput({ header, content, buffers }: Message): OutputMessage | null {
  const type = header.msg_type;
  if (!Object.hasOwn(OUTPUT_TYPES, type)) return null;
  // The kernel's signature vouches for the message; the specification says which content this type has.
  return { type, content, buffers } as unknown as OutputMessage;
}
