import { createHmac, getHashes, timingSafeEqual } from "node:crypto";

/** How the messages of a connection are signed: fields of its connection file. */
export interface Signing {
  /** Empty switches signing off. */
  readonly key: string;
  /** `hmac-` and the name that Python's `hashlib` has for a hash function. */
  readonly signature_scheme: string;
}

const encoder = new TextEncoder();
const SCHEME = /^hmac-/u;

/** What OpenSSL calls the hash functions that Python's `hashlib` always has, and from which Jupyter's clients choose. */
const hashes: Readonly<Record<string, string>> = {
  sha256: "sha256",
  sha1: "sha1",
  sha224: "sha224",
  sha384: "sha384",
  sha512: "sha512",
  sha3_224: "sha3-224",
  sha3_256: "sha3-256",
  sha3_384: "sha3-384",
  sha3_512: "sha3-512",
  blake2b: "blake2b512",
  blake2s: "blake2s256",
  md5: "md5",
};

/** The signature schemes that this Node can compute. */
export function signatureSchemes(): string[] {
  const available = new Set(getHashes());
  return Object.entries(hashes).flatMap(([name, hash]) => (available.has(hash) ? [`hmac-${name}`] : []));
}

/**
 * The signature of the four JSON frames: their HMAC in lower-case hexadecimal, or empty when the key is empty, which
 * switches signing off ("The Wire Protocol", messaging specification 5.5).
 */
export function sign({ key, signature_scheme }: Signing, frames: readonly (string | Uint8Array)[]): string {
  if (key === "") return "";
  const name = signature_scheme.replace(SCHEME, "");
  const hmac = createHmac(hashes[name] ?? name, key);
  for (const frame of frames) hmac.update(frame);
  return hmac.digest("hex");
}

/** Whether `signature` is the one that `signing` gives; takes the same time wherever the two differ. */
export function verify(signing: Signing, signature: Uint8Array, frames: readonly Uint8Array[]): boolean {
  const expected = encoder.encode(sign(signing, frames));
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
