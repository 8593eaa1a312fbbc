import { Storage } from "../../storage.ts";
import type { Backend } from "../backend.ts";
import { copy } from "./copy.ts";
import { matmul } from "./matmul.ts";
import { pointwise } from "./pointwise.ts";
import { gather, scatter } from "./positions.ts";
import { argReduce, reduce } from "./reduce.ts";

/** The processor, in plain JavaScript. */
export const cpuBackend: Backend = {
  allocate: (dtype, length) => Storage.allocate(dtype, length),
  pointwise,
  copy,
  reduce,
  argReduce,
  matmul,
  gather,
  scatter,
};
