import { Session } from "node:inspector";
import { activityBelow } from "./user-code.ts";

/** Under this global symbol {@link offerStop} leaves the function for {@link StopRemote} to take; it is gone afterwards. */
const HANDOVER = "typetorch.stop-execution";

/** So often in a row V8 may refuse to end what runs before it is paused for that. */
const REFUSALS = 25;
/** How long code may take until it pauses. */
const PAUSE_MS = 200;

/**
 * Main thread: makes it possible to stop the user's code in this thread from the thread of the sockets. `onStopped` is
 * called when V8 has ended it, or when nothing runs at all.
 *
 * The kernel's own code is left alone: what it was about to do would be lost, and V8 itself aborts when its inspector is
 * terminated while it reports a rejection ("v8::ToLocalChecked Empty MaybeLocal", seen on Node 20.20).
 */
export function offerStop(onStopped: () => void): void {
  const inspector = new Session();
  inspector.connect();
  const clearAsyncIds = findClearAsyncIds();
  const terminated = (error: Error | null): void => {
    if (error !== null) return; // another termination is pending, and will be reported itself
    clearAsyncIds();
    onStopped();
  };
  /** Answers whether user code runs on although V8 takes it for ended: V8 then takes no further request. */
  const stop = (): boolean => {
    const activity = activityBelow();
    if (activity === "idle") onStopped();
    if (activity !== "user") return false;
    let refused = false;
    inspector.post("Runtime.terminateExecution", (error) => {
      refused = error !== null;
      terminated(error);
    });
    return refused; // a refusal comes at once
  };
  Object.defineProperty(globalThis, Symbol.for(HANDOVER), { value: stop, configurable: true });
}

/**
 * Node's own clean-up after an error, which it does not do after a termination: where AsyncLocalStorage works by promise
 * hooks (before Node 24), a chain of promises that is terminated leaves its async ids behind, and Node aborts with
 * "Assertion failed: (env_->execution_async_id()) == (0)" (seen on Node 20.20). The function has no public name; where it
 * does not exist (Node 24), AsyncLocalStorage leaves no ids behind.
 */
function findClearAsyncIds(): () => void {
  const { noDeprecation } = process;
  process.noDeprecation = true; // the warning would be for users, who can do nothing about it
  try {
    // `process.binding` is not in the types of Node; what it returns is checked before use.
    const { binding } = process as unknown as { binding?: (name: string) => Record<string, unknown> };
    const clear = binding?.call(process, "async_wrap")["clearAsyncIdStack"];
    return typeof clear === "function" ? () => void Reflect.apply(clear, undefined, []) : () => {};
  } catch {
    return () => {}; // "No such module": Node 24
  } finally {
    process.noDeprecation = noDeprecation ?? false;
  }
}

/** Thread of the sockets: calls the function that {@link offerStop} made, in the midst of whatever the main thread runs. */
export class StopRemote {
  readonly #inspector: Session = new Session();
  readonly #functionId: Promise<string>;
  /** How often in a row V8 took no request, because it takes what runs for ended. */
  #refused = 0;

  /** Takes the function over; the main thread must have called {@link offerStop} before. */
  constructor() {
    this.#inspector.connectToMainThread();
    this.#functionId = this.#takeFunction();
  }

  /**
   * Ends the user's code that the main thread executes: loops, regular expressions, chains of promises that never let its
   * event loop run. Variables keep their values. Does nothing when the kernel's own code runs at this moment, so ask again
   * until it is reported as stopped. Resolves when the main thread was asked, which takes as long as native code runs.
   */
  async stop(): Promise<void> {
    const refused = await this.#ask();
    this.#refused = refused ? this.#refused + 1 : 0;
    if (this.#refused < REFUSALS) return;
    this.#refused = 0;
    await this.#stopPaused();
  }

  /** Asks the main thread to stop user code; answers whether V8 would not. */
  async #ask(): Promise<boolean> {
    const objectId = await this.#functionId;
    const functionDeclaration = "function () { return this(); }";
    return new Promise((resolve) => {
      // The answer may be an error: the call itself is among the code that is ended.
      this.#inspector.post("Runtime.callFunctionOn", { objectId, functionDeclaration }, (_error, answer) => {
        // Seen when code recurses at the end of its stack: there is no room for the question what runs. User code does that.
        if (answer?.exceptionDetails === undefined) resolve(answer?.result.value !== false);
        else this.#inspector.post("Runtime.terminateExecution", () => resolve(false));
      });
    });
  }

  /**
   * Ends what runs where V8's own way is blocked: it remembers a request until it has ended something, and code that catches the end, such as
   * a script of `node:vm` whose time is up in the same moment, makes it wait for ever. A debugger that pauses the code may still have it end when it goes on.
   */
  async #stopPaused(): Promise<void> {
    const inspector = this.#inspector;
    const paused = new Promise<boolean>((resolve) => {
      inspector.once("Debugger.paused", () => resolve(true));
      setTimeout(() => resolve(false), PAUSE_MS);
    });
    inspector.post("Debugger.enable");
    inspector.post("Debugger.pause");
    // What was user code a moment ago may have come to its end.
    if ((await paused) && (await this.#ask())) inspector.post("Debugger.resume", { terminateOnResume: true });
    inspector.removeAllListeners("Debugger.paused");
    inspector.post("Debugger.disable");
  }

  /** Lets go of the main thread; otherwise Node waits at its end, and says so on standard error. */
  async close(): Promise<void> {
    await this.#functionId;
    this.#inspector.disconnect();
  }

  async #takeFunction(): Promise<string> {
    const symbol = `Symbol.for(${JSON.stringify(HANDOVER)})`;
    const expression = `(() => { const stop = globalThis[${symbol}]; delete globalThis[${symbol}]; return stop; })()`;
    return new Promise((resolve, reject) => {
      this.#inspector.post("Runtime.evaluate", { expression }, (error, answer) => {
        const objectId = answer?.result.objectId;
        if (objectId === undefined)
          reject(error ?? new Error("The main thread offers no function to stop it with."));
        else resolve(objectId);
      });
    });
  }
}
