/** The program of a thread that knows the tests' tasks. */
import { handover } from "../../../../../runtime/backends/cpu/threads/handover.ts";
import { Server } from "../../../../../runtime/backends/cpu/threads/server.ts";
import { tasks } from "./tasks.ts";

if (handover !== null) new Server(handover, tasks).serve();
