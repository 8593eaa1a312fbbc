import {
  customMessage,
  Decoder,
  encode,
  newMessage,
  WireError,
  type Contents,
  type Envelope,
  type ErrorReply,
  type Frames,
  type Header,
  type KernelInfoReply,
  type MessageChannel,
  type MessageType,
} from "../wire/index.ts";
import { answersFor, type Answer, type Answers } from "./answers.ts";
import { InputDesk } from "./input-desk.ts";
import { KernelSockets, type ReceivingChannel } from "./kernel-sockets.ts";
import { RequestLanes } from "./lanes.ts";
import { LanguagePort } from "./language-port.ts";
import type { InputAnswer, InputQuestion, ShellRequest, SocketThreadData } from "./thread-messages.ts";

/** What the server needs from the rest of the process. */
export interface ServerOptions extends Pick<SocketThreadData, "info" | "sender" | "language"> {
  /** The answer to `kernel_info_request`, so that control is answered while the main thread is busy. */
  readonly kernelInfo: KernelInfoReply;
  /** Takes each shell request when the main thread shall answer it. */
  readonly onShellRequest: (request: ShellRequest) => void;
  /** Takes what users answer, or `null` when their cell was interrupted. */
  readonly onInput: (question: InputQuestion, answer: InputAnswer) => void;
  /** Stops the running cells, if any; resolves when that is done. */
  readonly onInterrupt: () => Promise<void>;
  /** The process shall end; the reply has been sent. */
  readonly onShutdown: () => void;
  readonly onRefused: (channel: MessageChannel, error: WireError) => void;
  readonly log: (line: string) => void;
}

/** Answers what must be answered at any time, and queues what the main thread answers. Runs in the thread of the sockets. */
export class SocketServer {
  readonly lanes: RequestLanes;
  readonly input: InputDesk;
  readonly #options: ServerOptions;
  readonly #sockets: KernelSockets;
  readonly #decoder: Decoder;
  readonly #answers: Answers;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#sockets = new KernelSockets(options.info);
    this.#decoder = new Decoder(options.info);
    this.lanes = new RequestLanes(options.onShellRequest);
    this.input = new InputDesk((question) => void this.#ask(question), options.onInput);
    const { info, kernelInfo, onInterrupt, onShutdown } = options;
    const language = new LanguagePort(options.language);
    this.#answers = answersFor({ info, kernelInfo, onInterrupt, onShutdown, language, lanes: this.lanes });
  }

  /** Opens the channels and announces the kernel. @throws BindError */
  async start(): Promise<void> {
    await this.#sockets.bind();
    this.#sockets.listen(
      (channel, frames) => this.#receive(channel, frames),
      (topic) => void this.#welcome(topic),
    );
    await this.#publish("status", { execution_state: "starting" }, {});
  }

  /** Sends frames that are signed already. */
  async send(channel: "shell" | "iopub", frames: Frames): Promise<void> {
    await this.#sockets.send(channel, frames);
  }

  /** Sends what is queued and closes the channels. */
  async close(): Promise<void> {
    await this.#sockets.close();
  }

  #receive(channel: ReceivingChannel, frames: readonly Uint8Array[]): void {
    const envelope = this.#decode(channel, frames);
    if (envelope === null) return;
    if (channel === "stdin") {
      this.input.receive(envelope);
      return;
    }
    const type = envelope.message.header.msg_type;
    const answers = this.#answers[channel];
    const answer = Object.hasOwn(answers, type) ? answers[type] : undefined;
    if (answer !== undefined) void this.#answer(envelope, channel, answer);
    else if (channel === "control") void this.#ignore(envelope);
    else if (!this.lanes.push(envelope)) void this.#answer(envelope, channel, unknownSubshell(envelope));
  }

  #decode(channel: ReceivingChannel, frames: readonly Uint8Array[]): Envelope | null {
    try {
      return this.#decoder.decode(frames);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#options.onRefused(channel, error);
      return null;
    }
  }

  /** Every request is surrounded by `busy` and `idle` on iopub ("Messages on the IOPub channel", kernel status). */
  async #answer(request: Envelope, channel: "shell" | "control", answer: Answer): Promise<void> {
    const { header } = request.message;
    await this.#publish("status", { execution_state: "busy" }, header);
    const content = await answer.content(request.message.content);
    const { sender, info } = this.#options;
    const reply = customMessage(sender, answer.reply, content, { parent: header });
    await this.#sockets.send(channel, encode(info, request.identities, reply));
    await this.#publish("status", { execution_state: "idle" }, header);
    answer.afterwards?.();
  }

  /** A client that waits for `idle` goes on, though there is no reply. */
  async #ignore({ message: { header } }: Envelope): Promise<void> {
    const type = JSON.stringify(header.msg_type);
    this.#options.log(`Ignored a message of type ${type} on control: this kernel does not know it.`);
    await this.#publish("status", { execution_state: "busy" }, header);
    await this.#publish("status", { execution_state: "idle" }, header);
  }

  async #ask({ identities, parent, prompt, password }: InputQuestion): Promise<void> {
    const { sender, info } = this.#options;
    const message = newMessage(sender, "input_request", { prompt, password }, { parent });
    await this.#sockets.send("stdin", encode(info, identities, message));
  }

  async #publish<Type extends MessageType>(
    type: Type,
    content: Contents[Type],
    parent: Header | Record<string, never>,
    topic: string | Uint8Array = type,
  ): Promise<void> {
    const message = newMessage(this.#options.sender, type, content, { parent });
    await this.#sockets.send("iopub", encode(this.#options.info, [topic], message));
  }

  /** Jupyter enhancement proposal 65: the first frame is the topic, so that only its subscribers get the message. */
  async #welcome(topic: Uint8Array): Promise<void> {
    const subscription = Buffer.from(topic).toString("utf8");
    await this.#publish("iopub_welcome", { subscription }, {}, topic);
  }
}

/** The answer to a request that names a subshell which does not exist. */
function unknownSubshell({ message: { header } }: Envelope): Answer {
  const evalue =
    `there is no subshell ${JSON.stringify(header.subshell_id)}. ` +
    "Make one with create_subshell_request, or leave subshell_id out for the main shell.";
  const content: ErrorReply = { status: "error", ename: "UnknownSubshellError", evalue, traceback: [] };
  return { reply: header.msg_type.replace(/(?:_request)?$/u, "_reply"), content: () => content };
}
