/** `torch.utils.data.distributed`. */
export { DistributedSampler } from "./distributedSampler.ts";
