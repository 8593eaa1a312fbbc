/** A private X server without a screen. It takes no connections over a network, nor from anybody who does not know its cookie, and ends with this process. */
import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { sleep } from "./sleep.ts";

/** How long the server may take to say that it is ready, in milliseconds. */
const patience = 8000;

/** A server that runs. */
export interface XServer {
  /** Its name, such as `":99"`. */
  readonly display: string;
  /** The file with its cookie. */
  readonly authority: string;
  /** Removes the files, which clients read as they connect. */
  readonly tidy: () => void;
  readonly stop: () => void;
}

/**
 * Runs the server until its own input ends, which also happens when this process is killed. The input of a command in the background is empty, so the shell is what
 * waits. Its name is the folder, which it removes: nobody else does when we are killed.
 */
const script = 'Xvfb "$@" & server=$!; read -r _; kill $server; wait $server; rm -rf "$0"';

function isInstalled(): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "Xvfb"), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** An entry of an Xauthority file: any address, any display, a cookie. Each text is preceded by its length in two bytes. */
function authorityOf(cookie: Buffer): Buffer {
  const anyAddress = Buffer.from([0xff, 0xff]);
  const counted = [Buffer.alloc(0), Buffer.alloc(0), Buffer.from("MIT-MAGIC-COOKIE-1"), cookie];
  return Buffer.concat([
    anyAddress,
    ...counted.flatMap((text) => [Buffer.from([text.length >> 8, text.length & 0xff]), text]),
  ]);
}

/**
 * Starts a server and waits until it answers.
 *
 * @throws Error where Xvfb is not installed, or does not start.
 */
export function startXvfb(): XServer {
  if (!isInstalled()) throw new Error("Xvfb is not installed");
  const folder = mkdtempSync(join(tmpdir(), "typetorch-x-"));
  const tidy = (): void => rmSync(folder, { recursive: true, force: true });
  const [authority, output, errors] = ["authority", "display", "errors"].map((name) =>
    join(folder, name),
  ) as [string, string, string]; // as many as names
  const { randomBytes } = process.getBuiltinModule("node:crypto");
  writeFileSync(authority, authorityOf(randomBytes(16)), { mode: 0o600 });
  const stop = launch(folder, authority, output, errors);
  try {
    return { display: `:${waitForNumber(output, errors)}`, authority, tidy, stop };
  } catch (error) {
    stop();
    tidy();
    throw error;
  }
}

/** Starts the shell in a session of its own, so that an interrupt from the keyboard does not reach the server; gives what ends both. */
function launch(folder: string, authority: string, output: string, errors: string): () => void {
  const options = ["-displayfd", "1", "-auth", authority, "-nolisten", "tcp", "-noreset"];
  const screen = ["-screen", "0", "64x64x24"];
  const [out, err] = [openSync(output, "w"), openSync(errors, "w")];
  const { spawn } = process.getBuiltinModule("node:child_process");
  const shell = spawn("/bin/sh", ["-c", script, folder, ...options, ...screen], {
    detached: true,
    stdio: ["pipe", out, err],
  });
  closeSync(out);
  closeSync(err);
  shell.on("error", () => undefined); // no number comes, which is an error of its own
  shell.unref();
  // A socket in Node, which can be told not to keep the process alive; its type is that of any stream.
  (shell.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  shell.stdin?.on("error", () => undefined);
  return () => void (shell.pid !== undefined && shell.stdin?.end());
}

/** The server writes its number when it is ready. The event loop does not run meanwhile, so the file is looked at. */
function waitForNumber(output: string, errors: string): number {
  for (const end = Date.now() + patience; Date.now() < end; sleep(10)) {
    const text = readFileSync(output, "utf8");
    if (/^\d+\n/.test(text)) return Number.parseInt(text, 10);
    if (/fatal/i.test(readFileSync(errors, "utf8"))) break;
  }
  const said = readFileSync(errors, "utf8").trim().replaceAll(/\s+/g, " ").slice(0, 300);
  throw new Error(`Xvfb does not start${said === "" ? ` within ${patience / 1000} s` : `: ${said}`}`);
}
