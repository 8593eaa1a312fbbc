import { describe, expect, test } from "vitest";
import torch from "../../runtime/index.ts";

describe("the memory behind a tensor", () => {
  test("is the same for its views, and another for every other tensor", () => {
    const [x, y] = [torch.zeros(4, 6), torch.zeros(4, 6)];
    expect(x.view(-1).data_ptr()).toBe(x.data_ptr());
    expect(x.t().untyped_storage().data_ptr()).toBe(x.untyped_storage().data_ptr());
    expect(x.clone().data_ptr()).not.toBe(x.data_ptr());
    expect(y.data_ptr()).not.toBe(x.data_ptr());
  });

  test("is told from its first byte, as far away as the offset says", () => {
    const x = torch.zeros(4, 6, { dtype: torch.float64 });
    expect(x.select(0, 1).data_ptr() - x.data_ptr()).toBe(6 * 8);
    expect(x.select(0, 1).untyped_storage().data_ptr()).toBe(x.data_ptr());
  });

  test("does not depend on the dtype in which it is seen", () => {
    const x = torch.zeros(6);
    expect(x.view(torch.int16).data_ptr()).toBe(x.data_ptr());
  });

  test("counts its bytes, also those that the tensor does not show", () => {
    const storage = torch.arange(10).narrow(0, 2, 3).untyped_storage();
    expect([storage.nbytes(), storage.size(), storage.length]).toEqual([80, 80, 80]);
    expect(String(storage)).toBe("[torch.storage.UntypedStorage(device=cpu) of size 80]");
    expect(torch.empty(0).data_ptr()).toBe(0);
    expect(torch.ones(2).layout).toBe(torch.strided);
  });

  test("never overlaps other memory", () => {
    const tensors = Array.from({ length: 20 }, (_, i) => torch.zeros(1 + 7 * i));
    const ordered = tensors.toSorted((x, y) => x.data_ptr() - y.data_ptr());
    const gaps = ordered.slice(1).map((x, i) => x.data_ptr() - ordered[i]!.data_ptr() - ordered[i]!.nbytes);
    expect(gaps.filter((gap) => gap < 0)).toEqual([]);
  });
});
