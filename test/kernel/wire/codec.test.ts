import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  Decoder,
  encode,
  newMessage,
  WireError,
  type Message,
  type WireFault,
} from "../../../kernel/wire/index.ts";

const signing = (key: string, hash = "sha256"): { key: string; signature_scheme: string } => ({
  key,
  signature_scheme: `hmac-${hash}`,
});
const SIGNED = signing("a-key-for-tests");
const UNSIGNED = signing("");
const sender = { session: "session-1", username: "somebody" };

const request = (code = "1 + 1"): Message<object> =>
  newMessage(sender, "is_complete_request", { code }, { buffers: [] });

const toBytes = (frames: readonly (string | Uint8Array)[]): Uint8Array[] =>
  frames.map((frame) => Buffer.from(frame));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function faultOf(frames: readonly Uint8Array[], by = SIGNED): WireFault {
  try {
    new Decoder(by).decode(frames);
  } catch (error) {
    if (error instanceof WireError) return error.fault;
    throw error;
  }
  throw new Error("the frames were accepted");
}

/** Frames whose signature is right, whatever the documents hold. */
function signed(header: string, parent: string, metadata: string, content: string): Uint8Array[] {
  const frames = toBytes(encode(UNSIGNED, [], request()));
  const documents = [header, parent, metadata, content].map((text) => Buffer.from(text));
  return [frames[0] ?? Buffer.alloc(0), Buffer.alloc(0), ...documents];
}

