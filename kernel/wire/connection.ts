import type { Channel, JsonObject } from "./messages.ts";
import { ConnectionError } from "./connection-error.ts";
import { signatureSchemes } from "./signature.ts";

/** Where a kernel listens and how its messages are signed: Jupyter's connection file, with its field names. */
export interface ConnectionInfo {
  readonly transport: "tcp" | "ipc";
  /** An address for tcp; the common prefix of the socket paths for ipc. */
  readonly ip: string;
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  /** `hmac-` and a hash function, such as `hmac-sha256`. */
  readonly signature_scheme: string;
  /** Empty switches signing off. */
  readonly key: string;
  /** The kernel's keys, 40 characters of Z85, when the channels are encrypted with CurveZMQ (https://rfc.zeromq.org/spec/26/). */
  readonly curve_publickey?: string;
  readonly curve_secretkey?: string;
}

/** The channels in the order in which connection files list them. */
export const CHANNELS: readonly Channel[] = ["shell", "iopub", "stdin", "control", "hb"];

/** The alphabet of Z85, ZeroMQ's text form of binary keys (https://rfc.zeromq.org/spec/32/). */
const Z85_KEY = /^[0-9A-Za-z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/u;
const known: Intl.ListFormat = new Intl.ListFormat("en-GB");
const LARGEST_PORT = 65_535;
const EXAMPLE = "Start the kernel through Jupyter, or with `typetorch`, which write such a file.";

/** The ZeroMQ address of a channel: `tcp://127.0.0.1:5555` or `ipc:///run/kernel-1`. */
export function endpoint(info: ConnectionInfo, channel: Channel): string {
  const separator = info.transport === "tcp" ? ":" : "-";
  return `${info.transport}://${info.ip}${separator}${info[`${channel}_port`]}`;
}

/**
 * Reads the text of a connection file.
 * @param name what messages call the file: its path.
 * @throws ConnectionError that says which field is missing or wrong.
 */
export function parseConnection(text: string, name: string): ConnectionInfo {
  const fields = parseFields(text, name);
  const transport = oneOf(name, fields, "transport", ["tcp", "ipc"], "tcp");
  const port = (channel: Channel): number => portOf(name, fields, channel, transport);
  return {
    transport,
    ip: textOf(name, fields, "ip"),
    shell_port: port("shell"),
    iopub_port: port("iopub"),
    stdin_port: port("stdin"),
    control_port: port("control"),
    hb_port: port("hb"),
    signature_scheme: oneOf(name, fields, "signature_scheme", signatureSchemes(), "hmac-sha256"),
    key: keyOf(name, fields),
    ...curveOf(name, fields),
  };
}

/** The fields are those of jupyter_client 8.10, which writes both or none. */
function curveOf(
  name: string,
  fields: JsonObject,
): Pick<ConnectionInfo, "curve_publickey" | "curve_secretkey"> {
  const wanted = ["curve_publickey", "curve_secretkey"].filter((field) => (fields[field] ?? null) !== null);
  if (wanted.length === 0) return {};
  const key = (field: string): string => {
    const value = fields[field] ?? null;
    if (typeof value === "string" && Z85_KEY.test(value)) return value;
    throw new ConnectionError(
      `${name}: "${field}" must be a CurveZMQ key, 40 characters of Z85; got ${value === null ? "none" : "something else"}. ` +
        'Give both "curve_publickey" and "curve_secretkey", or neither for channels without encryption.',
    );
  };
  return { curve_publickey: key("curve_publickey"), curve_secretkey: key("curve_secretkey") };
}

function parseFields(text: string, name: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new ConnectionError(`${name}: not a connection file: ${(error as Error).message}. ${EXAMPLE}`); // JSON.parse throws Errors
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConnectionError(`${name}: a connection file holds one JSON object. ${EXAMPLE}`);
  }
  return value as JsonObject; // an object that is no array, by the test above
}

function required(name: string, fields: JsonObject, field: string): unknown {
  if (fields[field] === undefined) {
    throw new ConnectionError(
      `${name}: the field "${field}" is missing; found ${listed(Object.keys(fields))}. ${EXAMPLE}`,
    );
  }
  return fields[field];
}

function textOf(name: string, fields: JsonObject, field: string): string {
  const value = required(name, fields, field);
  if (typeof value === "string" && value !== "") return value;
  throw new ConnectionError(
    `${name}: "${field}" must be a text that is not empty; got ${JSON.stringify(value)}.`,
  );
}

function keyOf(name: string, fields: JsonObject): string {
  const value = required(name, fields, "key");
  if (typeof value === "string") return value;
  throw new ConnectionError(
    `${name}: "key" must be a text (an empty one switches signing off); got ${JSON.stringify(value)}.`,
  );
}

/** For ipc a "port" is the number at the end of a path, so any whole number from 1 will do. */
function portOf(name: string, fields: JsonObject, channel: Channel, transport: "tcp" | "ipc"): number {
  const value = required(name, fields, `${channel}_port`);
  const largest = transport === "tcp" ? LARGEST_PORT : Number.MAX_SAFE_INTEGER;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= largest) return value;
  const range = transport === "tcp" ? `from 1 to ${LARGEST_PORT}` : "from 1";
  throw new ConnectionError(
    `${name}: "${channel}_port" must be a whole number ${range}; got ${JSON.stringify(value)}.`,
  );
}

function oneOf<const Choice extends string>(
  name: string,
  fields: JsonObject,
  field: string,
  choices: readonly Choice[],
  fallback: Choice,
): Choice {
  const value = fields[field] ?? fallback;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ConnectionError(
    `${name}: "${field}" is ${JSON.stringify(value)}; this kernel knows ${known.format(choices.map((choice) => `"${choice}"`))}.`,
  );
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "no fields at all" : names.map((field) => `"${field}"`).join(", ");
}
