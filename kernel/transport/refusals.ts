import type { MessageChannel, WireFault } from "../wire/index.ts";

/** The same fault on the same channel is reported once in this time: a wrong client tends to try again and again. */
const QUIET_MS = 5_000;

/** Reports refused messages, without letting a misbehaving client flood the log. */
export class Refusals {
  readonly #log: (line: string) => void;
  readonly #now: () => number;
  readonly #reported = new Map<string, { at: number; unreported: number }>();

  /** @param now the present time in milliseconds. */
  constructor(log: (line: string) => void, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  report(channel: MessageChannel, fault: WireFault, reason: string): void {
    const kind = `${channel} ${fault}`;
    const last = this.#reported.get(kind);
    if (last !== undefined && this.#now() - last.at < QUIET_MS) {
      last.unreported += 1;
      return;
    }
    const more =
      last === undefined || last.unreported === 0 ? "" : ` (and ${last.unreported} more like it before)`;
    this.#reported.set(kind, { at: this.#now(), unreported: 0 });
    this.#log(`Refused a message on ${channel}: ${reason}${more}`);
  }
}
