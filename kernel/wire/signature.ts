import { createHmac, timingSafeEqual } from "node:crypto";

const encoder = new TextEncoder();

/**
 * The signature of the four JSON frames: HMAC-SHA256 in lower-case hexadecimal, or empty when the key is empty, which
 * switches signing off ("The Wire Protocol", messaging specification 5.5).
 */
export function sign(key: string, frames: readonly (string | Uint8Array)[]): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const frame of frames) hmac.update(frame);
  return hmac.digest("hex");
}

/** Whether `signature` is the one that `key` gives; takes the same time wherever the two differ. */
export function verify(key: string, signature: Uint8Array, frames: readonly Uint8Array[]): boolean {
  const expected = encoder.encode(sign(key, frames));
  return signature.length === expected.length && timingSafeEqual(signature, expected);
}
