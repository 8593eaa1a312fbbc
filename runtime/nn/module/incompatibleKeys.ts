import { inspectAs } from "../../inspect.ts";

/** What a state that was loaded lacked, and what it had beyond the module's: what `load_state_dict` gives. `const [missing, unexpected] = …` reads both. */
export class IncompatibleKeys {
  /** Names that the module has and the state has not. */
  readonly missing_keys: string[];
  /** Names that the state has and the module has not. */
  readonly unexpected_keys: string[];

  constructor(missing: string[], unexpected: string[]) {
    this.missing_keys = missing;
    this.unexpected_keys = unexpected;
  }

  *[Symbol.iterator](): IterableIterator<string[]> {
    yield this.missing_keys;
    yield this.unexpected_keys;
  }

  toString(): string {
    const { missing_keys, unexpected_keys } = this;
    if (missing_keys.length === 0 && unexpected_keys.length === 0) return "<All keys matched successfully>";
    return `_IncompatibleKeys(missing_keys=${listed(missing_keys)}, unexpected_keys=${listed(unexpected_keys)})`;
  }
}

/** A list of names as Python prints it. */
function listed(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(", ")}]`;
}

inspectAs(IncompatibleKeys, (keys) => keys.toString());
