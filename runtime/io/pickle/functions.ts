/**
 * The names that a pickle may use, and what each makes: those that PyTorch allows with `weights_only=True`. Nothing is looked up anywhere else, so that a file can name
 * nothing that runs.
 *
 * Source: `_get_allowed_globals` in `torch/_weights_only_unpickler.py`, `torch/_utils.py`.
 */
import { Device } from "../../device.ts";
import type { DType } from "../../dtype.ts";
import { UnpicklingError } from "../../errors/unpicklingError.ts";
import { strided } from "../../storageLayout.ts";
import { absentDtype, dtypeNamed } from "./storageTypes.ts";
import { parameterOf, parameterWithState, tensorOf, tensorOfDtype, tensorOnCpu } from "./tensors.ts";
import {
  describePickled,
  PickledDict,
  PickledFunction,
  PickledList,
  PickledSet,
  PickledTuple,
  type Pickled,
} from "./values.ts";

function wrongArguments(name: string, args: readonly Pickled[]): UnpicklingError {
  return new UnpicklingError(
    `${name} is called with ${args.length === 0 ? "nothing" : args.map(describePickled).join(", ")}, which PyTorch never writes: the file is damaged.`,
  );
}

/** The elements of a list, tuple or set. */
function itemsOf(value: Pickled | undefined): Iterable<Pickled> | null {
  return value instanceof PickledList || value instanceof PickledTuple || value instanceof PickledSet
    ? value.items
    : null;
}

/** Adds to a dict. @throws UnpicklingError for a key that Python could not have either. */
export function setItem(dict: PickledDict, key: Pickled, value: Pickled): void {
  dict.entries.set(checkKey(key), value);
}

/** @throws UnpicklingError for what cannot be a key. */
export function checkKey(key: Pickled): Pickled {
  if (key instanceof PickledList || key instanceof PickledDict || key instanceof PickledSet)
    throw new UnpicklingError(
      `unhashable type: ${describePickled(key)}: it cannot be a key. The file is damaged.`,
    );
  return key;
}

function dict(name: string, [given, ...more]: readonly Pickled[]): PickledDict {
  const result = new PickledDict();
  if (given === undefined) return result;
  if (more.length > 0) throw wrongArguments(name, [given, ...more]);
  if (given instanceof PickledDict) for (const [key, value] of given.entries) setItem(result, key, value);
  else
    for (const pair of itemsOf(given) ?? []) {
      const [key, value] = itemsOf(pair) ?? [];
      if (key === undefined || value === undefined) throw wrongArguments(name, [given]);
      setItem(result, key, value);
    }
  return result;
}

function set(args: readonly Pickled[]): PickledSet {
  const items = args.length === 0 ? [] : itemsOf(args[0]);
  if (items === null || args.length > 1) throw wrongArguments("set", args);
  const result = new PickledSet();
  for (const item of items) result.items.add(checkKey(item));
  return result;
}

function size(args: readonly Pickled[]): Pickled {
  const [given] = args;
  if (!(given instanceof PickledTuple || given instanceof PickledList) || args.length > 1)
    throw wrongArguments("torch.Size", args);
  return new PickledTuple(given.items);
}

