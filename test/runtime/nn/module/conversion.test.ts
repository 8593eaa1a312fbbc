import { describe, expect, test } from "vitest";
import torch, { nn } from "../../../../runtime/index.ts";

describe("a module", () => {
  test("becomes one of 16 bits, and keeps its counts", () => {
    const net = new nn.BatchNorm1d(2).half();
    expect([net.weight!.dtype, net.running_mean!.dtype, net.num_batches_tracked!.dtype]).toEqual([
      torch.float16,
      torch.float16,
      torch.int64,
    ]);
    expect(net.bfloat16().weight!.dtype).toBe(torch.bfloat16);
  });

  test("is cast with its counts by type", () => {
    const net = new nn.BatchNorm1d(2).type(torch.float64);
    expect([net.weight!.dtype, net.num_batches_tracked!.dtype]).toEqual([torch.float64, torch.float64]);
  });

  test("is not cast to whole numbers while it learns", () => {
    const net = new nn.Linear(1, 1);
    expect(() => net.type(torch.int32)).toThrow("weight requires grad");
    expect(net.weight.dtype).toBe(torch.float32);
    expect(net.requires_grad_(false).type(torch.int32).bias!.dtype).toBe(torch.int32);
  });

  test("takes another order in memory for the weights of images alone, and computes the same", () => {
    const net = new nn.Sequential(new nn.Conv2d(2, 3, 2), new nn.Flatten(), new nn.Linear(12, 1));
    const x = torch.rand([1, 2, 3, 3]);
    const before = net(x);
    const weight = net.get_parameter("0.weight");
    expect(net.to({ memory_format: torch.channels_last }).get_parameter("0.weight")).toBe(weight);
    expect(weight.is_contiguous({ memory_format: torch.channels_last })).toBe(true);
    expect(net.get_parameter("2.weight").is_contiguous()).toBe(true);
    expect(net(x).sub(before).abs().max().item()).toBeLessThan(1e-6);
  });

  test("has the same tensors of any values after to_empty, and takes a state then", () => {
    const [from, net] = [new nn.BatchNorm1d(2), new nn.BatchNorm1d(2)];
    const { weight } = net;
    net.to_empty({ device: "cpu" }).load_state_dict(from.state_dict());
    expect(net.weight).toBe(weight);
    expect([net.weight!.tolist(), net.running_var!.tolist()]).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});
