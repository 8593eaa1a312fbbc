import { vi } from "vitest";
import torch from "../../runtime/index.ts";

/**
 * What `body` warns of. Warnings are given once in a process, which files of tests share: here they come whatever was warned of before.
 *
 * @throws what `body` throws
 */
export function warningsOf(body: () => void): string[] {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const before = torch.is_warn_always_enabled();
  torch.set_warn_always(true);
  try {
    body();
    return warn.mock.calls.flat().map(String);
  } finally {
    torch.set_warn_always(before);
    warn.mockRestore();
  }
}
