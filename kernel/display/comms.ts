import { randomUUID } from "node:crypto";
import { toUint8Array, type Bytes } from "./mime.ts";
import type { Broadcast } from "./types.ts";

/** Data of a comm's message: whatever JSON carries. */
export type CommData = Readonly<Record<string, unknown>>;

/** What comes with a message of a comm, beside its data. */
export interface CommOptions {
  /** Binary attachments, which travel as they are. */
  readonly buffers?: readonly Bytes[];
  readonly metadata?: CommData;
}

/** What a handler of a comm gets. */
export interface CommEvent {
  readonly data: CommData;
  readonly metadata: CommData;
  readonly buffers: readonly Uint8Array[];
}

/** A message of a comm, as a front end sends it ("Custom Messages", messaging specification 5.5). */
export interface CommMessage extends CommEvent {
  readonly type: "comm_open" | "comm_msg" | "comm_close";
  readonly commId: string;
  /** Only `comm_open` has one. */
  readonly targetName: string | null;
}

/** Takes a message of a comm. */
export type CommHandler = (message: CommEvent) => unknown;

/** Called with the comm that a front end has opened, and the message that it was opened with. */
export type CommTarget = (comm: Comm, open: CommEvent) => unknown;

/** Sends a message to the front ends, as output of the calling code. */
export type Send = (message: Broadcast) => void;

/** One end of a channel between the kernel and a front end; the other end is an object in the page. */
export interface Comm {
  readonly commId: string;
  readonly targetName: string;
  /** Whether one side has closed it. */
  readonly closed: boolean;
  /**
   * Sends a message to the front end.
   *
   * @throws Error when the comm is closed, TypeError when JSON cannot carry the data
   */
  send(data?: unknown, options?: CommOptions): void;
  /** Adds a handler of messages. */
  onMsg(handler: CommHandler): void;
  /** Adds a handler that is called when the front end closes the comm. */
  onClose(handler: CommHandler): void;
  /** Closes the comm, on both sides. Closing it again does nothing. */
  close(data?: unknown, options?: CommOptions): void;
}

/** How `Jupyter.comms.open` opens a comm. */
export interface CommOpenOptions extends CommOptions {
  /** By default a new one. */
  readonly commId?: string;
}

/** The cells' side of the comms: `Jupyter.comms`. */
export interface CommsGlobal {
  /** Says what to do when a front end opens a comm with this target. Registering a name again replaces it. */
  registerTarget(name: string, target: CommTarget): void;
  /** Takes a target away. Open comms stay. */
  unregisterTarget(name: string): void;
  /**
   * Opens a comm; the front end must know the target.
   *
   * @throws Error when a comm with that id is open, TypeError when JSON cannot carry the data
   */
  open(target: string, data?: unknown, options?: CommOpenOptions): Comm;
}

function message(
  type: CommMessage["type"],
  content: Readonly<Record<string, unknown>>,
  { buffers = [], metadata = {} }: CommOptions,
): Broadcast {
  return { type, content, metadata, buffers: buffers.map(toUint8Array) };
}

/** Handlers that are called one after the other, in the order in which they were added. */
class Handlers {
  /** Replaced, never changed: a handler may add others while they are called. */
  #handlers: readonly CommHandler[] = [];

  add(handler: CommHandler): void {
    this.#handlers = [...this.#handlers, handler];
  }

  call({ data, metadata, buffers }: CommEvent): void {
    for (const handle of this.#handlers) handle({ data, metadata, buffers });
  }
}

class OpenComm implements Comm {
  readonly commId: string;
  readonly targetName: string;
  readonly messages: Handlers = new Handlers();
  readonly closings: Handlers = new Handlers();
  readonly #send: Send;
  readonly #forget: (comm: OpenComm) => void;
  #closed = false;

  constructor(commId: string, targetName: string, send: Send, forget: (comm: OpenComm) => void) {
    this.commId = commId;
    this.targetName = targetName;
    this.#send = send;
    this.#forget = forget;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(data: unknown = {}, options: CommOptions = {}): void {
    if (this.#closed) {
      throw new Error(
        `comm.send: the comm ${this.commId} of target "${this.targetName}" is closed. Open a new one with Jupyter.comms.open.`,
      );
    }
    this.#send(message("comm_msg", { comm_id: this.commId, data }, options));
  }

  onMsg(handler: CommHandler): void {
    this.messages.add(handler);
  }

  onClose(handler: CommHandler): void {
    this.closings.add(handler);
  }

  close(data: unknown = {}, options: CommOptions = {}): void {
    if (this.#closed) return;
    this.#send(message("comm_close", { comm_id: this.commId, data }, options));
    this.ended();
  }

  ended(): void {
    this.#closed = true;
    this.#forget(this);
  }
}

/** The comms of a kernel: targets that cells have registered, and the comms that are open. */
export class CommRegistry implements CommsGlobal {
  readonly #send: Send;
  readonly #targets = new Map<string, CommTarget>();
  readonly #comms = new Map<string, OpenComm>();

  constructor(send: Send) {
    this.#send = send;
  }

  registerTarget(name: string, target: CommTarget): void {
    if (typeof target !== "function") {
      throw new TypeError(
        `Jupyter.comms.registerTarget: the target of "${name}" must be a function (comm, open) => …, not ${typeof target}.`,
      );
    }
    this.#targets.set(name, target);
  }

  unregisterTarget(name: string): void {
    this.#targets.delete(name);
  }

  open(target: string, data: unknown = {}, options: CommOpenOptions = {}): Comm {
    const commId = options.commId ?? randomUUID();
    if (this.#comms.has(commId)) {
      throw new Error(
        `Jupyter.comms.open: a comm with the id ${commId} is open already. Close it, or leave the id out.`,
      );
    }
    this.#send(message("comm_open", { comm_id: commId, target_name: target, data }, options));
    return this.#add(commId, target);
  }

  /** The open comms by id, for `comm_info_request`. */
  list(): Record<string, { readonly target_name: string }> {
    return Object.fromEntries(
      [...this.#comms.values()].map(({ commId, targetName }) => [commId, { target_name: targetName }]),
    );
  }

  /** Whether `receive` could do something with the message now. */
  expects({ type, commId, targetName }: CommMessage): boolean {
    return type === "comm_open" ? this.#targets.has(targetName ?? "") : this.#comms.has(commId);
  }

  /** Calls the handlers that a message is for. Throws what they throw. Opening an unknown target is answered by closing it. */
  receive(received: CommMessage): void {
    if (received.type === "comm_open") return this.#opened(received);
    const comm = this.#comms.get(received.commId);
    if (comm === undefined) return; // It was closed while the message was on its way.
    if (received.type === "comm_msg") return comm.messages.call(received);
    comm.ended();
    comm.closings.call(received);
  }

  #opened({ commId, targetName, data, metadata, buffers }: CommMessage): void {
    const target = this.#targets.get(targetName ?? "");
    if (target === undefined) {
      this.#send(message("comm_close", { comm_id: commId, data: {} }, {}));
      return;
    }
    const comm = this.#add(commId, targetName ?? "");
    try {
      target(comm, { data, metadata, buffers });
    } catch (error) {
      comm.close();
      throw error;
    }
  }

  #add(commId: string, target: string): OpenComm {
    const comm = new OpenComm(commId, target, this.#send, () => this.#comms.delete(commId));
    this.#comms.set(commId, comm);
    return comm;
  }
}
