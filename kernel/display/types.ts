/** MIME type → data, as Jupyter's `execute_result` and `display_data` carry it. Text as a string, JSON as a value, binary as base64. */
export type MimeBundle = Record<string, unknown>;

/** Turns a value into a MIME bundle, or answers `undefined`: "not mine". */
export type Renderer = (value: unknown) => MimeBundle | undefined | Promise<MimeBundle | undefined>;

/** A bundle on its way to a front end, with the fields of Jupyter's `display_data`. */
export interface DisplayContent {
  readonly data: MimeBundle;
  readonly metadata: Record<string, unknown>;
  /** Set when the display can be updated later. */
  readonly displayId?: string;
}

/** A message of any type for everyone who listens, as `Jupyter.broadcast` and comms send it. */
export interface Broadcast {
  /** Jupyter's message type, such as `comm_msg`. */
  readonly type: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Binary attachments; they are sent as they are. */
  readonly buffers?: readonly Uint8Array[];
}

/** Where a cell's output goes. Calls keep their order; the receiver may coalesce neighbouring stream text. */
export interface OutputSink {
  stream(name: "stdout" | "stderr", text: string): void;
  display(content: DisplayContent): void;
  updateDisplay(content: DisplayContent & { readonly displayId: string }): void;
  clearOutput(wait: boolean): void;
  /** @throws TypeError when the content or the metadata is no JSON. */
  broadcast(message: Broadcast): void;
}
