/** How a start chooses, with drivers that only answer. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Answer } from "../../../../../runtime/backends/webgl/context/attempt.ts";
import type { ContextDescription, Way } from "../../../../../runtime/backends/webgl/context/description.ts";
import type { OpenContext } from "../../../../../runtime/backends/webgl/context/open.ts";
import { WebGLStart, type StartParts } from "../../../../../runtime/backends/webgl/context/start.ts";

let cache: string;
const cacheBefore = process.env["XDG_CACHE_HOME"];

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "typetorch-start-"));
  process.env["XDG_CACHE_HOME"] = cache;
});

afterEach(() => {
  if (cacheBefore === undefined) delete process.env["XDG_CACHE_HOME"];
  else process.env["XDG_CACHE_HOME"] = cacheBefore;
  rmSync(cache, { recursive: true, force: true });
});

function context(way: Way, software = true): ContextDescription {
  const renderer = software ? "llvmpipe" : "a card";
  return {
    way,
    renderer,
    vendor: "",
    version: "",
    software,
    maxTextureSize: 4096,
    maxTextureUnits: 16,
    maxOutputs: 4,
  };
}

const works = (way: Way, software = true): Answer => ({ description: context(way, software) });
const fails = (reason: string): Answer => ({ reason, package: false });
const open = (way: Way): OpenContext => ({ description: context(way) }) as OpenContext; // nothing else is looked at

const throws = (reason: string) => (): never => {
  throw new Error(reason);
};

/** A start whose ways answer so. */
function startWith(answers: Record<Way, Answer>, parts: Partial<StartParts> = {}): WebGLStart {
  return new WebGLStart({
    nativeFolder: () => "",
    probe: (way) => answers[way],
    open,
    ways: ["system", "xvfb", "vulkan"],
    wish: () => undefined,
    ...parts,
  });
}

const nowhere = { system: fails("no display"), xvfb: fails("no Xvfb"), vulkan: fails("no loader") };
const notes = (): string[] => {
  try {
    return readdirSync(join(cache, "typetorch"));
  } catch {
    return [];
  }
};

test("the first way that works is taken, where all draw on the processor", () => {
  const start = startWith({ system: fails("no display"), xvfb: works("xvfb"), vulkan: works("vulkan") });
  expect(start.diagnose().context?.way).toBe("xvfb");
  expect(start.diagnose().failures).toEqual([{ way: "system", reason: "no display" }]);
});

test("a graphics card is taken before a processor", () => {
  const start = startWith({ system: works("system"), xvfb: works("xvfb"), vulkan: works("vulkan", false) });
  expect(start.diagnose().context).toEqual(context("vulkan", false));
});

test("nothing more is tried once there is a card, and no second display beside a first", () => {
  const probe = vi.fn<(way: Way) => Answer>((way) => works(way, false));
  startWith(nowhere, { probe }).diagnose();
  expect(probe.mock.calls).toEqual([["system"]]);
  const software = vi.fn<(way: Way) => Answer>((way) => works(way));
  startWith(nowhere, { probe: software }).diagnose();
  expect(software.mock.calls).toEqual([["system"], ["vulkan"]]);
});

test("where nothing works the error gives every reason and what to install", () => {
  const start = startWith(nowhere);
  expect(start.diagnose().context).toBeNull();
  expect(() => start.open()).toThrow(
    /no WebGL device here:\n {2}with the system's display: no display\n {2}with Xvfb: no Xvfb\n {2}with Vulkan: no loader\nTensors stay on "cpu".*\n {2}\S/,
  );
});

test("each is tried once for a process, whatever came of it", () => {
  const probe = vi.fn<() => Answer>(() => fails("no"));
  const start = startWith(nowhere, { probe });
  start.diagnose();
  expect(() => start.open()).toThrow("no WebGL device");
  expect(probe).toHaveBeenCalledTimes(3);
});

test("a package that is not there is said before anything is tried", () => {
  const probe = vi.fn<() => Answer>(() => fails("never"));
  const diagnosis = startWith(nowhere, {
    probe,
    nativeFolder: throws("Cannot find module 'gl/package.json'"),
  }).diagnose();
  expect(diagnosis.failures).toEqual([
    { way: null, reason: "the optional package gl is not installed, or was not built" },
  ]);
  expect(diagnosis.advice.join("\n")).toMatch(/npm install gl@9/);
  expect(probe).not.toHaveBeenCalled();
});

test("a package that does not load is not tried in other ways", () => {
  const probe = vi.fn<() => Answer>(() => ({ reason: "built for another Node", package: true }));
  const diagnosis = startWith(nowhere, { probe }).diagnose();
  expect(diagnosis.failures).toEqual([{ way: null, reason: "built for another Node" }]);
  expect(probe).toHaveBeenCalledTimes(1);
});

