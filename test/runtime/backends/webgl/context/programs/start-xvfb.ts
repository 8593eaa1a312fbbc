/** Starts a server, says its display, and is killed. */
import { writeSync } from "node:fs";
import { startXvfb } from "../../../../../../runtime/backends/webgl/context/xvfb.ts";

writeSync(1, startXvfb().display);
process.kill(process.pid, "SIGKILL");
