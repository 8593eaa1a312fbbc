import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import {
  endpoint,
  newMessage,
  type ConnectionInfo,
  type Contents,
  type ErrorContent,
  type ExecuteReply,
  type Message,
  type MessageType,
} from "../wire/index.ts";
import { ClientClosedError } from "./client-closed-error.ts";
import { KernelSilentError } from "./kernel-silent-error.ts";
import { KernelTimeoutError } from "./kernel-timeout-error.ts";
import { KernelUnreachableError } from "./kernel-unreachable-error.ts";
import { asOutput, type OutputMessage } from "./output.ts";
import { PendingRequests } from "./pending.ts";
import { ClientSockets } from "./sockets.ts";

/** How to connect. */
export interface ConnectOptions {
  /** How long to wait until the kernel answers and its output channel is subscribed; 10 s unless said. */
  readonly timeoutMs?: number;
}

/** How to run a cell. */
export interface ExecuteOptions {
  /** Called for every output, in order, before the promise of `execute` resolves. */
  readonly onOutput?: (output: OutputMessage) => void;
  /** Whether an error aborts the requests that are already queued behind this one; true unless said. */
  readonly stopOnError?: boolean;
  /** Run without execution count, `execute_input`, `execute_result`. */
  readonly silent?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
  /** After this time the cell is interrupted and the promise rejects; no limit unless said. */
  readonly timeoutMs?: number;
  /** Aborting interrupts the cell, which then ends with an error named `KeyboardInterrupt`. */
  readonly signal?: AbortSignal;
}

/** How a cell ended. */
export interface ExecuteResult {
  readonly status: ExecuteReply["status"];
  /** `null` for a silent cell of a kernel that sends none. */
  readonly executionCount: number | null;
  readonly error?: ErrorContent;
  /** The whole `execute_reply`. */
  readonly reply: ExecuteReply;
}

const CONNECT_TIMEOUT_MS = 10_000;
/** A subscription takes effect some milliseconds after a kernel is reachable; until then its output goes nowhere. */
const SUBSCRIPTION_RETRY_MS = 50;

/** A cell that has not ended this long after an interrupt was answered is interrupted again. */
const INTERRUPT_RETRY_MS = 100;

/** One connection to a kernel over ZeroMQ. */
export class KernelClient {
  readonly #pending = new PendingRequests();
  readonly #sockets: ClientSockets;
  readonly #info: ConnectionInfo;
  readonly #sender = { session: randomUUID(), username: userInfo().username };

