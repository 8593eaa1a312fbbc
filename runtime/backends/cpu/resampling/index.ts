/** See `ResamplingBackend`: loops over typed arrays, the innermost one over neighbours in memory. */
import type { ResamplingBackend } from "../../resampling.ts";
import { foldBlocks, unfoldBlocks } from "./blocks.ts";
import { mapAxis } from "./mapAxis.ts";
import { placeAt } from "./placeAt.ts";

export const resampling: ResamplingBackend = { mapAxis, unfoldBlocks, foldBlocks, placeAt };
