import { readFile } from "node:fs/promises";
import { ConnectionError } from "./connection-error.ts";
import { parseConnection, type ConnectionInfo } from "./connection.ts";

/**
 * Reads a connection file from disk.
 * @throws ConnectionError when it cannot be read or is not a usable connection file.
 */
export async function readConnectionFile(path: string): Promise<ConnectionInfo> {
  return parseConnection(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConnectionError(`${path}: ${reason(error as NodeJS.ErrnoException)}`); // readFile rejects with these
  }
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case "ENOENT":
      return "there is no such connection file. Check the path; a kernel that has ended takes its file away.";
    case "EACCES":
      return "the connection file may not be read by this user. It belongs to whoever started the kernel.";
    case "EISDIR":
      return "this is a folder; a connection file was expected.";
    default:
      return `the connection file cannot be read: ${error.message}.`;
  }
}
