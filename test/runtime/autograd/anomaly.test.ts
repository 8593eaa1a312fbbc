import { afterEach, describe, expect, test, vi } from "vitest";
import torch from "../../../runtime/index.ts";

afterEach(() => {
  vi.restoreAllMocks();
  torch.autograd.set_detect_anomaly(false);
});

describe("anomaly detection", () => {
  test("names the function whose derivative gave NaN, and the line of the forward call", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    torch.autograd.set_detect_anomaly(true);
    const y = torch.tensor([-1], { requires_grad: true }).sqrt().sum();
    expect(() => y.backward()).toThrow(
      /Function 'SqrtBackward0' returned nan values in its 0th output\..*anomaly\.test\.ts:13/s,
    );
    expect(warn.mock.calls[0]![0]).toMatch(
      /Error detected in SqrtBackward0\. Traceback of forward call that caused the error:\n.*anomaly\.test\.ts:13/s,
    );
  });

  test("tells the forward call of a tensor that was written too early", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const y = torch.autograd.detect_anomaly(() => {
      const x = torch.tensor([1], { requires_grad: true }).mul(1);
      const squared = x.mul(x);
      x.add_(1);
      return squared;
    });
    torch.autograd.detect_anomaly(() =>
      expect(() => y.backward()).toThrow("modified by an inplace operation"),
    );
    expect(warn.mock.calls[0]![0]).toContain("Error detected in MulBackward0");
  });

  test("says that it came too late when it was off in forward", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const y = torch.tensor([-1], { requires_grad: true }).sqrt().sum();
    torch.autograd.detect_anomaly(() => expect(() => y.backward()).toThrow("nan values"));
    expect(warn.mock.calls[0]![0]).toContain("No forward pass information available");
  });
});
