import type {
  ConnectionInfo,
  ConnectReply,
  Contents,
  DebugReply,
  ErrorReply,
  JsonObject,
  KernelInfoReply,
} from "../wire/index.ts";
import type { RequestLanes } from "./lanes.ts";
import type { LanguagePort } from "./language-port.ts";

/** How one request is answered, in the thread of the sockets. */
export interface Answer {
  /** The type of the reply. */
  readonly reply: string;
  /** The content of the reply to a request with this content. */
  readonly content: (request: JsonObject) => object | Promise<object>;
  /** What happens when the reply and `idle` have been sent. */
  readonly afterwards?: () => void;
}

/** What is answered at once on each of the two channels, by message type. */
export interface Answers {
  readonly shell: Readonly<Record<string, Answer>>;
  readonly control: Readonly<Record<string, Answer>>;
}

/** What the answers are made of. */
interface AnswerOptions {
  readonly info: ConnectionInfo;
  readonly kernelInfo: KernelInfoReply;
  readonly onInterrupt: () => Promise<void>;
  readonly onShutdown: () => void;
  readonly lanes: RequestLanes;
  readonly language: LanguagePort;
}

/** The answers that no cell holds up. Everything else on shell waits its turn. */
export function answersFor(options: AnswerOptions): Answers {
  const urgent = urgentAnswers(options);
  return {
    shell: { ...urgent, ...languageAnswers(options.language) },
    control: {
      ...urgent,
      ...subshellAnswers(options.lanes),
      kernel_info_request: answer("kernel_info_reply", () => options.kernelInfo),
      debug_request: answer("debug_reply", refuseDebugging),
    },
  };
}

/** Front ends that send these on shell, as VS Code and everyone before version 5.3 of the protocol, need them just as urgently. */
function urgentAnswers({ info, onInterrupt, onShutdown }: AnswerOptions): Record<string, Answer> {
  return {
    interrupt_request: answer("interrupt_reply", async () => {
      await onInterrupt();
      return { status: "ok" };
    }),
    shutdown_request: {
      ...answer("shutdown_reply", ({ restart }) => ({ status: "ok", restart: restart === true })),
      afterwards: onShutdown,
    },
    connect_request: answer("connect_reply", () => portsOf(info)),
  };
}

function languageAnswers(language: LanguagePort): Record<string, Answer> {
  return {
    // The service gives whole contents of replies.
    complete_request: {
      reply: "complete_reply",
      content: (request) => language.ask("complete_request", request),
    },
    inspect_request: {
      reply: "inspect_reply",
      content: (request) => language.ask("inspect_request", request),
    },
  };
}

/** Jupyter enhancement proposal 91. */
function subshellAnswers(lanes: RequestLanes): Record<string, Answer> {
  return {
    create_subshell_request: answer("create_subshell_reply", () => ({
      status: "ok",
      subshell_id: lanes.create(),
    })),
    list_subshell_request: answer("list_subshell_reply", () => ({ status: "ok", subshell_id: lanes.list() })),
    delete_subshell_request: answer("delete_subshell_reply", ({ subshell_id: id }) =>
      typeof id === "string" && lanes.delete(id) ? { status: "ok" } : noSuchSubshell(id, lanes),
    ),
  };
}

function noSuchSubshell(id: unknown, lanes: RequestLanes): ErrorReply {
  const known = lanes.list();
  const there = known.length === 0 ? "there are none" : `there are ${known.join(", ")}`;
  const evalue = `there is no subshell ${JSON.stringify(id)}; ${there}.`;
  return { status: "error", ename: "UnknownSubshellError", evalue, traceback: [] };
}

function portsOf({
  shell_port,
  iopub_port,
  stdin_port,
  control_port,
  hb_port,
}: ConnectionInfo): ConnectReply {
  return { status: "ok", shell_port, iopub_port, stdin_port, control_port, hb_port };
}

/** `kernel_info_reply` does not offer debugging; a client that asks all the same gets the protocol's own refusal. */
function refuseDebugging({ seq, command }: JsonObject): DebugReply {
  return {
    type: "response",
    request_seq: typeof seq === "number" ? seq : 0,
    success: false,
    command: typeof command === "string" ? command : "",
    message: "This kernel has no debugger: debug a file with `node --inspect`, or print from the cell.",
  };
}

/** Ties the content to the type of the reply. */
function answer<Reply extends keyof Contents>(
  reply: Reply,
  content: (request: JsonObject) => Contents[Reply] | Promise<Contents[Reply]>,
): Answer {
  return { reply, content };
}
