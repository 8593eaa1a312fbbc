import type { Lane } from "./lanes.ts";
import { isWide } from "./lanes.ts";

function constantKey(value: number | bigint): string {
  if (typeof value === "bigint") return `${value}n`;
  return Object.is(value, -0) ? "-0" : String(value);
}

function operationKey({ operation }: Lane): string {
  switch (operation.kind) {
    case "input":
    case "parameter":
      return `${operation.kind} ${operation.index}`;
    case "constant":
      return constantKey(operation.value);
    case "vector":
      return operation.name;
    case "shift":
      return `${operation.name} ${operation.by}`;
    case "convert":
      return operation.conversion;
    case "rare":
      return `rare ${operation.helper.name}`;
    default:
      return operation.kind;
  }
}

/** Replaces equal computations by one. */
export function shareEqual(roots: readonly Lane[]): Lane[] {
  const canonical = new Map<Lane, Lane>();
  const numbers = new Map<Lane, number>();
  const known = new Map<string, Lane>();
  const visit = (lane: Lane): Lane => {
    const seen = canonical.get(lane);
    if (seen !== undefined) return seen;
    const args = lane.args.map(visit);
    const key = `${lane.type} ${operationKey(lane)} ${args.map((arg) => numbers.get(arg)).join()}`;
    let own = known.get(key);
    if (own === undefined) {
      known.set(key, (own = { ...lane, args }));
      numbers.set(own, numbers.size);
    }
    canonical.set(lane, own);
    return own;
  };
  return roots.map(visit);
}

/** All lanes that the roots need, arguments before what uses them. */
export function inOrder(roots: readonly Lane[]): Lane[] {
  const order = new Set<Lane>();
  const visit = (lane: Lane): void => {
    if (order.has(lane)) return;
    lane.args.forEach(visit);
    order.add(lane);
  };
  roots.forEach(visit);
  return [...order];
}

/** How often the code of one half reads each lane. */
export function countUses(roots: readonly Lane[]): Map<Lane, number> {
  const uses = new Map<Lane, number>();
  const count = (lane: Lane, times: number): void => void uses.set(lane, (uses.get(lane) ?? 0) + times);
  for (const lane of inOrder(roots))
    for (const arg of lane.args) count(arg, isWide(lane.type) && !isWide(arg.type) ? 2 : 1);
  for (const root of roots) count(root, 1);
  return uses;
}
