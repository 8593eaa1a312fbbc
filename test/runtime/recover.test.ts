import { Script } from "node:vm";
import { expect, test } from "vitest";
import { heapFreeBytes, withTemporary } from "../../runtime/backends/cpu/memory/heap.ts";
import torch, { recoverFromInterrupt, type Tensor } from "../../runtime/index.ts";

/** Runs `body` over and over until V8 stops it wherever it is, as an interrupt of the kernel does. */
function stopInTheMiddle(body: () => void, milliseconds = 5): void {
  (globalThis as { body?: () => void }).body = body;
  const script = new Script("for (;;) body();");
  expect(() => script.runInThisContext({ timeout: milliseconds })).toThrow(/timed out/);
}

test("after a program was stopped in the middle of operations, recording and memory are in order again", () => {
  const x = torch.randn([64, 64], { requires_grad: true });
  const work = (): Tensor => x.mul(2).softmax(1).add(x);
  let disordered = 0;
  for (let i = 0; i < 60; i++) {
    stopInTheMiddle(() => {
      torch.no_grad(work);
      work().sum().backward();
    });
    if (!torch.is_grad_enabled()) disordered++;
    recoverFromInterrupt();
    expect(torch.is_grad_enabled()).toBe(true);
    x.grad = null;
    work().sum().backward();
    expect(x.grad).not.toBeNull();
  }
  // Otherwise the test has stopped nothing in the middle.
  expect(disordered).toBeGreaterThan(0);
  expect(torch.memory_stats()["allocated_bytes.all.current"]).toBeLessThan(64 * 1024 * 1024);
});

test("a block that an operation held when it was stopped is free again", () => {
  withTemporary(1 << 20, () => undefined);
  const before = heapFreeBytes();
  // A busy machine may take long to come to the operation.
  for (let milliseconds = 5; heapFreeBytes() === before && milliseconds < 5000; milliseconds *= 2)
    stopInTheMiddle(
      () =>
        withTemporary(1 << 20, () => {
          for (;;);
        }),
      milliseconds,
    );
  expect(heapFreeBytes()).toBeLessThan(before);
  recoverFromInterrupt();
  expect(heapFreeBytes()).toBe(before);
});

test("a mode that was set for good is kept", () => {
  const { restore } = torch.set_grad_enabled(false);
  recoverFromInterrupt();
  expect(torch.is_grad_enabled()).toBe(false);
  restore();
  recoverFromInterrupt();
  expect(torch.is_grad_enabled()).toBe(true);
});
