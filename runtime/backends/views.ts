/** Views among the arguments of a backend's methods. */
import type { View } from "./backend.ts";

/** Whether an argument of a method is a view; a storage is in no other argument. */
export function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && "storage" in value;
}

/** Objects that hold views in their fields, such as the operands of an attention, and lists. */
export function isHolder(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  return !Array.isArray(value) || typeof value[0] === "object";
}
