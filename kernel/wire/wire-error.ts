/** Why frames were refused. Only `signature` and `replay` say something about the key. */
export type WireFault = "no-delimiter" | "too-few-frames" | "signature" | "replay" | "json" | "header";

/** Frames that are not a message of this kernel: what arrived, and what was expected. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly fault: WireFault;

  constructor(fault: WireFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
