/** Text for models: from characters to numbers and back, and what comes next. */
export { CharacterTokenizer, type CharacterTokenizerArguments } from "./characterTokenizer.ts";
export type { Ids } from "./ids.ts";
export {
  generate,
  sample,
  type GenerateArguments,
  type SampleArguments,
  type SamplingOptions,
} from "./sampling.ts";
