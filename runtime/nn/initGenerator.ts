/** Where the first values of parameters are drawn from. */
import type { Parameter } from "../parameters.ts";
import { default_generator, Generator } from "../random.ts";

/** Where random numbers are drawn from; the default generator unless given. */
export interface GeneratorOption {
  readonly generator?: Generator | null;
}

/** The parameter of that option. */
export const generator: Parameter<Generator> = {
  expects: "a torch.Generator or null",
  fallback: default_generator,
  convert: (value) => (value === null ? default_generator : value instanceof Generator ? value : undefined),
};
