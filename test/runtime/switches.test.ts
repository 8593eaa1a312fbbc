import { afterEach, describe, expect, test } from "vitest";
import torch, { nn, RuntimeError } from "../../runtime/index.ts";

describe("switches that programs for PyTorch set", () => {
  afterEach(() => {
    torch.set_float32_matmul_precision("highest");
    torch.use_deterministic_algorithms(false);
  });

  test("the precision of products is remembered", () => {
    torch.set_float32_matmul_precision("high");
    expect(torch.get_float32_matmul_precision()).toBe("high");
    // A program without types may say anything.
    expect(() => torch.set_float32_matmul_precision("low" as "high")).toThrow(RuntimeError);
    expect(torch.get_float32_matmul_precision()).toBe("high");
  });

  test("deterministic algorithms are remembered", () => {
    torch.use_deterministic_algorithms(true, { warn_only: true });
    expect(torch.are_deterministic_algorithms_enabled()).toBe(true);
    expect(torch.is_deterministic_algorithms_warn_only_enabled()).toBe(true);
    torch.use_deterministic_algorithms(false);
    expect(torch.is_deterministic_algorithms_warn_only_enabled()).toBe(false);
  });

  test("compile gives back what it is given", () => {
    const net = new nn.Linear(2, 1);
    expect(torch.compile(net)).toBe(net);
    expect(torch.compile({ mode: "max-autotune" })(net)).toBe(net);
    expect(() => torch.compile(3 as never)).toThrow(TypeError);
  });

  test("the version is PyTorch's", () => {
    expect(torch.__version__).toMatch(/^2\.13\.\d+\+/);
  });
});
