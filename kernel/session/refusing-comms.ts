import type { Comms } from "./types.ts";

/** Comms where no target is registered: whatever a front end opens is closed at once. */
export const refusingComms: Comms = {
  expects: () => false,
  async receive({ type, commId }, { output }) {
    if (type === "comm_open")
      output.broadcast({ type: "comm_close", content: { comm_id: commId, data: {} } });
  },
  open: () => ({}),
};
