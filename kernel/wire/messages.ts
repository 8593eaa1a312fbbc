/**
 * Jupyter's messages as types: "Messaging in Jupyter", version 5.5
 * (https://jupyter-client.readthedocs.io/en/stable/messaging.html). Field names are the specification's.
 */

/** The version of the messaging specification that the kernel speaks. */
export const PROTOCOL_VERSION = "5.5";

/** The ZeroMQ channels of a kernel. */
export type Channel = "shell" | "iopub" | "stdin" | "control" | "hb";

/** Channels that carry messages; the heartbeat carries bare bytes. */
export type MessageChannel = Exclude<Channel, "hb">;

/** A JSON object whose fields nobody has looked at yet. */
export type JsonObject = Record<string, unknown>;

/** Identifies a message, who sent it, and in which version of the protocol. */
export interface Header {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
  /** The subshell that shall answer; without one it is the kernel's main shell (Jupyter enhancement proposal 91). */
  readonly subshell_id?: string | null;
}

/** A message as it was before the codec, or after it. */
export interface Message<Content extends object = JsonObject> {
  readonly header: Header;
  /** The header of the request that caused this message; an empty object when there was none. */
  readonly parent_header: Header | Record<string, never>;
  readonly metadata: JsonObject;
  readonly content: Content;
  /** Binary attachments, after the four JSON frames. */
  readonly buffers: readonly Uint8Array[];
}

/** `status`: the three states a kernel announces on iopub. */
export interface StatusContent {
  readonly execution_state: "busy" | "idle" | "starting";
}

/** `execute_request`. */
export interface ExecuteRequest {
  readonly code: string;
  readonly silent: boolean;
  readonly store_history: boolean;
  readonly user_expressions: Readonly<Record<string, string>>;
  readonly allow_stdin: boolean;
  readonly stop_on_error: boolean;
}

/** What an error looks like wherever Jupyter carries one: iopub's `error`, replies, user expressions. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** A user expression's value or its error, inside `execute_reply`. */
export type UserExpressionResult =
  | { readonly status: "ok"; readonly data: JsonObject; readonly metadata: JsonObject }
  | ({ readonly status: "error" } & ErrorContent);

/** `execute_reply`: the status decides which fields there are. */
export type ExecuteReply =
  | {
      readonly status: "ok";
      readonly execution_count: number;
      readonly user_expressions: Readonly<Record<string, UserExpressionResult>>;
      readonly payload: readonly JsonObject[];
    }
  | ({ readonly status: "error"; readonly execution_count: number } & ErrorContent);

/** A reply that says why a request was not answered. */
export type ErrorReply = { readonly status: "error" } & ErrorContent;

/** `execute_input`: the code that runs now, for every client that watches. */
export interface ExecuteInput {
  readonly code: string;
  readonly execution_count: number;
}

/** `stream`: text on standard output or standard error. */
export interface StreamContent {
  readonly name: "stdout" | "stderr";
  readonly text: string;
}

/** `display_data`; with a `display_id` it can be updated by `update_display_data`. */
export interface DisplayData {
  readonly data: JsonObject;
  readonly metadata: JsonObject;
  readonly transient: { readonly display_id?: string };
}

/** `update_display_data` replaces every display that has this id. */
export interface UpdateDisplayData extends DisplayData {
  readonly transient: { readonly display_id: string };
}

/** `execute_result`: a display with its execution count. */
export interface ExecuteResult extends DisplayData {
  readonly execution_count: number;
}

/** `clear_output`: at once, or when the next output arrives. */
export interface ClearOutput {
  readonly wait: boolean;
}

/** `is_complete_request`. */
export interface IsCompleteRequest {
  readonly code: string;
}

/** `is_complete_reply`; only an incomplete cell has an `indent`. */
export type IsCompleteReply =
  | { readonly status: "incomplete"; readonly indent: string }
  | { readonly status: "complete" | "invalid" | "unknown" };

/** `complete_request`. `cursor_pos` counts Unicode code points. */
export interface CompleteRequest {
  readonly code: string;
  readonly cursor_pos: number;
}

/** `complete_reply`: what could stand between `cursor_start` and `cursor_end`, both in code points. */
export interface CompleteReply {
  readonly status: "ok";
  readonly matches: readonly string[];
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: JsonObject;
}

/** `inspect_request`. `cursor_pos` counts Unicode code points. */
export interface InspectRequest {
  readonly code: string;
  readonly cursor_pos: number;
  readonly detail_level: 0 | 1;
}

/** `inspect_reply`: a MIME bundle that documents what stands at the cursor. */
export interface InspectReply {
  readonly status: "ok";
  readonly found: boolean;
  readonly data: JsonObject;
  readonly metadata: JsonObject;
}

