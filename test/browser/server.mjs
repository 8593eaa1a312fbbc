import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const COMMAND_LINE = fileURLToPath(new URL("../../dist/kernel/cli/main.js", import.meta.url));
const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 10_000;

/** Installs the built kernel below a prefix, as a user does. */
export async function installKernel(prefix) {
  await promisify(execFile)(process.execPath, [COMMAND_LINE, "install", "--prefix", prefix]);
}

/**
 * Starts JupyterLab on loopback with a token, with fresh settings and the kernel of `folder`/prefix.
 *
 * @param python an interpreter that has jupyterlab
 * @param folder where its configuration and data go
 * @param notebooks what it serves
 * @throws Error with what it printed, when it ends or does not answer.
 */
export async function startJupyterLab(python, folder, notebooks) {
  const token = randomBytes(16).toString("hex");
  const port = await freePort();
  const config = path.join(folder, "config");
  const useTheme = async (theme) => writeSettings(config, "apputils-extension/themes", { theme });
  await useTheme("JupyterLab Light");
  // Off the screen a cell's elements are detached otherwise, and could not be looked at.
  await writeSettings(config, "notebook-extension/tracker", { windowingMode: "none" });
  // Asks for no news, so that no question covers the page.
  await writeSettings(config, "apputils-extension/notification", {
    fetchNews: "false",
    checkForUpdates: false,
  });
  const child = spawn(
    python,
    [
      "-m",
      "jupyterlab",
      "--no-browser",
      "--allow-root",
      "--ServerApp.ip=127.0.0.1",
      `--ServerApp.port=${port}`,
      "--ServerApp.port_retries=0",
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${notebooks}`,
    ],
    { env: environment(folder, config), stdio: ["ignore", "pipe", "pipe"] },
  );
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (printed += chunk));
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/api/status?token=${token}`, child, () => printed);
  return { url, token, useTheme, stop: () => stop(child) };
}

function environment(folder, config) {
  return {
    ...process.env,
    JUPYTER_PATH: path.join(folder, "prefix", "share", "jupyter"),
    JUPYTER_CONFIG_DIR: config,
    JUPYTER_DATA_DIR: path.join(folder, "data"),
    JUPYTER_RUNTIME_DIR: path.join(folder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: path.join(config, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: path.join(config, "workspaces"),
  };
}

async function writeSettings(config, plugin, settings) {
  const file = path.join(config, "settings", "@jupyterlab", `${plugin}.jupyterlab-settings`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(settings));
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

async function answers(url, child, printed) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`JupyterLab ended with ${child.exitCode}:\n${printed()}`);
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await sleep(250);
  }
  await stop(child);
  throw new Error(`JupyterLab did not answer within ${START_TIMEOUT_MS / 1000} s. It printed:\n${printed()}`);
}

/** Ends the server, and with it the kernels that it started. */
async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await ended;
  clearTimeout(late);
}