test("TYPETORCH_WEBGL switches it off, or chooses a way", () => {
  const all = { system: works("system"), xvfb: works("xvfb"), vulkan: works("vulkan") };
  const off = startWith(all, { wish: () => "off" });
  expect(() => off.open()).toThrow("it is switched off by TYPETORCH_WEBGL=off");
  expect(startWith(all, { wish: () => "vulkan" }).diagnose().context?.way).toBe("vulkan");
  expect(startWith(all, { wish: () => "" }).diagnose().context?.way).toBe("system");
  const wrong = startWith(all, { wish: () => "cuda" });
  expect(() => wrong.open()).toThrow(/TYPETORCH_WEBGL=cuda names no way.*\n.*\n.*off, system, xvfb, vulkan/);
});

test("what worked is remembered, so that the next start tries nothing", () => {
  const first = startWith({ ...nowhere, vulkan: works("vulkan") });
  expect(first.isOpen).toBe(false);
  expect(first.open().description.way).toBe("vulkan");
  expect(first.isOpen).toBe(true);
  const probe = vi.fn<() => Answer>(() => fails("never"));
  const opened = vi.fn<(way: Way) => OpenContext>(open);
  expect(startWith(nowhere, { probe, open: opened }).open().description.way).toBe("vulkan");
  expect(opened.mock.calls).toEqual([["vulkan"]]);
  expect(probe).not.toHaveBeenCalled();
});

test("another display, or another wish, is tried anew", () => {
  startWith({ ...nowhere, vulkan: works("vulkan") }).open();
  const before = process.env["DISPLAY"];
  process.env["DISPLAY"] = ":4711";
  try {
    expect(startWith(nowhere).diagnose().context).toBeNull();
  } finally {
    if (before === undefined) delete process.env["DISPLAY"];
    else process.env["DISPLAY"] = before;
  }
});

test("a failure is not remembered beyond the process", () => {
  expect(() => startWith(nowhere).open()).toThrow("no WebGL device");
  expect(notes()).toEqual([]);
});

test("the note is gone while a context is being opened, so that a crash makes the next start try anew", () => {
  startWith({ ...nowhere, vulkan: works("vulkan") }).open();
  expect(notes()).toHaveLength(1);
  const seen: string[][] = [];
  const opening = (way: Way): OpenContext => {
    seen.push(notes());
    return open(way);
  };
  startWith(nowhere, { open: opening }).open();
  expect(seen).toEqual([[]]);
  expect(notes()).toHaveLength(1);
});

test.each(["", "{", "null", '{"key": 1}', '{"context": {"way": "magic"}}'])(
  "a note that reads %j is as none",
  (text) => {
    startWith({ ...nowhere, vulkan: works("vulkan") }).open();
    for (const name of notes()) writeFileSync(join(cache, "typetorch", name), text);
    expect(startWith({ ...nowhere, xvfb: works("xvfb") }).diagnose().context?.way).toBe("xvfb");
  },
);

test("a note whose context lacks a field is as none", () => {
  startWith({ ...nowhere, vulkan: works("vulkan") }).open();
  for (const name of notes()) {
    const file = join(cache, "typetorch", name);
    writeFileSync(file, readFileSync(file, "utf8").replace('"software"', '"soft"'));
  }
  expect(startWith(nowhere).diagnose().context).toBeNull();
});

test("a cache that cannot be written does no harm", () => {
  process.env["XDG_CACHE_HOME"] = "/dev/null/nothing";
  expect(startWith({ ...nowhere, vulkan: works("vulkan") }).open().description.way).toBe("vulkan");
});

test("a way that worked once and does not now gives room to another", () => {
  startWith({ ...nowhere, xvfb: works("xvfb") }).open();
  const noXvfb = throws("Xvfb is not installed");
  const opening = (way: Way): OpenContext => (way === "xvfb" ? noXvfb() : open(way));
  const start = startWith({ ...nowhere, vulkan: works("vulkan") }, { open: opening });
  expect(start.open().description.way).toBe("vulkan");
  expect(start.diagnose().failures).toContainEqual({ way: "xvfb", reason: "Xvfb is not installed" });
});

test("a context that fails in this process alone is an error with its reason", () => {
  const opening = throws("the driver makes no WebGL 2 context");
  const start = startWith({ ...nowhere, vulkan: works("vulkan") }, { open: opening });
  expect(() => start.open()).toThrow(/with Vulkan: the driver makes no WebGL 2 context/);
  expect(start.diagnose().context).toBeNull();
  expect(notes()).toEqual([]);
});

test("a context that was let go of is opened anew in the same way", () => {
  const opened = vi.fn<(way: Way) => OpenContext>(open);
  const start = startWith({ ...nowhere, vulkan: works("vulkan") }, { open: opened });
  start.open();
  start.open();
  expect(opened).toHaveBeenCalledTimes(1);
  start.abandon();
  start.open();
  expect(opened.mock.calls).toEqual([["vulkan"], ["vulkan"]]);
});
