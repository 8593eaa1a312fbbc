/** What schedules of momentum have in common: they change `momentum`, or the first of `betas`. */
import { ValueError } from "../../errors/valueError.ts";
import type { AnyOptimizer } from "../hooks.ts";
import { groupsOf, type Group } from "./scheduler.ts";

/** Whether an optimizer's momentum is the first of its `betas`. @throws ValueError when it has none. */
export function usesBetas({ defaults }: AnyOptimizer): boolean {
  const settings = defaults as object; // settings by name
  if (!("momentum" in settings) && !("betas" in settings))
    throw new ValueError(
      "optimizer must support momentum or beta1 with `cycle_momentum` option enabled. Pass {cycle_momentum: false}, or another optimizer.",
    );
  return "betas" in settings;
}

/** Changes a group's momentum. */
export function changeMomentum(group: Group, betas: boolean, momentum: number): void {
  if (betas) group["betas"] = [momentum, ...(group["betas"] as readonly number[]).slice(1)];
  else group["momentum"] = momentum;
}

/** A number for each group. @throws ValueError when there are more or fewer. */
export function forEachGroup(
  name: string,
  optimizer: AnyOptimizer,
  given: number | readonly number[],
): number[] {
  const groups = groupsOf(optimizer);
  if (typeof given === "number") return groups.map(() => given);
  if (given.length !== groups.length)
    throw new ValueError(
      `${name} must have the same length as optimizer.param_groups. ${name} has ${given.length} values, param_groups has ${groups.length}.`,
    );
  return [...given];
}

/** Begins with the highest momentum, and notes between which numbers it moves. */
export function beginMomentum(
  optimizer: AnyOptimizer,
  betas: boolean,
  lowest: readonly number[],
  highest: readonly number[],
): void {
  for (const [i, group] of groupsOf(optimizer).entries()) {
    changeMomentum(group, betas, highest[i]!); // a number for each
    group["max_momentum"] = highest[i];
    group["base_momentum"] = lowest[i];
  }
}
