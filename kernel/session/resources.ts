type Dispose = () => unknown;

/** Something that was thrown: `undefined` can be thrown too, so its absence is a `null` in place of this. */
export interface Failure {
  readonly error: unknown;
}

/** Finds how a resource wants to be disposed, as `using` does (ECMAScript explicit resource management, GetDisposeMethod). */
function disposerOf(resource: unknown, asynchronous: boolean): Dispose | null {
  if (resource === null || resource === undefined) return null;
  const object: { [Symbol.dispose]?: unknown; [Symbol.asyncDispose]?: unknown } = Object(resource);
  const method = (asynchronous ? object[Symbol.asyncDispose] : undefined) ?? object[Symbol.dispose];
  if (typeof method === "function") return () => Reflect.apply(method, resource, []);
  const wanted = asynchronous ? "[Symbol.asyncDispose]() or [Symbol.dispose]()" : "[Symbol.dispose]()";
  const keyword = asynchronous ? "await using" : "using";
  throw new TypeError(
    `${keyword}: the value has no ${wanted} method. Give it one, or declare it with const.`,
  );
}

/** Node has `SuppressedError` from version 24 on: an error during disposal, and the one that it would have hidden. */
function suppressed(error: unknown, before: Failure | null): Failure {
  if (before === null) return { error };
  const both = new Error("An error was suppressed during disposal.", { cause: error });
  return { error: Object.assign(both, { name: "SuppressedError", error, suppressed: before.error }) };
}

/** Resources that wait to be disposed, the last one first. */
export class ResourceStack {
  readonly #disposers: Dispose[] = [];
  #asynchronous = false;

  /**
   * Registers a resource; `null` and `undefined` are allowed and have nothing to dispose.
   *
   * @throws TypeError when it has no method to dispose it
   */
  add<T>(resource: T, asynchronous: boolean): T {
    const dispose = disposerOf(resource, asynchronous);
    this.#asynchronous ||= asynchronous;
    if (dispose !== null) this.#disposers.push(dispose);
    return resource;
  }

  /** Whether a resource was registered that must be awaited. */
  get asynchronous(): boolean {
    return this.#asynchronous;
  }

  /** Disposes everything at once, whatever fails. Answers with what was thrown, or with `failure`, thrown before. */
  disposeSync(failure: Failure | null): Failure | null {
    let outcome = failure;
    for (let dispose = this.#disposers.pop(); dispose !== undefined; dispose = this.#disposers.pop()) {
      try {
        dispose();
      } catch (error) {
        outcome = suppressed(error, outcome);
      }
    }
    return outcome;
  }

  /** As `disposeSync`, and awaits each disposal before the next. */
  async dispose(failure: Failure | null): Promise<Failure | null> {
    let outcome = failure;
    for (let dispose = this.#disposers.pop(); dispose !== undefined; dispose = this.#disposers.pop()) {
      try {
        await dispose();
      } catch (error) {
        outcome = suppressed(error, outcome);
      }
    }
    return outcome;
  }
}
