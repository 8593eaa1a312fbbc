/** How a kernel's process begins and ends, as built in dist. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { freeConnection } from "../../../kernel/client/free-connection.ts";
import { KernelDiedError, startKernel } from "../../../kernel/client/index.ts";
import { kernelCommand } from "../../../kernel/launch.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kernel-test-"));
});

afterAll(async () => rm(folder, { recursive: true }));

async function exitOf(connectionFile: string): Promise<{ code: number; stderr: string }> {
  const { command, args } = kernelCommand(connectionFile);
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => (text += part));
  const [code] = (await once(child, "close")) as [number];
  return { code, stderr: text };
}

describe("A kernel process", () => {
  it("refuses a connection file that is missing or broken with one line and a failure", async () => {
    const missing = await exitOf(join(folder, "missing.json"));
    expect(missing.code).toBe(1);
    expect(missing.stderr).toMatch(/^\[typetorch\] .*missing\.json: there is no such connection file\..*\n$/);
    const broken = join(folder, "broken.json");
    await writeFile(broken, "{");
    expect(await exitOf(broken)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("not a connection file"),
    });
  });

  it("refuses a port that is in use, naming the port and the channel", async () => {
    const server = createServer();
    const info = await freeConnection();
    await new Promise<void>((resolve) => server.listen(info.shell_port, "127.0.0.1", resolve));
    const file = join(folder, "taken.json");
    await writeFile(file, JSON.stringify(info));
    const { code, stderr } = await exitOf(file);
    server.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `[typetorch] Cannot open the shell channel at tcp://127.0.0.1:${info.shell_port}: the port is already in use. ` +
        "End the program that holds it, or give another port in the connection file.\n",
    );
    await expect(
      startKernel({ cwd: folder, connectionFile: file }).then((k) => k.shutdown()),
    ).resolves.toBeDefined();
  });

  it("writes its connection file for this user alone, and takes it away at its end", async () => {
    const own = await startKernel({ cwd: folder });
    expect((await stat(own.connectionFile)).mode & 0o777).toBe(0o600);
    await own.shutdown();
    await expect(stat(own.connectionFile)).rejects.toThrow("ENOENT");
  });

  it("listens on ipc as well", async () => {
    const file = join(folder, "ipc.json");
    const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
    await writeFile(file, JSON.stringify({ transport: "ipc", ip: join(folder, "k"), key: "", ...ports }));
    const own = await startKernel({ cwd: folder, connectionFile: file });
    expect((await own.client.execute("1")).status).toBe("ok");
    expect(await own.shutdown()).toEqual({ code: 0, signal: null });
  });

  it.each(["1", "while (true) {}", "await new Promise(() => {})", "for (;;) console.log('x')"])(
    "ends with success when it is asked to while `%s` runs, and leaves no process",
    async (cell) => {
      const own = await startKernel({ cwd: folder });
      const running = own.client.execute(cell).catch((error: unknown) => error);
      await sleep(100);
      expect(await own.shutdown()).toEqual({ code: 0, signal: null });
      expect(() => process.kill(own.pid, 0)).toThrow("ESRCH");
      await running;
    },
  );

  it("that dies in the middle of a cell fails the cell with how it died", async () => {
    const own = await startKernel({ cwd: folder });
    const running = own.client.execute("while (true) {}");
    await sleep(50);
    process.kill(own.pid, "SIGKILL");
    await expect(running).rejects.toThrow(KernelDiedError);
    await expect(running).rejects.toThrow("was ended by signal SIGKILL");
    await expect(own.client.execute("1")).rejects.toThrow("was ended by signal SIGKILL");
  });

  it("ends by itself when the process that started it is gone", async () => {
    const file = join(folder, "orphan.json");
    await writeFile(file, JSON.stringify(await freeConnection()));
    const { command, args } = kernelCommand(file);
    const script = `
      const { spawn } = require("node:child_process");
      const child = spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, {
        env: { ...process.env, JPY_PARENT_PID: String(process.pid) }, stdio: "ignore", detached: true });
      console.log(child.pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 1500);`;
    const starter = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    const [pid] = (await once(starter.stdout, "data")) as [Buffer];
    await once(starter, "close");
    const alive = (): boolean => {
      try {
        return process.kill(Number(String(pid)), 0);
      } catch {
        return false;
      }
    };
    await vi.waitFor(() => expect(alive()).toBe(false), { timeout: 20_000 });
  });
});
