import { expect, test, vi } from "vitest";
import { blas } from "../../../../../runtime/backends/settings.ts";

vi.mock("../../../../../runtime/backends/cpu/blas/library.ts", () => ({ blasLibrary: () => null }));

test("without a BLAS library, that is said, and switching it on fails with what to do", () => {
  expect(blas.is_available()).toBe(false);
  expect(blas.library).toBeNull();
  expect(blas.version()).toBeNull();
  expect(() => {
    blas.enabled = true;
  }).toThrow(/no BLAS library to use.*Install OpenBLAS/);
  blas.enabled = false;
  expect(blas.enabled).toBe(false);
});