describe("The codec", () => {
  it("reads back what it wrote: identities, JSON of any kind, and buffers", () => {
    const bytes = fc
      .uint8Array({ maxLength: 40 })
      .filter((b) => Buffer.from(b).toString("latin1") !== "<IDS|MSG>");
    const json = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }));
    fc.assert(
      fc.property(
        fc.string(),
        fc.array(bytes),
        json,
        json,
        fc.array(bytes),
        (key, ids, metadata, content, buffers) => {
          const message = { ...request(), metadata, content, buffers };
          const by = signing(key);
          const decoded = new Decoder(by).decode(toBytes(encode(by, ids, message)));
          expect(decoded.identities.map(hex)).toEqual(ids.map(hex));
          expect(decoded.message.header).toEqual(message.header);
          // JSON has no negative zero, so the content is compared as the wire carries it.
          expect(decoded.message.content).toEqual(JSON.parse(JSON.stringify(content)));
          expect(decoded.message.metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
          expect(decoded.message.buffers.map(hex)).toEqual(buffers.map(hex));
        },
      ),
    );
  });

  it("answers any frames at all with a message or a WireError, signed or not", () => {
    const frame = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc
        .constantFrom("<IDS|MSG>", "{}", "[]", "null", "", '{"msg_id":1}')
        .map((text) => new TextEncoder().encode(text)),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), fc.constantFrom(UNSIGNED, SIGNED), (frames, by) => {
        expect(() => new Decoder(by).decode(frames)).toThrow(WireError);
      }),
    );
  });

  it("refuses a message when any one byte of its signed frames is changed", () => {
    const frames = toBytes(encode(SIGNED, [], request()));
    const place = fc
      .integer({ min: 1, max: frames.length - 1 })
      .chain((at) =>
        fc.tuple(
          fc.constant(at),
          fc.nat({ max: (frames[at]?.length ?? 1) - 1 }),
          fc.integer({ min: 1, max: 255 }),
        ),
      );
    fc.assert(
      fc.property(place, ([at, offset, change]) => {
        const changed = frames.map((frame, i) =>
          i === at ? frame.map((byte, j) => (j === offset ? byte ^ change : byte)) : frame,
        );
        expect(faultOf(changed)).toBe("signature");
      }),
    );
  });

  // python: hmac.new(b"secret", b"{}" * 4, hash).hexdigest()
  it.each([
    ["sha256", "34982f0bfec60e7b933ffde06c1ecab0fba073717a95ab943d1dd06f82c2d5e4"],
    ["sha1", "4d55dee18d9b4c8db48b38939834c9558544c1a3"],
    ["sha224", "4fc8fe07649260c72e22e15d39a3d43f85e5637cb211c3eb3b047344"],
    [
      "sha384",
      "6d8bcc9266c87cfeb972f939077cf573f2a27e6982f7341ee11f3fff49ecea341958b394aba68ddc4b2ed0fd9e28dbd4",
    ],
    [
      "sha512",
      "092a6baa814d36dc494f983dc5965a2117ce941541138d9a5dbf0d2e1971d1e6ab6a1ebca6c65508fc122678bca700ddb23bba3a669f074c490ab7dd397c3616",
    ],
    ["sha3_256", "77cb47a70dd7d6cdd378a437c3986fb04c541d5e4453fe79db42d76f87afd306"],
    [
      "blake2b",
      "ff6710f56b4fed79fd85772137f4f592cc7a2a50e70354d6ee9aebc07f2d67ce29a71c697221232aba6036f8eb7a70afb19cfea4a18cd373084f38bb8f4a5be8",
    ],
    ["blake2s", "932296b68c8de8cb0f78b459e43792084a77340dd2cec75659da47daade9c795"],
    ["md5", "8f74c9832d816e281dc4d57a79e6a80b"],
  ])("signs with HMAC over the four documents, as jupyter_client does with %s", (hash, signature) => {
    const message = { header: {}, parent_header: {}, metadata: {}, content: {}, buffers: [] };
    // A header of no fields, to have fixed bytes.
    const frames = encode(signing("secret", hash), [], message as unknown as Message<object>);
    expect(frames[1]).toBe(signature);
  });

  it("refuses a message that was signed with another hash function", () => {
    const frames = toBytes(encode(signing("a-key-for-tests", "sha512"), [], request()));
    expect(faultOf(frames)).toBe("signature");
  });

  it("refuses the same message a second time, but not without a key", () => {
    const frames = toBytes(encode(SIGNED, [], request()));
    const decoder = new Decoder(SIGNED);
    decoder.decode(frames);
    expect(() => decoder.decode(frames)).toThrow(/received before/);
    const unsigned = toBytes(encode(UNSIGNED, [], request()));
    const open = new Decoder(UNSIGNED);
    open.decode(unsigned);
    expect(open.decode(unsigned).message.content).toEqual({ code: "1 + 1" });
  });

  it("checks the signature before it looks at the JSON", () => {
    const frames = toBytes(encode(SIGNED, [], request()));
    frames[3] = Buffer.from("this is no JSON");
    expect(faultOf(frames)).toBe("signature");
  });

  it("says what is wrong with frames that are no message", () => {
    expect(faultOf([])).toBe("no-delimiter");
    expect(faultOf(toBytes(["<IDS|MSG>", "", "{}"]))).toBe("too-few-frames");
    expect(faultOf(signed("{", "{}", "{}", "{}"), UNSIGNED)).toBe("json");
    expect(faultOf(signed("{}", "{}", "{}", "[]"), UNSIGNED)).toBe("json");
    expect(faultOf(signed('{"msg_type":"x"}', "{}", "{}", "{}"), UNSIGNED)).toBe("header");
    const invalidUtf8 = signed('{"msg_id":"1","msg_type":"x"}', "{}", "{}", "{}");
    invalidUtf8[5] = Uint8Array.of(0x22, 0xff, 0x22);
    expect(faultOf(invalidUtf8, UNSIGNED)).toBe("json");
  });

  it("accepts a header of an older client, which has neither date nor version", () => {
    const { message } = new Decoder(UNSIGNED).decode(
      signed('{"msg_id":"1","msg_type":"x"}', "{}", "{}", "{}"),
    );
    expect(message.header).toMatchObject({ msg_id: "1", msg_type: "x", version: "" });
  });

  it("throws a TypeError for a content that is no JSON", () => {
    const message = { ...request(), content: { big: 1n } };
    expect(() => encode(SIGNED, [], message)).toThrow(TypeError);
  });
});
