/** Where an operator's results go, from the tensors that it was given. Called only once an accelerator was used. */
import { cpu, type Device } from "./device.ts";
import { differentDevices, joinsAny } from "./devices.ts";
import { currentDevice, nameOperator, placedOn, placeOn } from "./placement.ts";
import { here, onCpu } from "./reading.ts";
import { Tensor } from "./tensor.ts";

/** The tensors of an argument: itself, or those in a list. */
function tensorsOf(value: unknown): readonly Tensor[] {
  if (value instanceof Tensor) return [value];
  return Array.isArray(value) ? value.filter((item) => item instanceof Tensor) : [];
}

type Arguments = Readonly<Record<string, unknown>>;

/** The device of an operator's tensors: the accelerator as soon as one is there, `null` where there are none. */
function deviceOf(args: Arguments, anywhere: readonly string[]): Device | null {
  let found: Device | null = null;
  for (const name in args) {
    if (anywhere.includes(name)) continue;
    for (const tensor of tensorsOf(args[name])) {
      if (tensor.isNumber) continue;
      if (tensor.device.type !== "cpu") return tensor.device;
      found = tensor.device;
    }
  }
  return found;
}

/** @throws RuntimeError that names the first tensor that is elsewhere than `device`. */
function checkArguments(
  operator: string,
  args: Arguments,
  device: Device,
  anywhere: readonly string[],
): void {
  for (const name in args) {
    if (anywhere.includes(name)) continue;
    tensorsOf(args[name]).forEach((tensor, position) => {
      if (tensor.device === device || joinsAny(tensor)) return;
      const argument = Array.isArray(args[name]) ? `${name}[${position}]` : name;
      throw differentDevices(operator, argument, tensor.device, device);
    });
  }
}

/** Runs what consists of operators, which check their tensors themselves: a composite, or a derivative with the gradients that it gets. */
export function runPlaced<T>(operator: string, args: Arguments | readonly unknown[], body: () => T): T {
  return runOn(operator, deviceOf(args as Arguments, []), body); // a list's positions are names too
}

/**
 * Runs an operator, whose tensors are made where those are that it was given.
 *
 * @param anywhere the arguments whose tensors may be on any device.
 * @throws RuntimeError where the others are on different ones.
 */
export function runTogether<T>(
  operator: string,
  args: Arguments,
  anywhere: readonly string[],
  body: () => T,
): T {
  const device = deviceOf(args, anywhere);
  if (device !== null && device.type !== "cpu") checkArguments(operator, args, device, anywhere);
  return runOn(operator, device, body);
}

/** As `runTogether`, for an operator that writes into its first argument: that decides. */
export function runWriting<T>(
  operator: string,
  self: Tensor,
  args: Arguments,
  anywhere: readonly string[],
  body: () => T,
): T {
  checkArguments(operator, args, self.device, anywhere);
  return runOn(operator, self.device, body);
}

function runOn<T>(operator: string, device: Device | null, body: () => T): T {
  if (device === null) return body();
  const [name, before] = [nameOperator(operator), placeOn(device)];
  try {
    return body();
  } finally {
    placeOn(before);
    nameOperator(name);
  }
}

/** An argument with tensors of the CPU in it. */
function brought(value: unknown): unknown {
  if (value instanceof Tensor) return value.isNumber ? value : onCpu(value);
  return Array.isArray(value) ? value.map(brought) : value;
}

/** Computes with copies on the CPU, and sends the results where tensors are made now. */
export function computedOnCpu<A extends Arguments, R extends Tensor | readonly Tensor[]>(
  args: A,
  compute: (args: A) => R,
): R {
  if (currentDevice() === cpu) return compute(args);
  const copies = Object.fromEntries(Object.entries(args).map(([name, value]) => [name, brought(value)]));
  const results: Tensor | readonly Tensor[] = placedOn(cpu, () => compute(copies as A)); // the same, elsewhere
  return (results instanceof Tensor ? here(results) : results.map(here)) as R; // one or several, as they were
}
