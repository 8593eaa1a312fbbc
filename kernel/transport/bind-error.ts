import type { Channel } from "../wire/index.ts";

/** A channel could not listen at the address that the connection file gives. */
export class BindError extends Error {
  override readonly name = "BindError";

  constructor(channel: Channel, address: string, code: string | undefined, reason: string) {
    super(`Cannot open the ${channel} channel at ${address}: ${explain(code, reason)}`);
  }
}

function explain(code: string | undefined, reason: string): string {
  switch (code) {
    case "EADDRINUSE":
      return "the port is already in use. End the program that holds it, or give another port in the connection file.";
    case "EACCES":
      return "this user may not listen there. Ports below 1024 usually belong to the system; give a higher one.";
    case "EADDRNOTAVAIL":
    case "ENODEV":
      return 'this machine has no such address. Check "ip" in the connection file.';
    default:
      return `${reason}.`;
  }
}
