import type { MethodOfOperator } from "../operator.ts";

/**
 * The methods that come from one module's operators. Mapping the module itself, and not a list that exports it again, keeps each operator's documentation
 * on its method: TypeScript follows declarations through a mapped type, but not through a re-export.
 */
export type MethodsOf<Module, Self> = {
  readonly [K in keyof Module]: MethodOfOperator<Module[K], Self>;
};
