/** MIME type → data, as Jupyter's `execute_result` and `display_data` carry it. Text as a string, JSON as a value, binary as base64. */
export type MimeBundle = Record<string, unknown>;

/** Turns a value into a MIME bundle, or answers `undefined`: "not mine". */
export type Renderer = (value: unknown) => MimeBundle | undefined | Promise<MimeBundle | undefined>;
