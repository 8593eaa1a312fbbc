/**
 * What of an object can only be made by its class: `#private` members, which nobody outside reads, and functions that hold their own `this`, such as the arrow function of
 * `forward = (x) => this.fc(x)`. A copy gets them by running the class's initialisers on it.
 */
import { fork_rng } from "../../random.ts";
import { isModule } from "./members.ts";

type Constructor = abstract new (...args: never[]) => object;

const text = (source: object): string => Function.prototype.toString.call(source);

/** A class's source without comments and strings, where a `#` or a word could mislead. */
function bareSource(constructor: Constructor): string {
  return text(constructor).replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g,
    '""',
  );
}

/** The classes that have private members, once that is known. */
const privacies = new WeakMap<Constructor, boolean>();

function hasPrivateMembers(constructor: Constructor): boolean {
  let known = privacies.get(constructor);
  if (known === undefined)
    privacies.set(constructor, (known = /#[\p{ID_Start}_$]/u.test(bareSource(constructor))));
  return known;
}

/** Whether a function was made by a class for one of its objects, whose `this` it holds, so that a copy cannot share it. */
function holdsObjectOf(constructor: Constructor, value: unknown): boolean {
  if (typeof value !== "function" || isModule(value) || Object.hasOwn(value, "prototype")) return false;
  if (value.name.startsWith("bound ")) return bareSource(constructor).includes(".bind(this)");
  return /\bthis\b/.test(text(value)) && text(constructor).includes(text(value));
}

/** The classes of an object from the base on, without the base itself. */
function classesBetween(object: object, base: Constructor): Constructor[] {
  const classes: Constructor[] = [];
  let prototype: unknown = Object.getPrototypeOf(object);
  while (typeof prototype === "object" && prototype !== null && prototype !== base.prototype) {
    classes.unshift(prototype.constructor as Constructor); // a prototype of a class names its class
    prototype = Object.getPrototypeOf(prototype);
  }
  return classes;
}

/** Whether a class can be made without arguments: it has no constructor of its own, or one that takes none. */
function takesNoArguments(constructor: Constructor): boolean {
  const own = /(?:^|[\s;{}])constructor\s*\(([^)]*)\)/.exec(bareSource(constructor));
  return own === null || own[1]!.trim() === "";
}

/** Runs the initialisers and the constructor of one class on an object that stands for what its base class made. */
function runClass(constructor: Constructor, object: object): void {
  const base: unknown = Object.getPrototypeOf(constructor);
  const standIn = function standIn(): object {
    return object;
  };
  Object.setPrototypeOf(constructor, standIn);
  try {
    // What takes no arguments was chosen before.
    Reflect.construct(constructor as new () => object, []);
  } finally {
    Object.setPrototypeOf(constructor, base as object);
  }
}

/**
 * Gives a copy what only its classes can make, and names the functions among that.
 *
 * @throws TypeError that says what to do when a class's constructor takes arguments, which nobody has any more.
 */
export function runInitialisers(original: object, copy: object, base: Constructor): ReadonlySet<string> {
  const members = Object.entries(original);
  const made = new Set<string>();
  for (const each of classesBetween(original, base)) {
    const own = members.filter(([, value]) => holdsObjectOf(each, value)).map(([name]) => name);
    if (own.length === 0 && !hasPrivateMembers(each)) continue;
    if (!takesNoArguments(each))
      throw new TypeError(
        `torch.deepcopy: ${each.name} has ${own.length > 0 ? `functions that hold their own this (${own.join(", ")})` : "#private members"}, which only its constructor can make, and that takes arguments. Declare them as methods and with TypeScript's private, or give the class a method __deepcopy__() that makes the copy.`,
      );
    // Layers that are made on the way draw random numbers.
    fork_rng(() => runClass(each, copy));
    for (const name of own) made.add(name);
  }
  return made;
}
