/** The program of a thread of the pool. */
import { handover } from "./handover.ts";
import { Server } from "./server.ts";
import { tasks } from "./tasks.ts";

if (handover === null)
  throw new Error("worker.ts is the program of a thread of the pool; it cannot be run by itself.");
new Server(handover, tasks).serve();
