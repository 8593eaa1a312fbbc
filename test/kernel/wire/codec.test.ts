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

const KEY = "a-key-for-tests";
const sender = { session: "session-1", username: "somebody" };

const request = (code = "1 + 1"): Message<object> =>
  newMessage(sender, "is_complete_request", { code }, { buffers: [] });

const toBytes = (frames: readonly (string | Uint8Array)[]): Uint8Array[] =>
  frames.map((frame) => Buffer.from(frame));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function faultOf(frames: readonly Uint8Array[], key = KEY): WireFault {
  try {
    new Decoder(key).decode(frames);
  } catch (error) {
    if (error instanceof WireError) return error.fault;
    throw error;
  }
  throw new Error("the frames were accepted");
}

/** Frames whose signature is right, whatever the documents hold. */
function signed(header: string, parent: string, metadata: string, content: string): Uint8Array[] {
  const frames = toBytes(encode("", [], request()));
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
          const decoded = new Decoder(key).decode(toBytes(encode(key, ids, message)));
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
      fc.property(fc.array(frame, { maxLength: 12 }), fc.constantFrom("", KEY), (frames, key) => {
        expect(() => new Decoder(key).decode(frames)).toThrow(WireError);
      }),
    );
  });

  it("refuses a message when any one byte of its signed frames is changed", () => {
    const frames = toBytes(encode(KEY, [], request()));
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

  it("signs with HMAC-SHA256 over the four documents, as jupyter_client does", () => {
    const message = { header: {}, parent_header: {}, metadata: {}, content: {}, buffers: [] };
    const frames = encode("secret", [], message as unknown as Message<object>); // a header of no fields, to have fixed bytes
    // python: hmac.new(b"secret", b"{}" * 4, "sha256").hexdigest()
    expect(frames[1]).toBe("34982f0bfec60e7b933ffde06c1ecab0fba073717a95ab943d1dd06f82c2d5e4");
  });

  it("refuses the same message a second time, but not without a key", () => {
    const frames = toBytes(encode(KEY, [], request()));
    const decoder = new Decoder(KEY);
    decoder.decode(frames);
    expect(() => decoder.decode(frames)).toThrow(/received before/);
    const unsigned = toBytes(encode("", [], request()));
    const open = new Decoder("");
    open.decode(unsigned);
    expect(open.decode(unsigned).message.content).toEqual({ code: "1 + 1" });
  });

  it("checks the signature before it looks at the JSON", () => {
    const frames = toBytes(encode(KEY, [], request()));
    frames[3] = Buffer.from("this is no JSON");
    expect(faultOf(frames)).toBe("signature");
  });

  it("says what is wrong with frames that are no message", () => {
    expect(faultOf([])).toBe("no-delimiter");
    expect(faultOf(toBytes(["<IDS|MSG>", "", "{}"]))).toBe("too-few-frames");
    expect(faultOf(signed("{", "{}", "{}", "{}"), "")).toBe("json");
    expect(faultOf(signed("{}", "{}", "{}", "[]"), "")).toBe("json");
    expect(faultOf(signed('{"msg_type":"x"}', "{}", "{}", "{}"), "")).toBe("header");
    const invalidUtf8 = signed('{"msg_id":"1","msg_type":"x"}', "{}", "{}", "{}");
    invalidUtf8[5] = Uint8Array.of(0x22, 0xff, 0x22);
    expect(faultOf(invalidUtf8, "")).toBe("json");
  });

  it("accepts a header of an older client, which has neither date nor version", () => {
    const { message } = new Decoder("").decode(signed('{"msg_id":"1","msg_type":"x"}', "{}", "{}", "{}"));
    expect(message.header).toMatchObject({ msg_id: "1", msg_type: "x", version: "" });
  });

  it("throws a TypeError for a content that is no JSON", () => {
    const message = { ...request(), content: { big: 1n } };
    expect(() => encode(KEY, [], message)).toThrow(TypeError);
  });
});
