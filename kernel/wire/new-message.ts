import { randomUUID } from "node:crypto";
import { PROTOCOL_VERSION, type Contents, type Header, type Message, type MessageType } from "./messages.ts";

/** Who sends: every message of one process carries the same session. */
export interface Sender {
  readonly session: string;
  readonly username: string;
}

/** What a new message may carry besides its type and content. */
export interface MessageParts {
  /** The header of the request that this message answers or belongs to. */
  readonly parent?: Message["parent_header"];
  readonly metadata?: Message["metadata"];
  readonly buffers?: Message["buffers"];
}

/** A new message with a fresh id and the present time. */
export function newMessage<Type extends MessageType>(
  sender: Sender,
  type: Type,
  content: Contents[Type],
  parts: MessageParts = {},
): Message<Contents[Type]> {
  return customMessage(sender, type, content, parts);
}

/** As {@link newMessage}, for types that only the two ends of a comm, or a user, know. */
export function customMessage<Content extends object>(
  sender: Sender,
  type: string,
  content: Content,
  parts: MessageParts = {},
): Message<Content> {
  const { parent = {}, metadata = {}, buffers = [] } = parts;
  return { header: newHeader(sender, type), parent_header: parent, metadata, content, buffers };
}

function newHeader(sender: Sender, type: string): Header {
  return {
    msg_id: randomUUID(),
    session: sender.session,
    username: sender.username,
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  };
}
