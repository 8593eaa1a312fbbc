import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ConnectionError,
  endpoint,
  parseConnection,
  readConnectionFile,
} from "../../../kernel/wire/index.ts";

const complete = {
  transport: "tcp",
  ip: "127.0.0.1",
  shell_port: 1001,
  iopub_port: 1002,
  stdin_port: 1003,
  control_port: 1004,
  hb_port: 1005,
  signature_scheme: "hmac-sha256",
  key: "0123",
};

const parse = (fields: object): unknown => parseConnection(JSON.stringify(fields), "kernel.json");

describe("A connection file", () => {
  it("is read with its addresses, for tcp and for ipc", () => {
    const info = parseConnection(JSON.stringify({ ...complete, kernel_name: "ignored" }), "kernel.json");
    expect(info).toEqual(complete);
    expect(endpoint(info, "shell")).toBe("tcp://127.0.0.1:1001");
    expect(endpoint({ ...info, transport: "ipc", ip: "/run/kernel" }, "hb")).toBe("ipc:///run/kernel-1005");
  });

  it.each(["ip", "shell_port", "iopub_port", "stdin_port", "control_port", "hb_port", "key"])(
    "without %s is refused with the name of the field and of the file",
    (field) => {
      const { [field as keyof typeof complete]: _left, ...rest } = complete;
      expect(() => parse(rest)).toThrow(`kernel.json: the field "${field}" is missing`);
    },
  );

  it.each([0, -1, 65_536, 1.5, "5555", null])(
    "with the port %j is refused with the range that is allowed",
    (port) => {
      expect(() => parse({ ...complete, iopub_port: port })).toThrow(
        `"iopub_port" must be a whole number from 1 to 65535; got ${JSON.stringify(port)}.`,
      );
    },
  );

  it("with another signature scheme or transport is refused with those that are known", () => {
    expect(() => parse({ ...complete, signature_scheme: "hmac-crc32" })).toThrow(
      '"signature_scheme" is "hmac-crc32"; this kernel knows "hmac-sha256", "hmac-sha1",',
    );
    expect(() => parse({ ...complete, transport: "udp" })).toThrow('knows "tcp" and "ipc"');
  });

  it.each(["hmac-sha1", "hmac-sha384", "hmac-sha512", "hmac-sha3_256"])(
    "may name the signature scheme %s",
    (signature_scheme) => {
      expect(parse({ ...complete, signature_scheme })).toMatchObject({ signature_scheme });
    },
  );

  it("may have an empty key, but not one that is no text", () => {
    expect(parse({ ...complete, key: "" })).toMatchObject({ key: "" });
    expect(() => parse({ ...complete, key: 5 })).toThrow("an empty one switches signing off");
  });

  it("of any other text is refused with a ConnectionError that names the file", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => parseConnection(text, "kernel.json")).toThrow(ConnectionError);
        expect(() => parseConnection(text, "kernel.json")).toThrow(/^kernel\.json: /);
      }),
    );
  });

  it("that does not exist, or is a folder, is told apart from one that is broken", async () => {
    const folder = await mkdtemp(join(tmpdir(), "connection-test-"));
    try {
      await expect(readConnectionFile(join(folder, "none.json"))).rejects.toThrow(
        "there is no such connection file",
      );
      await expect(readConnectionFile(folder)).rejects.toThrow("this is a folder");
      await writeFile(join(folder, "cut.json"), '{"transport": "tcp", "ip"');
      await expect(readConnectionFile(join(folder, "cut.json"))).rejects.toThrow("not a connection file");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
