import { Session as InspectorSession, type Runtime } from "node:inspector";
import type { Position } from "../language/types.ts";
import { firstPromiseOf } from "./cell-context.ts";

/** How an evaluation ended. */
export type Evaluation =
  | { readonly kind: "value"; readonly value: unknown }
  /** `at` is where V8 saw the throw, in the evaluated code, when the error cannot tell itself. */
  | { readonly kind: "thrown"; readonly error: unknown; readonly at: Position | null }
  /** `Runtime.terminateExecution` stopped it. */
  | { readonly kind: "terminated" };

/** The types of `node:inspector` lack V8's `replMode`. */
type ReplParameters = Runtime.EvaluateParameterType & { readonly replMode: true };

const objectGroup = "cell";

function argumentOf(remote: Runtime.RemoteObject): Runtime.CallArgument {
  if (remote.objectId !== undefined) return { objectId: remote.objectId };
  if (remote.unserializableValue !== undefined) return { unserializableValue: remote.unserializableValue };
  return { value: remote.value };
}

function thrownAt(details: Runtime.ExceptionDetails, name: string): Position | null {
  if (details.url !== name) return null;
  return { line: details.lineNumber + 1, column: details.columnNumber + 1 };
}

/** Evaluates scripts in V8's REPL mode through an inspector session of its own thread. */
export class Evaluator {
  readonly #session: InspectorSession = new InspectorSession();
  /** V8 hands values out as remote objects; this object, known to V8 by `#mailboxId`, is how they become values again. */
  readonly #mailbox: { value: unknown } = { value: undefined };
  readonly #mailboxId: string;
  /**
   * Evaluations that have not answered, with their promises. When V8 collects one, as it can when the evaluation was interrupted, the
   * inspector answers from within the garbage collector, and Node 24 dies of the callback ("Invoke in
   * DisallowJavascriptExecutionScope").
   */
  readonly #unsettled = new Set<object>();

  constructor() {
    this.#session.connect();
    this.#mailboxId = this.#remember(this.#mailbox);
  }

  /**
   * Evaluates a script whose top-level names stay, and may be declared again. Awaits it when it awaits. An evaluation that
   * is terminated after an `await` never settles (seen on Node 20 and 24), so race it with the interrupt.
   *
   * @param name the script's `sourceURL`
   */
  evaluate(expression: string, name: string): Promise<Evaluation> {
    const parameters: ReplParameters = {
      expression,
      replMode: true,
      awaitPromise: true,
      silent: true,
      objectGroup,
    };
    return new Promise((resolve) => {
      const evaluation: { promise: Promise<unknown> | null } = { promise: null };
      this.#unsettled.add(evaluation);
      evaluation.promise = firstPromiseOf(() => {
        this.#session.post("Runtime.evaluate", parameters, (failure, answer) => {
          this.#unsettled.delete(evaluation);
          resolve(failure === null ? this.#outcome(answer, name) : { kind: "terminated" });
        });
      });
    });
  }

  #outcome({ result, exceptionDetails }: Runtime.EvaluateReturnType, name: string): Evaluation {
    const evaluation: Evaluation =
      exceptionDetails === undefined
        ? { kind: "value", value: this.#receive(result) }
        : {
            kind: "thrown",
            error: this.#receive(exceptionDetails.exception ?? { type: "undefined" }),
            at: thrownAt(exceptionDetails, name),
          };
    // A remote object keeps its value alive until it is released.
    this.#session.post("Runtime.releaseObjectGroup", { objectGroup });
    return evaluation;
  }

  /** The value behind a remote object. The session answers calls of its own thread before `post` returns. */
  #receive(remote: Runtime.RemoteObject): unknown {
    this.#session.post("Runtime.callFunctionOn", {
      objectId: this.#mailboxId,
      functionDeclaration: "function (value) { this.value = value; }",
      arguments: [argumentOf(remote)],
      silent: true,
    });
    const { value } = this.#mailbox;
    this.#mailbox.value = undefined;
    return value;
  }

  /** Makes an object known to V8's inspector, through a global that exists for this one look. */
  #remember(object: object): string {
    const key = "__typetorch_mailbox__";
    Reflect.defineProperty(globalThis, key, { value: object, configurable: true });
    let id: string | undefined;
    this.#session.post("Runtime.evaluate", { expression: key }, (_failure, answer) => {
      id = answer.result.objectId;
    });
    Reflect.deleteProperty(globalThis, key);
    if (id === undefined)
      throw new Error("The inspector gave no object id: is Node built without an inspector?");
    return id;
  }
}
