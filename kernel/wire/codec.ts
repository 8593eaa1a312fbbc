import type { Header, JsonObject, Message } from "./messages.ts";
import { sign, verify, type Signing } from "./signature.ts";
import { WireError } from "./wire-error.ts";

const DELIMITER = "<IDS|MSG>";
const DELIMITER_BYTES = new TextEncoder().encode(DELIMITER);
/** Signature, header, parent header, metadata, content. */
const FIXED_FRAMES = 5;
/** As many signatures as Jupyter's own clients remember (`digest_history_size` of jupyter_client). */
const REMEMBERED_SIGNATURES = 65_536;
const FORGOTTEN_AT_ONCE = REMEMBERED_SIGNATURES / 16;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** A multipart message: text is sent as UTF-8. */
export type Frames = readonly (string | Uint8Array)[];

/** A message with the ZeroMQ routing identities that came before the delimiter. */
export interface Envelope {
  readonly identities: readonly Uint8Array[];
  readonly message: Message;
}

/**
 * Frames for a message: identities, `<IDS|MSG>`, signature, four JSON documents, buffers.
 * @throws TypeError when the content is no JSON (a bigint, a cycle).
 */
export function encode(
  signing: Signing,
  identities: readonly (string | Uint8Array)[],
  message: Message<object>,
): Frames {
  const { header, parent_header, metadata, content, buffers } = message;
  const documents = [header, parent_header, metadata, content].map((part) => JSON.stringify(part));
  return [...identities, DELIMITER, sign(signing, documents), ...documents, ...buffers];
}

/** Reads the messages of one connection: checks signatures, and refuses one that it has already seen. */
export class Decoder {
  readonly #signing: Signing;
  readonly #seen = new Set<string>();

  /** @param signing the connection file, or its two fields that say how messages are signed. */
  constructor(signing: Signing) {
    this.#signing = signing;
  }

  /**
   * The message in `frames`. Nothing is parsed before the signature was found to be right.
   * @throws WireError for anything else than a well-formed, correctly signed, new message.
   */
  decode(frames: readonly Uint8Array[]): Envelope {
    const at = frames.findIndex(isDelimiter);
    if (at < 0) {
      throw new WireError(
        "no-delimiter",
        `expected a frame ${DELIMITER}; none of ${frames.length} frames is one.`,
      );
    }
    const fixed = frames.slice(at + 1, at + 1 + FIXED_FRAMES);
    const [signature, ...documents] = fixed;
    if (signature === undefined || fixed.length < FIXED_FRAMES) {
      throw new WireError(
        "too-few-frames",
        `expected at least ${FIXED_FRAMES} frames after ${DELIMITER} (signature, header, parent header, metadata, content); got ${fixed.length}.`,
      );
    }
    this.#authenticate(signature, documents);
    const message = parseMessage(documents, frames.slice(at + 1 + FIXED_FRAMES));
    return { identities: frames.slice(0, at), message };
  }

  #authenticate(signature: Uint8Array, documents: readonly Uint8Array[]): void {
    if (this.#signing.key === "") return;
    if (!verify(this.#signing, signature, documents)) {
      throw new WireError(
        "signature",
        "the signature does not fit the key of the connection file. Connect with the connection file that this kernel was started with.",
      );
    }
    const text = Buffer.from(signature).toString("latin1");
    if (this.#seen.has(text)) {
      throw new WireError(
        "replay",
        "this message was received before (same signature). Send a new message instead.",
      );
    }
    this.#remember(text);
  }

  /** A Set iterates in insertion order, so the first entries are the oldest. */
  #remember(signature: string): void {
    this.#seen.add(signature);
    if (this.#seen.size <= REMEMBERED_SIGNATURES) return;
    let left = FORGOTTEN_AT_ONCE;
    for (const oldest of this.#seen) {
      if (left-- === 0) break;
      this.#seen.delete(oldest);
    }
  }
}

function isDelimiter(frame: Uint8Array): boolean {
  return frame.length === DELIMITER_BYTES.length && frame.every((byte, i) => byte === DELIMITER_BYTES[i]);
}

function parseMessage(documents: readonly Uint8Array[], buffers: readonly Uint8Array[]): Message {
  const [header, parent, metadata, content] = ["header", "parent_header", "metadata", "content"].map(
    (name, i) => parseObject(name, documents[i] ?? new Uint8Array()),
  ) as [JsonObject, JsonObject, JsonObject, JsonObject]; // one result for each of the four names
  return {
    header: checkHeader(header),
    // A parent is either a header that we once sent ourselves or, when nothing caused the message, empty.
    parent_header: parent as unknown as Message["parent_header"],
    metadata,
    content,
    buffers,
  };
}

function parseObject(name: string, bytes: Uint8Array): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch (error) {
    throw new WireError("json", `the ${name} is no JSON: ${(error as Error).message}.`); // both parsers throw Errors
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireError("json", `the ${name} must be a JSON object; got ${describe(value)}.`);
  }
  return value as JsonObject; // an object that is no array, by the test above
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  return value === null ? "null" : `a ${typeof value}`;
}

/** Only what routing needs must be there; older clients leave out `date` and `version`. */
function checkHeader(header: JsonObject): Header {
  for (const field of ["msg_id", "msg_type"]) {
    if (typeof header[field] !== "string" || header[field] === "") {
      throw new WireError(
        "header",
        `the header needs a text field ${field}; got ${JSON.stringify(header[field])}.`,
      );
    }
  }
  const text = (field: string): string => (typeof header[field] === "string" ? header[field] : "");
  return {
    ...header,
    msg_id: text("msg_id"),
    msg_type: text("msg_type"),
    session: text("session"),
    username: text("username"),
    date: text("date"),
    version: text("version"),
  };
}
