import { ResourceStack, type Failure } from "./resources.ts";

/** What oxc's code for a `using` inside a block or function works with; its names are those of Babel's helper `usingCtx`. */
export interface UsingContext {
  /** What the block threw: the code assigns it. */
  e: unknown;
  /** Registers the resource of a `using`. */
  u<T>(resource: T): T;
  /** Registers the resource of an `await using`. */
  a<T>(resource: T): T;
  /** Disposes everything at the end of the block. The code awaits the answer where the block has an `await using`. */
  d(): void | Promise<void>;
}

function rethrow(failure: Failure | null): void {
  if (failure !== null) throw failure.error;
}

/** Babel's helper `usingCtx`, on the resource stack that top-level `using` has too. */
export function usingCtx(): UsingContext {
  const resources = new ResourceStack();
  let failure: Failure | null = null;
  return {
    get e(): unknown {
      return failure?.error;
    },
    set e(error: unknown) {
      failure = { error };
    },
    u: (resource) => resources.add(resource, false),
    a: (resource) => resources.add(resource, true),
    d: () =>
      resources.asynchronous
        ? resources.dispose(failure).then(rethrow)
        : rethrow(resources.disposeSync(failure)),
  };
}
