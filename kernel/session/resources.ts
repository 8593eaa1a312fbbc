type Dispose = () => unknown;

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

/** Resources that wait to be disposed, the last one first. */
export class ResourceStack {
  readonly #disposers: Dispose[] = [];

  /**
   * Registers a resource; `null` and `undefined` are allowed and have nothing to dispose.
   *
   * @throws TypeError when it has no method to dispose it
   */
  add<T>(resource: T, asynchronous: boolean): T {
    const dispose = disposerOf(resource, asynchronous);
    if (dispose !== null) this.#disposers.push(dispose);
    return resource;
  }

  /** Disposes everything, whatever fails. Rejects with the first failure. */
  async dispose(): Promise<void> {
    const failures: unknown[] = [];
    for (let dispose = this.#disposers.pop(); dispose !== undefined; dispose = this.#disposers.pop()) {
      try {
        await dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
