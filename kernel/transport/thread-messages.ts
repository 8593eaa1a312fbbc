import type { ConnectionInfo, Frames, KernelInfoReply, Message, Sender } from "../wire/index.ts";

/** What the thread of the sockets starts with. */
export interface SocketThreadData {
  /** The buffer of the SharedState. */
  readonly buffer: SharedArrayBuffer;
  readonly info: ConnectionInfo;
  readonly sender: Sender;
  readonly kernelInfo: KernelInfoReply;
}

/** A request of the shell channel, as the main thread gets it. */
export interface ShellRequest {
  readonly identities: readonly Uint8Array[];
  readonly message: Message;
  /** An earlier cell failed and took this one with it: answer `aborted` without running it. */
  readonly aborted: boolean;
}

/** From the main thread to the thread of the sockets. */
export type ToSockets =
  | { readonly type: "send"; readonly channel: "shell" | "iopub"; readonly frames: Frames }
  /** The main thread can take one more shell request. */
  | { readonly type: "next" }
  /** The cells that wait now shall not run. */
  | { readonly type: "abort-queued" }
  | { readonly type: "close" };

/** From the thread of the sockets to the main thread. */
export type ToMain =
  | { readonly type: "ready" }
  /** The channels could not be opened; the reason is for the user. */
  | { readonly type: "failed"; readonly reason: string }
  | { readonly type: "request"; readonly request: ShellRequest }
  /** A cell was stopped: nothing will be terminated any more until the next one begins. */
  | { readonly type: "interrupted" }
  /** Answered in the shared state, unless this thread is busy. */
  | { readonly type: "ping" }
  | { readonly type: "shutdown" };
