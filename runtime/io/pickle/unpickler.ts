/**
 * Reads pickles, as data: a machine with a stack, whose only words are those below. Of Python's names it knows the few of `functions.ts`, and what comes out is plain data
 * (`values.ts`). Nothing of a file can run, and nothing is made that is larger than the file.
 *
 * Source: `Lib/pickletools.py` of Python, protocols 2 to 5; `torch/_weights_only_unpickler.py`, which refuses the same names.
 */
import { UnpicklingError } from "../../errors/unpicklingError.ts";
import { lookUp, setItem, checkKey } from "./functions.ts";
import {
  describePickled,
  PickledDict,
  PickledFunction,
  PickledList,
  PickledSet,
  PickledTuple,
  type Pickled,
} from "./values.ts";

/** Makes what lies outside of the pickle, of its persistent id. */
export type PersistentLoad = (id: readonly Pickled[]) => Pickled;

function damaged(what: string): UnpicklingError {
  return new UnpicklingError(`${what}: the file is not complete, or was damaged.`);
}

/** A pickle that Python wrote copies no element more than twice: text to bytes, and bytes to a bytearray. */
const copiesOfAll = 4;
const smallBudget = 1024;

function sizeOf(value: Pickled): number {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length;
  if (value instanceof PickledDict) return value.entries.size;
  if (value instanceof PickledSet) return value.items.size;
  return value instanceof PickledList || value instanceof PickledTuple ? value.items.length : 0;
}

/** The bytes of a pickle, and the stack. */
class Machine {
  readonly bytes: Uint8Array;
  position: number;
  stack: Pickled[] = [];
  readonly persistentLoad: PersistentLoad;
  readonly #view: DataView;
  readonly #marks: Pickled[][] = [];
  readonly #memo = new Map<number, Pickled>();
  /** How much may still be copied by calls. */
  #budget: number;

  constructor(bytes: Uint8Array, start: number, persistentLoad: PersistentLoad) {
    this.bytes = bytes;
    this.position = start;
    this.persistentLoad = persistentLoad;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#budget = bytes.length * copiesOfAll + smallBudget;
  }