  /**
   * Connects, and waits until the kernel answers and its output arrives here.
   * @throws KernelUnreachableError when nobody listens, KernelSilentError when a kernel is alive but does not answer,
   *   which is what a wrong key looks like.
   */
  static async connect(info: ConnectionInfo, options: ConnectOptions = {}): Promise<KernelClient> {
    const client = new KernelClient(info);
    try {
      await client.ready(options.timeoutMs ?? CONNECT_TIMEOUT_MS);
      return client;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** Opens the sockets without waiting for the kernel; call {@link ready} before anything else. */
  constructor(info: ConnectionInfo) {
    this.#info = info;
    this.#sockets = new ClientSockets(info, (channel, message) => this.#pending.dispatch(channel, message));
  }

  /** Waits until the kernel answers on control and iopub; throws as {@link connect} does. */
  async ready(timeoutMs: number): Promise<void> {
    let alive = false;
    const heartbeat = this.#sockets.heartbeat().then(() => (alive = true));
    heartbeat.catch(() => {}); // closing the socket rejects it; `alive` then stays false
    const deadline = new AbortController();
    try {
      await Promise.race([
        this.#subscribed(deadline.signal),
        sleep(timeoutMs, undefined, { signal: deadline.signal }).then(() => {
          throw this.#noAnswer(alive, timeoutMs);
        }),
      ]);
    } finally {
      deadline.abort();
    }
  }

  /** `kernel_info_request`. Asked on control, so that a kernel that runs a cell answers too. */
  async kernelInfo(): Promise<Contents["kernel_info_reply"]> {
    return this.#request("control", "kernel_info_request", {});
  }

  /** Runs one cell; resolves when both its reply and its `idle` have arrived, so that all of its output has, too. */
  async execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteResult> {
    const silent = options.silent ?? false;
    const message = newMessage(this.#sender, "execute_request", {
      code,
      silent,
      store_history: !silent,
      user_expressions: options.userExpressions ?? {},
      allow_stdin: false,
      stop_on_error: options.stopOnError ?? true,
    });
    const finished = this.#finished(message, options.onOutput);
    let interruption: Promise<void> | null = null;
    const interrupt = (): void => void (interruption ??= this.#interruptUntilEnd(finished));
    options.signal?.addEventListener("abort", interrupt, { once: true });
    try {
      if (options.signal?.aborted === true) interrupt();
      const reply = await withTimeout(finished, options.timeoutMs, interrupt);
      await interruption; // one that is still on its way would hit the next cell
      return resultOf(reply);
    } finally {
      options.signal?.removeEventListener("abort", interrupt);
    }
  }

  /** `is_complete_request`: whether the code could run as it stands. */
  async isComplete(code: string): Promise<Contents["is_complete_reply"]> {
    return this.#request("shell", "is_complete_request", { code });
  }

  /** `comm_info_request`: the comms that are open. */
  async commInfo(targetName?: string): Promise<Contents["comm_info_reply"]> {
    return this.#request(
      "shell",
      "comm_info_request",
      targetName === undefined ? {} : { target_name: targetName },
    );
  }

  /** `history_request`, with the fields of the specification. */
  async history(query: Contents["history_request"]): Promise<Contents["history_reply"]> {
    return this.#request("shell", "history_request", query);
  }

  /** Stops what the kernel runs now; resolves when the kernel has taken the request. */
  async interrupt(): Promise<void> {
    await this.#request("control", "interrupt_request", {});
  }

  /** Asks the kernel to end; resolves with its answer, shortly before the process ends. */
  async shutdown(restart = false): Promise<void> {
    await this.#request("control", "shutdown_request", { restart });
  }

  /** Closes the connection; the kernel lives on. Pending requests reject with `reason`. */
  close(reason: Error = new ClientClosedError()): void {
    this.#pending.fail(reason);
    this.#sockets.close();
  }

  async #subscribed(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const message = newMessage(this.#sender, "kernel_info_request", {});
      const heard = new Promise<void>((resolve, reject) => {
        this.#pending.add(message.header.msg_id, {
          onReply() {},
          onIopub: () => resolve(),
          onFailure: reject,
        });
      });
      heard.catch(() => {}); // handled below, unless sending fails first for the same reason
      await this.#send("control", message);
      // Only an answer on iopub proves the subscription; while there is none, the question is asked again.
      const asked = await Promise.race([
        heard.then(() => true),
        sleep(SUBSCRIPTION_RETRY_MS).then(() => false),
      ]);
      this.#pending.remove(message.header.msg_id);
      if (asked) return;
    }
  }

  async #send(channel: "shell" | "control", message: Message<object>): Promise<void> {
    this.#pending.check();
    await this.#sockets.send(channel, message);
  }

  #noAnswer(alive: boolean, waitedMs: number): Error {
    const heartbeat = endpoint(this.#info, "hb");
    if (!alive) return new KernelUnreachableError(heartbeat, waitedMs);
    return new KernelSilentError(heartbeat, waitedMs, this.#sockets.refused);
  }

  /** Sends a request and waits for its reply alone. */
  async #request<
    Type extends "kernel_info" | "is_complete" | "comm_info" | "history" | "interrupt" | "shutdown",
  >(
    channel: "shell" | "control",
    type: `${Type}_request`,
    content: Contents[`${Type}_request`],
  ): Promise<Contents[`${Type}_reply`]> {
    const message = newMessage(this.#sender, type, content);
    const { msg_id: id } = message.header;
    const answered = new Promise<Message>((resolve, reject) => {
      this.#pending.add(id, { onReply: resolve, onIopub() {}, onFailure: reject });
    });
    answered.catch(() => {}); // handled below, unless sending fails first for the same reason
    try {
      await this.#send(channel, message);
      // The reply to a request of this type has this content, by the specification; its signature was checked.
      return (await answered).content as unknown as Contents[`${Type}_reply`];
    } finally {
      this.#pending.remove(id);
    }
  }

  /**
   * Interrupts until the cell has ended, however it does: control and shell are separate connections, so an interrupt can
   * overtake its cell, and then meets nothing. Never rejects: what fails an interrupt also fails the cell.
   */
  async #interruptUntilEnd(finished: Promise<unknown>): Promise<void> {
    const ended = finished.then(
      () => true,
      () => true,
    );
    for (let done = false; !done;) {
      await this.interrupt().catch(() => {});
      done = await Promise.race([ended, sleep(INTERRUPT_RETRY_MS, false, { ref: false })]);
    }
  }

  /** Sends an `execute_request`; resolves with its reply once `idle` has arrived as well, in whichever order. */
  async #finished(message: Message<object>, onOutput?: (output: OutputMessage) => void): Promise<Message> {
    let settle: { idle: () => void; fail: (error: Error) => void };
    const idle = new Promise<void>((resolve, fail) => (settle = { idle: resolve, fail }));
    const reply = new Promise<Message>((resolve, reject) => {
      this.#pending.add(message.header.msg_id, {
        onReply: resolve,
        onIopub: (arrived) => (isIdle(arrived) ? settle.idle() : passOn(arrived, onOutput)),
        onFailure: (error) => {
          settle.fail(error);
          reject(error);
        },
      });
    });
    const both = Promise.all([reply, idle]);
    both.catch(() => {}); // handled below, unless sending fails first for the same reason
    try {
      await this.#send("shell", message);
      return (await both)[0];
    } finally {
      this.#pending.remove(message.header.msg_id);
    }
  }
}

/** Rejects after the time, whether or not what `onLate` does has an effect. */
async function withTimeout<T>(
  finished: Promise<T>,
  timeoutMs: number | undefined,
  onLate: () => void,
): Promise<T> {
  if (timeoutMs === undefined) return finished;
  const timer = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    onLate();
    throw new KernelTimeoutError("a cell", timeoutMs, "The cell was interrupted.");
  });
  try {
    return await Promise.race([finished, late]);
  } finally {
    timer.abort();
  }
}

function isIdle({ header, content }: Message): boolean {
  return header.msg_type === ("status" satisfies MessageType) && content["execution_state"] === "idle";
}

function passOn(message: Message, onOutput: ((output: OutputMessage) => void) | undefined): void {
  const output = asOutput(message);
  if (output !== null) onOutput?.(output);
}

function resultOf(message: Message): ExecuteResult {
  const reply = message.content as unknown as ExecuteReply; // by the specification; its signature was checked
  const executionCount = reply.execution_count ?? null;
  if (reply.status !== "error") return { status: reply.status, executionCount, reply };
  const { ename, evalue, traceback } = reply;
  return { status: "error", executionCount, error: { ename, evalue, traceback }, reply };
}
