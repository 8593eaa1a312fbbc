import { Buffer } from "node:buffer";
import { Console } from "node:console";
import process from "node:process";
import { StringDecoder } from "node:string_decoder";
import { Writable } from "node:stream";
import { currentOrLatestCell } from "./cell-context.ts";

type StreamName = "stdout" | "stderr";
type WriteCallback = (error?: Error | null) => void;

/** Decodes bytes of one stream; a character may arrive in two writes. */
const decoders: Record<StreamName, StringDecoder> = {
  stdout: new StringDecoder("utf8"),
  stderr: new StringDecoder("utf8"),
};

function textOf(name: StreamName, chunk: string | Uint8Array, encoding: BufferEncoding | undefined): string {
  if (typeof chunk !== "string") return decoders[name].write(chunk);
  return encoding === "hex" || encoding === "base64"
    ? decoders[name].write(Buffer.from(chunk, encoding))
    : chunk;
}

/**
 * Sends what cells write to a stream of the process to their output: what comes from no known cell, such as a callback of the
 * file system, belongs to the latest. The kernel itself writes to none of them.
 */
function captureStream(name: StreamName): void {
  const stream = process[name];
  const original = stream.write.bind(stream);
  // `write` is overloaded, which one function expression cannot declare; the arguments are told apart below.
  stream.write = ((
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | WriteCallback,
    callback?: WriteCallback,
  ): boolean => {
    const done = typeof encoding === "function" ? encoding : callback;
    const cell = currentOrLatestCell();
    if (cell === null)
      return typeof encoding === "function" ? original(chunk, done) : original(chunk, encoding, done);
    cell.output.stream(name, textOf(name, chunk, typeof encoding === "string" ? encoding : undefined));
    if (done !== undefined) process.nextTick(done);
    return true;
  }) as typeof stream.write;
  // Its last words are a cell's output, too, and not the end of what later cells write. `stream.pipeline` waits for one of the events, for the
  // second if the stream is a file's.
  stream.end = ((...values: unknown[]): typeof stream => {
    const done = values.find((value) => typeof value === "function") as WriteCallback | undefined; // Node's only function here
    const [chunk, encoding] = values.filter((value) => typeof value !== "function");
    if (chunk !== undefined && chunk !== null)
      stream.write(chunk as string | Uint8Array, encoding as BufferEncoding | undefined);
    if (done !== undefined) stream.once("finish", done);
    process.nextTick(() => {
      for (const event of ["finish", "close"]) stream.emit(event);
    });
    return stream;
  }) as typeof stream.end;
}

/**
 * A stream for a `Console`, which passes text on without delay. Its `write` keeps no state: an interrupt inside a stream's own
 * would leave it believing that a write is under way, and it would keep all later text to itself.
 */
function consoleStream(name: StreamName): Writable {
  const stream = new Writable();
  stream.write = (text: string): boolean => {
    currentOrLatestCell()?.output.stream(name, text);
    return true;
  };
  return stream;
}

/**
 * A console as Node's, without colours. Node's own also hands every argument to the inspector, which would keep the last
 * thousand of them alive.
 */
function cellConsole(): Console {
  const console = new Console({
    stdout: consoleStream("stdout"),
    stderr: consoleStream("stderr"),
    colorMode: false,
    ignoreErrors: false,
  });
  console.clear = (): void => currentOrLatestCell()?.output.clearOutput(false);
  return console;
}

let installed = false;

/** Makes what cells print, in whatever way, output of the cell that prints it. Once for the process. */
export function captureOutput(): void {
  if (installed) return;
  installed = true;
  captureStream("stdout");
  captureStream("stderr");
  globalThis.console = cellConsole();
}