function device(args: readonly Pickled[]): Device {
  const [type, index = null] = args;
  if (typeof type !== "string" || (index !== null && typeof index !== "number") || args.length > 2)
    throw wrongArguments("torch.device", args);
  try {
    return new Device(type, index);
  } catch (error) {
    throw new UnpicklingError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Bytes that were written as text, one character for each. */
function encode(args: readonly Pickled[]): Uint8Array {
  const [text, encoding = "utf-8"] = args;
  if (typeof text !== "string" || typeof encoding !== "string") throw wrongArguments("_codecs.encode", args);
  if (/^utf-?8$/i.test(encoding)) return new TextEncoder().encode(text);
  if (!/^(?:latin-?1|iso-?8859-1)$/i.test(encoding) || /[^\0-\xff]/.test(text))
    throw wrongArguments("_codecs.encode", args);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function bytearray(args: readonly Pickled[]): Uint8Array {
  const [given] = args;
  if (given === undefined) return new Uint8Array();
  if (given instanceof Uint8Array && args.length === 1) return given.slice();
  return encode(args);
}

function layout(args: readonly Pickled[]): Pickled {
  const [name] = args;
  if (name === "torch.strided") return strided;
  throw absent(`a sparse tensor (${String(name)})`, "x.to_dense()");
}

/** What PyTorch has and this library does not. */
function absent(what: string, advice: string): UnpicklingError {
  return new UnpicklingError(
    `the file holds ${what}, which tensors here cannot be. Convert it in Python before saving: ${advice}.`,
  );
}

/** A name for something that no tensor here can be. */
function refused(what: string, advice: string): (args: readonly Pickled[]) => never {
  return () => {
    throw absent(what, advice);
  };
}

const functions: Readonly<Record<string, (args: readonly Pickled[]) => Pickled>> = {
  "collections.OrderedDict": (args) => dict("OrderedDict", args),
  "collections.Counter": (args) => dict("Counter", args),
  "builtins.set": set,
  "builtins.bytearray": bytearray,
  "builtins.complex": refused("a complex number", "its parts as two numbers"),
  "_codecs.encode": encode,
  "torch.Size": size,
  "torch.device": device,
  "torch.serialization._get_layout": layout,
  "torch._utils._rebuild_tensor": tensorOf,
  "torch._utils._rebuild_tensor_v2": tensorOf,
  "torch._utils._rebuild_tensor_v3": tensorOfDtype,
  "torch._utils._rebuild_parameter": parameterOf,
  "torch._utils._rebuild_parameter_with_state": parameterWithState,
  "torch._utils._rebuild_device_tensor_from_cpu_tensor": tensorOnCpu,
  "torch._utils._rebuild_qtensor": refused("a quantised tensor", "x.dequantize()"),
  "torch._utils._rebuild_sparse_tensor": refused("a sparse tensor", "x.to_dense()"),
  "torch._utils._rebuild_nested_tensor": refused("a nested tensor", "torch.nested.to_padded_tensor(x, 0.0)"),
  "torch._utils._rebuild_meta_tensor_no_storage": refused(
    "a tensor without elements (device meta)",
    "a real one",
  ),
  "torch._utils._rebuild_wrapper_subclass": refused(
    "a tensor of a class of its own",
    "x.as_subclass(torch.Tensor)",
  ),
  "torch._tensor._rebuild_from_type_v2": ofType,
};

/** Classes of tensors, which come only as arguments of `_rebuild_from_type_v2`. */
const tensorClasses: ReadonlySet<string> = new Set(["torch.Tensor", "torch.nn.parameter.Parameter"]);

/** A tensor with attributes of its own, which are left out: no tensor here has any. */
function ofType(args: readonly Pickled[]): Pickled {
  const [make, type, given] = args;
  const known = type instanceof PickledFunction && tensorClasses.has(type.name);
  const makes = make instanceof PickledFunction && make.name.startsWith("torch._utils._rebuild_");
  if (!makes || !known || !(given instanceof PickledTuple))
    throw wrongArguments("torch._tensor._rebuild_from_type_v2", args);
  const tensor = make.call(given.items);
  return type.name === "torch.Tensor" ? tensor : parameterOf([tensor, true]);
}

/** A class that is only named. Old files call it to make tensors. */
function classNamed(name: string): PickledFunction {
  return new PickledFunction(name, () => {
    throw new UnpicklingError(
      `${name}: the file is of a time before PyTorch 0.4, whose tensors cannot be read. Load it in Python and save it again with torch.save.`,
    );
  });
}

/** Python 2's names of modules. */
function currentName(module: string): string {
  return module === "__builtin__" ? "builtins" : module;
}

const constants = new Map<string, PickledFunction>(
  Object.entries(functions).map(([name, call]) => [name, new PickledFunction(name, call)]),
);
for (const name of tensorClasses) constants.set(name, classNamed(name));

/** The class that a storage's persistent id names. */
export function isStorageType(value: Pickled | undefined): value is PickledFunction {
  return value instanceof PickledFunction && value.name.endsWith("Storage");
}

/** The dtype of a storage's class, `null` for bytes of any. */
export function dtypeOfStorage(type: PickledFunction): DType | null {
  return dtypeNamed(type.name.slice(type.name.lastIndexOf(".") + 1)) ?? null;
}

function storageType(path: string): PickledFunction {
  return new PickledFunction(path, () => {
    throw new UnpicklingError(
      `Trying to call reduce for unrecognized function ${path}: the file is damaged.`,
    );
  });
}

/** What is behind a name in `torch` or `torch.cuda`: a dtype, or a class of storages or old tensors. */
function ofTorch(path: string, name: string): Pickled | undefined {
  if (name === "UntypedStorage" || name === "TypedStorage") return storageType(path);
  const dtype = dtypeNamed(name);
  if (dtype !== undefined) return name.endsWith("Storage") ? storageType(path) : dtype;
  const reason = absentDtype(name);
  if (reason !== null) throw new UnpicklingError(reason);
  return name.endsWith("Tensor") ? classNamed(path) : undefined;
}

/**
 * What a name in a pickle stands for.
 *
 * @throws UnpicklingError for every name that is not on the list.
 */
export function lookUp(module: string, name: string): Pickled {
  const path = `${currentName(module)}.${name}`;
  const known = constants.get(path);
  if (known !== undefined) return known;
  const ofTorchModule = /^torch(?:\.cuda|\.storage|\.sparse|\.cuda\.sparse)?$/.test(module)
    ? ofTorch(path, name)
    : undefined;
  if (ofTorchModule !== undefined) return ofTorchModule;
  throw new UnpicklingError(unsupported(path.replace(/^builtins\./, "")));
}

function unsupported(path: string): string {
  const shown = path.slice(0, 200);
  const sentence = `Unsupported global: GLOBAL ${shown} was not an allowed global by default. `;
  if (/^numpy[._]/.test(path))
    return `${sentence}It is a value of NumPy's: convert it in Python before saving, with float(x), int(x) or torch.from_numpy(x).`;
  if (/^torch\.(?:nn\.modules|optim|fx|jit)\b|^torchvision\.|^__main__\./.test(path))
    return `${sentence}The file holds a whole object and not its numbers, which only Python code can make again. Load it in Python and save its state: torch.save(model.state_dict(), path). Here: net.load_state_dict(torch.load(path)).`;
  return `${sentence}A file can hold tensors, numbers, text, bytes, lists, tuples, sets and dicts, and nothing that would have to run code. Save it in Python without such objects.`;
}