  /** Counts what a call copies. @throws UnpicklingError when a small file makes much of little by calling again and again. */
  spend(args: readonly Pickled[]): void {
    for (const arg of args) this.#budget -= sizeOf(arg);
    if (this.#budget < 0)
      throw new UnpicklingError(
        "the file has the same values copied many times: it was made to fill the memory, and was not read.",
      );
  }

  /** Where `count` bytes begin, which are read then. */
  take(count: number): number {
    const start = this.position;
    if (count > this.bytes.length - start) throw damaged("Ran out of input");
    this.position += count;
    return start;
  }

  u8(): number {
    return this.bytes[this.take(1)]!;
  }

  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.take(4), true);
  }

  /** A length of 64 bits; more than there are bytes is refused where they are taken. */
  length64(): number {
    return Number(this.#view.getBigUint64(this.take(8), true));
  }

  f64(): number {
    return this.#view.getFloat64(this.take(8), false);
  }

  /** A whole number of so many bytes, negative when its highest bit is set. */
  long(count: number): number | bigint {
    const start = this.take(count);
    // The lowest byte comes first.
    const digits = Buffer.from(this.bytes.slice(start, start + count).toReversed()).toString("hex");
    const signed = BigInt.asIntN(count * 8, BigInt(`0x0${digits}`));
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  /** A copy, so that what is read does not keep the file. */
  blob(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.slice(start, start + count);
  }

  text(count: number): string {
    const start = this.take(count);
    return utf8.decode(this.bytes.subarray(start, start + count));
  }

  /** A name that ends with its line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end === -1) throw damaged("Ran out of input");
    const text = this.text(end - this.position);
    this.position++;
    return text;
  }

  push(value: Pickled): void {
    this.stack.push(value);
  }

  pop(): Pickled {
    const value = this.stack.pop();
    if (value === undefined) throw damaged("unexpected empty stack");
    return value;
  }

  top(): Pickled {
    const value = this.stack.at(-1);
    if (value === undefined) throw damaged("unexpected empty stack");
    return value;
  }

  mark(): void {
    this.#marks.push(this.stack);
    this.stack = [];
  }

  /** What was pushed since the last mark. */
  popMark(): Pickled[] {
    const items = this.stack;
    const before = this.#marks.pop();
    if (before === undefined) throw damaged("could not find MARK");
    this.stack = before;
    return items;
  }

  remember(index: number): void {
    this.#memo.set(index, this.top());
  }

  memoize(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw damaged(`Memo value not found at index ${index}`);
    this.push(value);
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** Python's default for the largest number that is read from text; longer ones would take long to make. */
const longestNumber = 4096;

function longer(machine: Machine): number | bigint {
  const count = machine.u32();
  if (count > longestNumber) throw damaged(`a whole number of ${count} bytes`);
  return machine.long(count);
}

/** The newest so many values become a tuple. */
function tuple(machine: Machine, count: number): void {
  if (machine.stack.length < count) throw damaged("unexpected empty stack");
  machine.push(new PickledTuple(machine.stack.splice(machine.stack.length - count, count)));
}

function append(machine: Machine, items: readonly Pickled[]): void {
  const list = machine.top();
  if (!(list instanceof PickledList))
    throw new UnpicklingError(
      `Can only append to lists, but got ${describePickled(list)}: the file is damaged.`,
    );
  for (const item of items) list.items.push(item);
}

function setItems(machine: Machine, items: readonly Pickled[]): void {
  const dict = machine.top();
  if (!(dict instanceof PickledDict) || items.length % 2 === 1)
    throw new UnpicklingError(
      `Can only SETITEMS for dict, collections.OrderedDict, collections.Counter, but got ${describePickled(dict)}: the file is damaged.`,
    );
  for (let i = 0; i < items.length; i += 2) setItem(dict, items[i]!, items[i + 1]!);
}

function setOne(machine: Machine): void {
  const value = machine.pop();
  setItems(machine, [machine.pop(), value]);
}

function addItems(machine: Machine): void {
  const items = machine.popMark();
  const set = machine.top();
  if (!(set instanceof PickledSet)) throw damaged(`Can only add to sets, but got ${describePickled(set)}`);
  for (const item of items) set.items.add(checkKey(item));
}

function frozenSet(machine: Machine): PickledSet {
  const set = new PickledSet();
  for (const item of machine.popMark()) set.items.add(checkKey(item));
  return set;
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  const module = machine.pop();
  if (typeof name !== "string" || typeof module !== "string") throw damaged("STACK_GLOBAL requires str");
  machine.push(lookUp(module, name));
}

/** Calls one of the known functions. */
function reduce(machine: Machine): void {
  const args = machine.pop();
  const callee = machine.pop();
  if (!(args instanceof PickledTuple)) throw damaged("the arguments of a call are no tuple");
  if (!(callee instanceof PickledFunction))
    throw new UnpicklingError(
      `Trying to call reduce for unrecognized function ${describePickled(callee)}: the file is damaged.`,
    );
  machine.spend(args.items);
  machine.push(callee.call(args.items));
}

/** Attributes for the newest value. Those of an `OrderedDict` (a state dict's versions of modules) are left out; nothing else has any. */
function build(machine: Machine): void {
  machine.pop();
  const value = machine.top();
  if (!(value instanceof PickledDict))
    throw new UnpicklingError(
      `Can only build Tensor, Parameter, OrderedDict or types allowlisted via \`add_safe_globals\`, but got ${describePickled(value)}. Save it in Python as a dict of its numbers.`,
    );
}

function persistentId(machine: Machine): void {
  const id = machine.pop();
  if (!(id instanceof PickledTuple))
    throw damaged(`persistent_load id must be tuple or int, but got ${describePickled(id)}`);
  machine.push(machine.persistentLoad(id.items));
}

const highestProtocol = 5;

function protocol(machine: Machine): void {
  const version = machine.u8();
  if (version < 2 || version > highestProtocol)
    throw new UnpicklingError(
      `unsupported pickle protocol: ${version}. Protocols 2 to ${highestProtocol} can be read; PyTorch writes 2.`,
    );
}

/** What each word does. Source: `Lib/pickletools.py`. */
const operations: ReadonlyMap<number, (machine: Machine) => void> = new Map<
  number,
  (machine: Machine) => void
>([
  [0x80, protocol],
  // A frame's length: the whole pickle is here.
  [0x95, (m) => void m.take(8)],
  [0x28, (m) => m.mark()],
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x4a, (m) => m.push(m.i32())],
  [0x4b, (m) => m.push(m.u8())],
  [0x4d, (m) => m.push(m.u16())],
  [0x8a, (m) => m.push(m.long(m.u8()))],
  [0x8b, (m) => m.push(longer(m))],
  [0x47, (m) => m.push(m.f64())],
  [0x58, (m) => m.push(m.text(m.u32()))],
  [0x8c, (m) => m.push(m.text(m.u8()))],
  [0x8d, (m) => m.push(m.text(m.length64()))],
  // Python 2's text.
  [0x55, (m) => m.push(m.text(m.u8()))],
  [0x54, (m) => m.push(m.text(m.u32()))],
  [0x42, (m) => m.push(m.blob(m.u32()))],
  [0x43, (m) => m.push(m.blob(m.u8()))],
  [0x8e, (m) => m.push(m.blob(m.length64()))],
  [0x96, (m) => m.push(m.blob(m.length64()))],
  [0x29, (m) => m.push(new PickledTuple([]))],
  [0x85, (m) => tuple(m, 1)],
  [0x86, (m) => tuple(m, 2)],
  [0x87, (m) => tuple(m, 3)],
  [0x74, (m) => m.push(new PickledTuple(m.popMark()))],
  [0x5d, (m) => m.push(new PickledList())],
  [0x61, (m) => append(m, [m.pop()])],
  [0x65, (m) => append(m, m.popMark())],
  [0x7d, (m) => m.push(new PickledDict())],
  [0x73, setOne],
  [0x75, (m) => setItems(m, m.popMark())],
  [0x8f, (m) => m.push(new PickledSet())],
  [0x90, addItems],
  [0x91, (m) => m.push(frozenSet(m))],
  [0x71, (m) => m.remember(m.u8())],
  [0x72, (m) => m.remember(m.u32())],
  [0x94, (m) => m.memoize()],
  [0x68, (m) => m.recall(m.u8())],
  [0x6a, (m) => m.recall(m.u32())],
  [0x63, (m) => m.push(lookUp(m.line(), m.line()))],
  [0x93, stackGlobal],
  [0x52, reduce],
  // A class that is called with these arguments, which are a function's here.
  [0x81, reduce],
  [0x62, build],
  [0x51, persistentId],
]);

const stop = 0x2e;

/** What a pickle says, and where it ends. */
export interface Unpickled {
  readonly value: Pickled;
  readonly end: number;
}

/**
 * Reads the pickle that begins at `start`.
 *
 * @throws UnpicklingError when it ends too early, is none, or names anything that is not on the list.
 */
export function unpickle(bytes: Uint8Array, persistentLoad: PersistentLoad, start = 0): Unpickled {
  const machine = new Machine(bytes, start, persistentLoad);
  for (;;) {
    const code = machine.u8();
    if (code === stop) return { value: machine.pop(), end: machine.position };
    const operation = operations.get(code);
    if (operation === undefined)
      throw new UnpicklingError(
        `Unsupported operand ${code} at position ${machine.position - 1}: the file is damaged, or is no pickle of torch.save.`,
      );
    operation(machine);
  }
}
