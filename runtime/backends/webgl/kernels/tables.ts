/** Lists of numbers that programs look things up in, kept as long as they are used often: the windows of a network's layers are the same in every step. */
import { float32 } from "../../../dtype.ts";
import { adopt } from "../../cpu/memory/storage.ts";
import { Value } from "../values.ts";

/** Lists that are kept at most. */
const most = 256;

const tables = new Map<string, Value>();

/** A value of these numbers. */
export function tableOf(numbers: readonly number[]): Value {
  const key = numbers.join();
  let table = tables.get(key);
  // What is used is put last again, so that the first is what was not used for longest.
  if (table !== undefined) tables.delete(key);
  else table = Value.ofArray(adopt(Float32Array.from(numbers), float32, false));
  tables.set(key, table);
  if (tables.size > most) forgetFirst();
  return table;
}

function forgetFirst(): void {
  for (const [key, table] of tables) {
    tables.delete(key);
    table.hold();
    table.drop();
    return;
  }
}
