/** Waiting for batches, of which some are fetched while the ones before them are used. */
import { RuntimeError } from "../errors/runtimeError.ts";

/** Where batches come from. A request may be made before the one before it was answered. */
export interface Requests {
  /** Asks for the next batch. */
  readonly next: () => Promise<IteratorResult<unknown, void>>;
  /** Says that no more will be asked for. */
  readonly close: () => Promise<void>;
}

/** How many batches are under way, and how long one may take. */
export interface Pace {
  /** How many are fetched while the loop's body runs. */
  readonly ahead: number;
  /** Seconds to wait for one; 0 for ever. */
  readonly timeout: number;
}

/** The batches, in their order. @throws RuntimeError when one takes too long; whatever fetching it throws. */
export async function* ahead(requests: Requests, pace: Pace): AsyncGenerator<unknown, void, undefined> {
  const underWay: Promise<IteratorResult<unknown, void>>[] = [];
  const ask = (upTo: number): void => {
    while (underWay.length < upTo) {
      const batch = requests.next();
      // It is an error of this loop only when its turn comes.
      batch.catch(() => {});
      underWay.push(batch);
    }
  };
  try {
    for (;;) {
      ask(1);
      const next = underWay.shift()!; // there is one
      ask(pace.ahead);
      const result = await within(next, pace.timeout);
      if (result.done === true) return;
      yield result.value;
    }
  } finally {
    const closed = requests.close();
    // What hangs would hold up whoever leaves the loop.
    if (underWay.length === 0) await closed;
    else closed.catch(() => {});
  }
}

async function within<T>(batch: Promise<T>, seconds: number): Promise<T> {
  if (seconds === 0) return batch;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new RuntimeError(
          `DataLoader timed out after ${seconds} seconds: the next batch did not come. Give it more time, timeout: ${2 * seconds}, or find out what the data set waits for.`,
        ),
      );
    }, seconds * 1000);
  });
  try {
    return await Promise.race([batch, late]);
  } finally {
    clearTimeout(timer);
  }
}
