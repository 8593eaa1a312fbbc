/** What constructors of modules take, besides what is their own. Each matches its arguments with a table of parameters, as operators do (`bind`). */
import type { Device } from "../device.ts";
import { optionParameters } from "../creation/options.ts";
import type { DType } from "../dtype.ts";
import type { ParametersOf } from "../parameters.ts";

/** Where and in which dtype a module's parameters begin. */
export interface Placement {
  /** The default device unless given. */
  readonly device?: Device | string | null;
  /** A floating-point dtype; the default one unless given. */
  readonly dtype?: DType | null;
}

// Modules take them by position too, the last.
const { keywordOnly: _device, ...device } = optionParameters.device;
const { keywordOnly: _dtype, ...dtype } = optionParameters.dtype;

/** The parameters of a placement. */
export const placement: ParametersOf<Placement> = { device, dtype };
