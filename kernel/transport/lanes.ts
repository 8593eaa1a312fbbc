import { randomUUID } from "node:crypto";
import type { Envelope } from "../wire/index.ts";
import type { ShellRequest } from "./thread-messages.ts";

/** The requests of one shell, which are answered one after the other. */
interface Lane {
  waiting: ShellRequest[];
  current: ShellRequest | null;
}

/**
 * Requests of the shell channel in the order of their arrival, a lane for each subshell. They wait in this thread, not in the
 * main thread's, because a termination there could lose the one that is just being received.
 *
 * Messages of comms overtake everything that waits: a widget's event reaches a cell that awaits it. One that the session has
 * no use for yet comes back ({@link defer}), and waits in its lane like any other request.
 */
export class RequestLanes {
  readonly #deliver: (request: ShellRequest) => void;
  readonly #main: Lane = { waiting: [], current: null };
  readonly #subshells = new Map<string, Lane>();
  /** The requests that the main thread has, with the lanes that they hold up. */
  readonly #inHand = new Map<number, { readonly request: ShellRequest; readonly lane: Lane | null }>();
  #overtaking: ShellRequest[] = [];
  #begun = false;
  #count = 0;

  /** @param deliver called with each request that the main thread shall answer now. */
  constructor(deliver: (request: ShellRequest) => void) {
    this.#deliver = deliver;
  }

  /** The ids of what the main thread works on. */
  get inHand(): readonly number[] {
    return [...this.#inHand.keys()];
  }

  /** Whether the main thread still works on a request. */
  isInHand(id: number): boolean {
    return this.#inHand.has(id);
  }

  /** The main thread is ready: what waited is delivered, and from now on what comes. */
  begin(): void {
    this.#begun = true;
    for (const request of this.#overtaking) this.#hand(request, null);
    this.#overtaking = [];
    for (const lane of [this.#main, ...this.#subshells.values()]) this.#serve(lane);
  }

  /** Takes a request; `false` when its subshell does not exist. */
  push({ identities, message }: Envelope): boolean {
    const lane = this.#laneOf(message.header.subshell_id);
    if (lane === undefined) return false;
    this.#count += 1;
    const request: ShellRequest = { id: this.#count, identities, message, aborted: false, inTurn: false };
    if (isComm(request) && !lane.waiting.some((other) => isSameComm(request, other))) this.#overtake(request);
    else this.#enqueue(lane, { ...request, inTurn: true });
    return true;
  }

  /** The main thread has answered a request. */
  done(id: number): void {
    const lane = this.#inHand.get(id)?.lane ?? null;
    this.#inHand.delete(id);
    if (lane === null) return;
    lane.current = null;
    this.#serve(lane);
  }

  /** The main thread has no use for this message of a comm before the cells that came earlier have run. */
  defer(id: number): void {
    const request = this.#inHand.get(id)?.request;
    this.#inHand.delete(id);
    if (request === undefined) return;
    // Its subshell may have been deleted meanwhile; the message is not lost for that.
    const lane = this.#laneOf(request.message.header.subshell_id) ?? this.#main;
    this.#enqueue(lane, { ...request, inTurn: true });
  }

  /** Marks the cells that wait behind a request now; other requests are answered as usual. */
  abortQueued(id: number): void {
    const lane = this.#inHand.get(id)?.lane ?? null;
    if (lane === null) return;
    lane.waiting = lane.waiting.map(withoutRunning);
  }

  /** Makes a subshell and answers with its id. */
  create(): string {
    const id = randomUUID();
    this.#subshells.set(id, { waiting: [], current: null });
    return id;
  }

  /** Takes no more requests for a subshell; what it has got is still answered. `false` when there is no such subshell. */
  delete(id: string): boolean {
    return this.#subshells.delete(id);
  }

  /** The ids of the subshells. */
  list(): readonly string[] {
    return [...this.#subshells.keys()];
  }

  /** Clients send `null` for the main shell. */
  #laneOf(subshell: unknown): Lane | undefined {
    if (subshell === undefined || subshell === null) return this.#main;
    return typeof subshell === "string" ? this.#subshells.get(subshell) : undefined;
  }

  #overtake(request: ShellRequest): void {
    if (this.#begun) this.#hand(request, null);
    else this.#overtaking.push(request);
  }

  #enqueue(lane: Lane, request: ShellRequest): void {
    lane.waiting.push(request);
    this.#serve(lane);
  }

  #serve(lane: Lane): void {
    if (!this.#begun || lane.current !== null) return;
    lane.current = lane.waiting.shift() ?? null;
    if (lane.current !== null) this.#hand(lane.current, lane);
  }

  #hand(request: ShellRequest, lane: Lane | null): void {
    this.#inHand.set(request.id, { request, lane });
    this.#deliver(request);
  }
}

/** Only cells are aborted. */
function withoutRunning(request: ShellRequest): ShellRequest {
  return request.message.header.msg_type === "execute_request" ? { ...request, aborted: true } : request;
}

function isComm({ message }: ShellRequest): boolean {
  return message.header.msg_type.startsWith("comm_") && "comm_id" in message.content;
}

/** A comm's messages stay in their order. */
function isSameComm(one: ShellRequest, other: ShellRequest): boolean {
  return isComm(other) && one.message.content["comm_id"] === other.message.content["comm_id"];
}
