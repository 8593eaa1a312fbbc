import { StdinNotImplementedError } from "./stdin-not-implemented-error.ts";
import type { InputSource } from "../types.ts";

/** For requests that nobody answers questions of. */
export const noInput: InputSource = {
  ask: () => Promise.reject(new StdinNotImplementedError()),
  askNow() {
    throw new StdinNotImplementedError();
  },
};
