import { Buffer } from "node:buffer";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { devNull } from "node:os";
import process from "node:process";
import { currentOrLatestCell } from "./cell-context.ts";

/*
 * What a cell writes to the descriptors 1 and 2, or to the files that stand for them, is its output, as what it writes to the streams of the process is. Node gives them away by number, and
 * cannot put a pipe in their place: so the functions of `fs` that write are given the null device, which checks the arguments and counts the bytes.
 */

type StreamName = "stdout" | "stderr";
type Write = (descriptor: unknown, ...rest: unknown[]) => unknown;

const streams: Map<unknown, StreamName> = new Map([
  [1, "stdout"],
  [2, "stderr"],
]);

/** Under which names the system has them as files. */
const devices = /^\/(?:dev\/(?:fd\/(?<short>[12])|(?<name>stdout|stderr))|proc\/self\/fd\/(?<long>[12]))$/u;

/** Which stream a descriptor, or the path of one, stands for. */
function streamOf(target: unknown): StreamName | undefined {
  if (typeof target === "number") return streams.get(target);
  const path = target instanceof URL && target.protocol === "file:" ? target.pathname : String(target);
  const { short, long, name } = devices.exec(path)?.groups ?? {};
  return streams.get(Number(short ?? long)) ?? (name as StreamName | undefined); // the pattern has these two
}

let nullDevice: number | null = null;

function nullDescriptor(): number {
  nullDevice ??= fs.openSync(devNull, "w");
  return nullDevice;
}

function bytesOf(view: ArrayBufferView, offset = 0, length = view.byteLength - offset): Buffer {
  return Buffer.from(view.buffer, view.byteOffset + offset, length);
}

function encoded(text: unknown, encoding: unknown): Buffer {
  return Buffer.from(
    String(text),
    Buffer.isEncoding(String(encoding)) ? (encoding as BufferEncoding) : "utf8",
  );
}

/** A number, unless it was left out: `null` stands for the default, too. */
function given(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** The arguments of `fs.write` after the descriptor: bytes with their range in two ways of writing it, or text with its encoding. */
function written([data, second, third, fourth]: readonly unknown[]): Buffer {
  if (!ArrayBuffer.isView(data)) return encoded(data, typeof third === "string" ? third : fourth);
  if (typeof second !== "object" || second === null) return bytesOf(data, given(second), given(third));
  const { offset, length } = second as { readonly offset?: unknown; readonly length?: unknown }; // whatever it is, its fields are looked at
  return bytesOf(data, given(offset), given(length));
}

function writtenTogether([views]: readonly unknown[]): Buffer {
  return Buffer.concat((views as ArrayBufferView[]).map((view) => bytesOf(view))); // Node has checked them
}

function writtenWhole([data, options]: readonly unknown[]): Buffer {
  if (ArrayBuffer.isView(data)) return bytesOf(data);
  const encoding =
    typeof options === "object" && options !== null && "encoding" in options ? options.encoding : options;
  return encoded(data, encoding);
}

const writers: Readonly<Record<string, (rest: readonly unknown[]) => Buffer>> = {
  write: written,
  writev: writtenTogether,
  writeFile: writtenWhole,
  appendFile: writtenWhole,
};

function capture(name: string, contentOf: (rest: readonly unknown[]) => Buffer): void {
  const functions = fs as unknown as Record<string, Write>; // of these names
  const original = functions[name];
  if (original === undefined) return;
  const wrapped: Write = (descriptor, ...rest) => {
    const stream = streamOf(descriptor);
    if (stream === undefined || currentOrLatestCell() === null) return original(descriptor, ...rest);
    const answer = original(nullDescriptor(), ...rest);
    process[stream].write(contentOf(rest));
    return answer;
  };
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original)); // `util.promisify.custom`, for one
  functions[name] = wrapped;
}

/** A stream's descriptor is closed: its number may be that of another file from now on. */
function forget(descriptor: number): void {
  if (descriptor > 2) streams.delete(descriptor);
}

function pathFor(stream: StreamName | undefined, path: fs.PathLike): fs.PathLike {
  return stream === undefined ? path : devNull;
}

/** What is opened under the name of a stream is a descriptor of the null device, which stands for the stream until it is closed. */
function captureOpening(): void {
  const { open, openSync, close, closeSync } = fs;
  fs.openSync = (path, flags, mode) => {
    const stream = streamOf(path);
    const descriptor = openSync(pathFor(stream, path), flags, mode);
    if (stream !== undefined) streams.set(descriptor, stream);
    return descriptor;
  };
  const opening = (path: fs.PathLike, ...rest: readonly unknown[]): void => {
    const stream = streamOf(path);
    const done = rest.at(-1);
    const opened = (error: Error | null, descriptor: number): void => {
      if (stream !== undefined && error === null) streams.set(descriptor, stream);
      (done as (error: Error | null, descriptor: number) => void)(error, descriptor); // below it is known to be one
    };
    const given = typeof done === "function" ? [...rest.slice(0, -1), opened] : rest;
    (open as (...args: readonly unknown[]) => void)(pathFor(stream, path), ...given); // Node checks what it is given
  };
  fs.open = Object.defineProperties(opening, Object.getOwnPropertyDescriptors(open)) as typeof open;
  fs.closeSync = (descriptor) => {
    forget(descriptor);
    closeSync(descriptor);
  };
  const closing = (descriptor: number, done?: fs.NoParamCallback): void => {
    forget(descriptor);
    close(descriptor, done);
  };
  fs.close = Object.defineProperties(closing, Object.getOwnPropertyDescriptors(close)) as typeof close;
}

/** The functions of promises take paths; what they open is no number, and stays as it is. */
function capturePromises(): void {
  const promises = fs.promises as unknown as Record<string, Write>; // of these names
  for (const name of ["writeFile", "appendFile"]) {
    const original = promises[name];
    if (original === undefined) continue;
    promises[name] = async (target, ...rest) => {
      const stream = streamOf(target);
      if (stream === undefined || currentOrLatestCell() === null) return original(target, ...rest);
      await original(devNull, ...rest);
      process[stream].write(writtenWhole(rest));
    };
  }
}

let capturing = false;

/** Makes what cells write to the process's own descriptors their output. Once for the process. */
export function captureDescriptors(): void {
  if (capturing) return;
  capturing = true;
  for (const [name, contentOf] of Object.entries(writers)) {
    capture(name, contentOf);
    capture(`${name}Sync`, contentOf);
  }
  captureOpening();
  capturePromises();
  syncBuiltinESMExports(); // for those who import the functions by name
}
