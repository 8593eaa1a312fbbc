/** `torch.utils.data`: data sets, and loaders that walk through them in batches. */
export {
  ChainDataset,
  ConcatDataset,
  StackDataset,
  type DatasetsArguments,
  type StackedItem,
} from "./combined.ts";
export { default_collate, default_convert } from "./collate.ts";
export type { Collated, Converted } from "./collated.ts";
export { Dataset, IterableDataset, type IndexedData, type MapData, type StreamData } from "./dataset.ts";
export * as distributed from "./distributed.ts";
export { DistributedSampler, type DistributedSamplerArguments } from "./distributedSampler.ts";
export { DataLoader, type BatchOf } from "./loader.ts";
export type { DataLoaderArguments } from "./loaderArguments.ts";
export {
  BatchSampler,
  RandomSampler,
  Sampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type BatchSamplerArguments,
  type RandomSamplerArguments,
  type SequentialSamplerArguments,
  type SubsetRandomSamplerArguments,
  type WeightedRandomSamplerArguments,
} from "./sampler.ts";
export { random_split, Subset, type RandomSplitArguments, type SubsetArguments } from "./subset.ts";
export { TensorDataset } from "./tensorDataset.ts";
export { get_worker_info } from "./workers.ts";
