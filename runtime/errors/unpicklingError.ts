/** A pickle that is damaged, or that asks for more than numbers, text, containers and tensors. Named as Python names it. */
export class UnpicklingError extends Error {
  override readonly name = "UnpicklingError";
}
