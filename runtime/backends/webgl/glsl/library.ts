/** Functions that programs use: what GLSL lacks, or computes less exactly or differently than PyTorch does. A program contains those that it names. */
import { basic } from "./functions/basic.ts";
import { bessel } from "./functions/bessel.ts";
import { exponential } from "./functions/exponential.ts";
import { gamma } from "./functions/gamma.ts";
import { normal } from "./functions/normal.ts";
import { remainders } from "./functions/remainders.ts";
import { trigonometric } from "./functions/trigonometric.ts";

/** GLSL functions by their names. Each may call others, in any order. */
export type Library = Readonly<Record<string, string>>;

const library: Library = {
  ...basic,
  ...exponential,
  ...remainders,
  ...trigonometric,
  ...normal,
  ...gamma,
  ...bessel,
};

const names = Object.keys(library);
const calls = new Map<string, readonly string[]>();

/** The functions that a text calls. */
function calledIn(text: string): readonly string[] {
  const words = new Set(text.match(/[A-Za-z]\w*(?=\()/g));
  return names.filter((name) => words.has(name));
}

function callsOf(name: string): readonly string[] {
  let own = calls.get(name);
  if (own === undefined) calls.set(name, (own = calledIn(library[name]!).filter((other) => other !== name)));
  return own;
}

/** All functions that a text needs, those that others call before them. */
export function functionsFor(text: string): string {
  const done = new Set<string>();
  const add = (name: string): void => {
    if (done.has(name)) return;
    callsOf(name).forEach(add);
    done.add(name);
  };
  calledIn(text).forEach(add);
  return [...done].map((name) => library[name]!.trim()).join("\n");
}