/** `interrupt_reply`. */
export type InterruptReply = { readonly status: "ok" } | ErrorReply;

/** `shutdown_request` and `shutdown_reply`: whether the kernel is about to be started again. */
export interface ShutdownContent {
  readonly restart: boolean;
}

/** `comm_info_request`; without a name every comm is asked for. */
export interface CommInfoRequest {
  readonly target_name?: string;
}

/** `comm_info_reply`: the open comms by id. */
export interface CommInfoReply {
  readonly status: "ok";
  readonly comms: Readonly<Record<string, { readonly target_name: string }>>;
}

/** An entry of the history: session, line, and the input, with its output where that was asked for. */
export type HistoryEntry = readonly [number, number, string | readonly [string, string | null]];

/** `history_reply`. */
export interface HistoryReply {
  readonly status: "ok";
  readonly history: readonly HistoryEntry[];
}

/** `connect_reply`: the ports of the channels. */
export interface ConnectReply {
  readonly status: "ok";
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
}

/** `input_request`, which goes from the kernel to the client on the stdin channel. */
export interface InputRequest {
  readonly prompt: string;
  /** Whether what is typed shall not be shown. */
  readonly password: boolean;
}

/** `create_subshell_reply`. */
export interface CreateSubshellReply {
  readonly status: "ok";
  readonly subshell_id: string;
}

/** `list_subshell_reply`: every subshell, without the main shell. */
export interface ListSubshellReply {
  readonly status: "ok";
  readonly subshell_id: readonly string[];
}

/** `debug_reply`: an answer of the Debug Adapter Protocol. */
export interface DebugReply {
  readonly type: "response";
  readonly request_seq: number;
  readonly success: boolean;
  readonly command: string;
  readonly message: string;
}

/** `comm_open`, `comm_msg` and `comm_close`, in both directions. */
export interface CommContent {
  readonly comm_id: string;
  readonly data: JsonObject;
  /** Of `comm_open` alone. */
  readonly target_name?: string;
}

/** `iopub_welcome`: tells a subscriber that its subscription is in force (Jupyter enhancement proposal 65). */
export interface IopubWelcome {
  readonly subscription: string;
}

/** What front ends need to know of the language: highlighting, file names, exporters. */
export interface LanguageInfo {
  readonly name: string;
  readonly version: string;
  readonly mimetype: string;
  readonly file_extension: string;
  readonly pygments_lexer: string;
  readonly codemirror_mode: string | JsonObject;
  readonly nbconvert_exporter: string;
}

/** `kernel_info_reply`. */
export interface KernelInfoReply {
  readonly status: "ok";
  readonly protocol_version: string;
  readonly implementation: string;
  readonly implementation_version: string;
  readonly language_info: LanguageInfo;
  readonly banner: string;
  readonly help_links: readonly { readonly text: string; readonly url: string }[];
  readonly supported_features: readonly string[];
}

/** Content by message type, for every message that the kernel sends or answers. */
export interface Contents {
  status: StatusContent;
  execute_request: ExecuteRequest;
  execute_reply: ExecuteReply;
  execute_input: ExecuteInput;
  execute_result: ExecuteResult;
  stream: StreamContent;
  display_data: DisplayData;
  update_display_data: UpdateDisplayData;
  clear_output: ClearOutput;
  error: ErrorContent;
  is_complete_request: IsCompleteRequest;
  is_complete_reply: IsCompleteReply;
  interrupt_request: Record<string, never>;
  interrupt_reply: InterruptReply;
  shutdown_request: ShutdownContent;
  shutdown_reply: ShutdownContent & { readonly status: "ok" };
  comm_info_request: CommInfoRequest;
  comm_info_reply: CommInfoReply;
  comm_open: CommContent;
  comm_msg: CommContent;
  comm_close: CommContent;
  complete_request: CompleteRequest;
  complete_reply: CompleteReply | ErrorReply;
  inspect_request: InspectRequest;
  inspect_reply: InspectReply | ErrorReply;
  history_request: JsonObject;
  history_reply: HistoryReply | ErrorReply;
  connect_request: Record<string, never>;
  connect_reply: ConnectReply;
  input_request: InputRequest;
  input_reply: { readonly value: string };
  create_subshell_request: Record<string, never>;
  create_subshell_reply: CreateSubshellReply;
  delete_subshell_request: { readonly subshell_id: string };
  delete_subshell_reply: { readonly status: "ok" } | ErrorReply;
  list_subshell_request: Record<string, never>;
  list_subshell_reply: ListSubshellReply;
  debug_reply: DebugReply;
  kernel_info_request: Record<string, never>;
  kernel_info_reply: KernelInfoReply;
  iopub_welcome: IopubWelcome;
}

/** The message types of {@link Contents}. */
export type MessageType = keyof Contents;
