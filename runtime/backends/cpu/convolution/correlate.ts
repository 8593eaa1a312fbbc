/** The task of convolutions and of their derivative in the input. */
import { defineTask, type Task } from "../threads/task.ts";
import {
  arrangeSource,
  blockAddress,
  blocksOfImage,
  bytesOf,
  correlateOf,
  fromArguments,
  kernelsOf,
  partAt,
  positionsOf,
  resultAddress,
  type Job,
  type Part,
} from "./block.ts";

/** Blocks of a job: each is a unit of work. */
export function blocksOf(job: Job): number {
  return job.groups * Math.ceil(job.images / job.blockImages) * blocksOfImage(job);
}

function blockAt(job: Job, index: number): Part {
  const perImage = blocksOfImage(job);
  const imageBlocks = Math.ceil(job.images / job.blockImages);
  const block = Math.floor(index / perImage);
  const image = (block % imageBlocks) * job.blockImages;
  return partAt(job, Math.floor(block / imageBlocks), image, index % perImage);
}

/** Copies results to where they belong. */
function finishPart(job: Job, part: Part, firstRow: number, rows: number): void {
  const { finish } = kernelsOf(job);
  const bytes = bytesOf(job);
  const channel = part.group * job.rows + firstRow;
  const target =
    job.target +
    channel * job.targetChannel +
    part.depth * job.targetDepth +
    part.row * job.targetRow +
    part.column * job.targetColumn;
  const gapless = job.pitch === part.columns && job.targetRow === part.columns * job.targetColumn;
  for (let i = 0; i < part.images; i++)
    finish(
      resultAddress + i * job.planeRows * job.pitch * bytes,
      job.resultSize * bytes,
      job.pitch * bytes,
      target + (part.image + i) * job.targetImage,
      job.targetChannel,
      job.targetRow,
      job.targetColumn,
      rows,
      gapless ? 1 : part.rows,
      gapless ? part.rows * part.columns : part.columns,
      job.bias === 0 ? 0 : job.bias + channel * bytes,
    );
}

/** Computes the results of one part of the grid. */
function correlatePart(job: Job, part: Part): void {
  const correlate = correlateOf(job);
  const bytes = bytesOf(job);
  const positions = positionsOf(job, part);
  const channelBlocks = Math.max(1, Math.ceil(job.channels / Math.max(job.blockChannels, 1)));
  for (let row = 0; row < job.rows; row += job.resultRows) {
    const rows = Math.min(job.resultRows, job.rows - row);
    for (let block = 0; block < channelBlocks; block++) {
      const channel = block * job.blockChannels;
      const channels = Math.min(job.blockChannels, job.channels - channel);
      if (row === 0 || channelBlocks > 1) arrangeSource(job, part, channel, channels);
      correlate(
        job.weight + part.group * job.weightGroup + row * job.channels * job.tapCount * bytes,
        channel * job.tapCount * bytes,
        job.weightPanel,
        job.offsets,
        channels * job.tapCount,
        blockAddress,
        resultAddress,
        job.resultSize * bytes,
        rows,
        positions,
        block > 0 ? 1 : 0,
      );
    }
    finishPart(job, part, row, rows);
  }
}

export const correlateTask: Task = defineTask("correlate", (begin, end, args) => {
  const job = fromArguments(args);
  for (let index = begin; index < end; index++) correlatePart(job, blockAt(job, index));
});
