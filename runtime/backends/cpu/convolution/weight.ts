/** The task of a convolution's derivative in the weight. */
import { defineTask, type Task } from "../threads/task.ts";
import {
  arrangeSource,
  arrangeTarget,
  blockAddress,
  blocksOfImage,
  bytesOf,
  fromArguments,
  kernelsOf,
  partAt,
  positionsOf,
  resultAddress,
  type Job,
  type Part,
} from "./block.ts";

/** Units of work: for each group and each chunk of images one, which has sums of its own. */
export function weightUnits(job: Job): number {
  return job.groups * Math.ceil(job.images / job.chunkImages);
}

/** Adds the products of one part of the grid to the sums at `weight`. */
function addPart(job: Job, part: Part, weight: number): void {
  const { clear, pair } = kernelsOf(job);
  const bytes = bytesOf(job);
  const lanes = 16 / bytes;
  const vectors = Math.ceil(positionsOf(job, part) / lanes);
  const steps = job.channels * job.tapCount;
  const used = job.planeCount * job.planeSize * bytes;
  for (let channel = 0; channel < job.channels; channel += job.blockChannels) {
    const channels = Math.min(job.blockChannels, job.channels - channel);
    arrangeSource(job, part, channel, channels);
    // The last vectors reach behind the planes: zeros times whatever was there before could be NaN.
    clear(blockAddress + used, job.channelSize * bytes, channels, 1);
    for (let row = 0; row < job.rows; row += job.resultRows) {
      const rows = Math.min(job.resultRows, job.rows - row);
      arrangeTarget(job, part, row, rows);
      clear(resultAddress + job.planeSize * bytes, job.resultSize * bytes, rows, 1);
      pair(
        resultAddress,
        job.resultSize * bytes,
        rows,
        job.offsets,
        channels * job.tapCount,
        blockAddress,
        vectors,
        weight + (row * steps + channel * job.tapCount) * bytes,
        steps * bytes,
      );
    }
  }
}

export const weightTask: Task = defineTask("convolution weight", (begin, end, args) => {
  const job = fromArguments(args);
  const perImage = blocksOfImage(job);
  for (let unit = begin; unit < end; unit++) {
    const group = unit % job.groups;
    const chunk = Math.floor(unit / job.groups);
    const weight = job.weight + (chunk * job.groups + group) * job.weightGroup;
    kernelsOf(job).clear(weight, job.weightGroup, 1, job.weightGroup / 16);
    const last = Math.min(job.images, (chunk + 1) * job.chunkImages);
    for (let image = chunk * job.chunkImages; image < last; image += job.blockImages)
      for (let index = 0; index < perImage; index++) {
        const part = partAt(job, group, image, index);
        addPart(job, { ...part, images: Math.min(part.images, last - image) }, weight);
      }
  }
});
