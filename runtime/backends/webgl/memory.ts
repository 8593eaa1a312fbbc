import type { Value } from "./values.ts";
/** Notes a value that has a texture. */
export function watch(_value: Value): void {}
