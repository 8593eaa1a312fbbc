import type { MessagePort } from "node:worker_threads";
import type { ConnectionInfo, Frames, Header, KernelInfoReply, Message, Sender } from "../wire/index.ts";

/** What the thread of the sockets starts with. */
export interface SocketThreadData {
  /** The buffer of the SharedState. */
  readonly buffer: SharedArrayBuffer;
  readonly info: ConnectionInfo;
  readonly sender: Sender;
  readonly kernelInfo: KernelInfoReply;
  /** Where answers go that the main thread waits for, blocked, and reads without its event loop. */
  readonly answers: MessagePort;
  /** The other end of this port answers {@link LanguageQuestion}s; `null` without a language service. */
  readonly language: MessagePort | null;
}

/** A request of the shell channel, as the main thread gets it. */
export interface ShellRequest {
  /** Counts the requests. */
  readonly id: number;
  readonly identities: readonly Uint8Array[];
  readonly message: Message;
  /** An earlier cell failed and took this one with it: answer so without running it. */
  readonly aborted: boolean;
  /** Everything that came before it in its shell has been answered; only messages of comms come earlier than that. */
  readonly inTurn: boolean;
}

/** A question for the user of one client. */
export interface InputQuestion {
  readonly id: number;
  /** Where the client's request came from, which is where its stdin channel listens, too. */
  readonly identities: readonly Uint8Array[];
  readonly parent: Header;
  readonly prompt: string;
  readonly password: boolean;
  /** The main thread is blocked until the answer lies in its `answers` port. */
  readonly blocking: boolean;
}

/** An answer to {@link InputQuestion}; `null`: an interrupt came first. */
export interface InputAnswer {
  readonly id: number;
  readonly value: string | null;
}

/** A request that the language service answers while cells run. */
export interface LanguageQuestion {
  readonly id: number;
  readonly type: "complete_request" | "inspect_request";
  /** As the client sent it: `code`, `cursor_pos` in code points, `detail_level`. */
  readonly content: { readonly code: string; readonly cursor_pos: number; readonly detail_level: 0 | 1 };
}

/** The answer: the content of the reply. */
export interface LanguageAnswer {
  readonly id: number;
  readonly content: object;
}

/** From the main thread to the thread of the sockets. */
export type ToSockets =
  | { readonly type: "send"; readonly channel: "shell" | "iopub"; readonly frames: Frames }
  /** The main thread takes requests from now on. */
  | { readonly type: "begin" }
  /** The main thread has answered a request. */
  | { readonly type: "done"; readonly id: number }
  /** A message of a comm came too early: it shall wait its turn. */
  | { readonly type: "defer"; readonly id: number }
  /** The cells that wait now behind this request shall not run. */
  | { readonly type: "abort-queued"; readonly id: number }
  | { readonly type: "ask"; readonly question: InputQuestion }
  | { readonly type: "close" };

/** From the thread of the sockets to the main thread. */
export type ToMain =
  | { readonly type: "ready" }
  /** The channels could not be opened; the reason is for the user. */
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "request"; readonly request: ShellRequest }
  | { readonly type: "answer"; readonly answer: InputAnswer }
  /** A cell was stopped: nothing will be terminated any more until the next one begins. */
  | { readonly type: "interrupted" }
  /** Answered in the shared state, unless this thread is busy. */
  | { readonly type: "ping" }
  | { readonly type: "shutdown" };
