/** The call of a module that has hooks. Source: `Module._call_impl` in `torch/nn/modules/module.py`. */
import { describe, isKeywords } from "../../binding.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { warnOnce } from "../../warn.ts";
import type { Module } from "../module.ts";
import { BackwardHooks } from "./backwardHooks.ts";
import { hasCallHooks, hooksFor, type CallHook } from "./callHooks.ts";
import { callForward } from "./inputNames.ts";

/** One call: its arguments and its output, which hooks may replace. */
class Call {
  readonly module: Module;
  args: readonly unknown[];
  /** The arguments by name: an object literal behind the others. */
  kwargs: Record<string, unknown>;
  output: unknown = null;
  /** The hooks that must run in any case, and did. */
  readonly ran = new Set<CallHook>();

  constructor(module: Module, inputs: readonly unknown[]) {
    const last = inputs.at(-1);
    this.module = module;
    this.args = isKeywords(last) ? inputs.slice(0, -1) : inputs;
    this.kwargs = isKeywords(last) ? last : {};
  }

  run(): unknown {
    for (const entry of hooksFor(this.module, "beforeForward")) this.runBefore(entry);
    const after = hooksFor(this.module, "afterBackward");
    const before = hooksFor(this.module, "beforeBackward");
    const backward = after.length + before.length > 0 ? new BackwardHooks(this.module, before, after) : null;
    if (backward !== null) this.args = backward.followInputs(this.args);
    this.output = this.forward();
    for (const entry of hooksFor(this.module, "afterForward")) this.runAfter(entry);
    if (backward !== null) this.output = backward.followOutput(this.output);
    return this.output;
  }

  private forward(): unknown {
    const named = Object.keys(this.kwargs).length > 0 ? [this.kwargs] : [];
    return callForward(this.module, [...this.args, ...named]);
  }

  private runBefore({ hook, withKwargs }: CallHook): void {
    const { module, args } = this;
    if (!withKwargs) {
      const answer = replacementOf("forward_pre_hook", hook(module, args));
      if (answer !== null) this.args = Array.isArray(answer) ? answer : [answer];
      return;
    }
    const answer = hook(module, args, this.kwargs) ?? null;
    if (answer === null) return;
    if (!Array.isArray(answer) || answer.length !== 2 || !Array.isArray(answer[0]) || !isKeywords(answer[1]))
      throw new RuntimeError(
        `forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got ${describe(answer)}. Return [args, kwargs], an array and an object, or nothing.`,
      );
    this.args = answer[0];
    this.kwargs = answer[1];
  }

  private runAfter(entry: CallHook): void {
    if (entry.always) this.ran.add(entry);
    const { module, args, kwargs, output } = this;
    const answer = entry.withKwargs
      ? entry.hook(module, args, kwargs, output)
      : entry.hook(module, args, output);
    this.output = replacementOf("forward_hook", answer) ?? output;
  }

  /** Runs the hooks that must run although something was thrown. */
  runAlways(): void {
    for (const entry of hooksFor(this.module, "afterForward")) {
      if (!entry.always || this.ran.has(entry)) continue;
      try {
        this.runAfter(entry);
      } catch (error) {
        warnOnce(
          `module forward hook with \`\`always_call=True\`\` raised an exception that was silenced as another error was raised in forward: ${String(error)}`,
        );
      }
    }
  }
}

/** What a hook gave instead, `null` for nothing. @throws TypeError for a number: arrow functions without braces give what `push` gives. */
function replacementOf(kind: string, answer: unknown): unknown {
  if (typeof answer === "number" || typeof answer === "boolean")
    throw new TypeError(
      `the hook of register_${kind} returned ${String(answer)}. It returns a replacement or nothing: put its body in braces, as in (module, args) => { list.push(args); }.`,
    );
  return answer ?? null;
}

function callWithHooks(module: Module, inputs: readonly unknown[]): unknown {
  const call = new Call(module, inputs);
  try {
    return call.run();
  } catch (error) {
    call.runAlways();
    throw error;
  }
}

/** Calls a module's `forward`, with the hooks that there are. Where no module has any, there is no need to ask. */
export function callModule(module: Module, inputs: never[]): unknown {
  return hasCallHooks(module) ? callWithHooks(module, inputs) : callForward(module, inputs);
}
