/** Text for models: from characters to numbers and back, and what comes next. */
export type { AddedToken, BPEModel, Step, TokenizerDefinition } from "./bpe/definition.ts";
export {
  BPETokenizer,
  type DecodeArguments,
  type EncodeArguments,
  type TrainArguments,
} from "./bpe/tokenizer.ts";
export { CharacterTokenizer, type CharacterTokenizerArguments } from "./characterTokenizer.ts";
export type { Ids } from "./ids.ts";
export {
  generate,
  sample,
  type GenerateArguments,
  type SampleArguments,
  type SamplingOptions,
} from "./sampling.ts";
