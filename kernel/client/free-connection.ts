import { randomBytes } from "node:crypto";
import { createServer, type AddressInfo, type Server } from "node:net";
import { CHANNELS, type ConnectionInfo } from "../wire/index.ts";

const LOOPBACK = "127.0.0.1";
const KEY_BYTES = 32;

/** A connection on this machine alone: free ports on loopback, and a key of 256 random bits. */
export async function freeConnection(): Promise<ConnectionInfo> {
  const [shell_port, iopub_port, stdin_port, control_port, hb_port] = (await freePorts(CHANNELS.length)) as [
    number,
    number,
    number,
    number,
    number,
  ]; // one port for each of the five channels
  const key = randomBytes(KEY_BYTES).toString("hex");
  const ports = { shell_port, iopub_port, stdin_port, control_port, hb_port };
  return { transport: "tcp", ip: LOOPBACK, ...ports, signature_scheme: "hmac-sha256", key };
}

/** All ports are held open until the last one is known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port); // a listening TCP server has one
  await Promise.all(servers.map(close));
  return ports;
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return server;
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
