import type { CommMessage } from "../session/types.ts";
import type { JsonObject, Message } from "../wire/index.ts";

const TYPES: readonly CommMessage["type"][] = ["comm_open", "comm_msg", "comm_close"];

/** A comm's message as the session takes it; `null` for a message of another type, or one that names no comm. */
export function readCommMessage({ header, content, metadata, buffers }: Message): CommMessage | null {
  const type = TYPES.find((each) => each === header.msg_type);
  const { comm_id: commId, target_name: target, data } = content;
  if (type === undefined || typeof commId !== "string") return null;
  const targetName = type === "comm_open" ? String(target ?? "") : null;
  return { type, commId, targetName, data: isObject(data) ? data : {}, metadata, buffers };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
