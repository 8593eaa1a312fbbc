/** What is `null` on some tensors, and when it is not. The compiler takes them for present, as Python does. */
const absences: readonly (readonly [text: RegExp, why: string])[] = [
  [
    /\.grad_fn!?[.[]/u,
    "grad_fn is null of a tensor that was not computed from one with requires_grad, or inside torch.no_grad.",
  ],
  [
    /\.grad!?[.[]/u,
    "grad is null until backward() has run, of tensors without requires_grad, and of computed ones without retain_grad().",
  ],
  [/\.bias!?[.[]/u, "bias is null of a layer that was made with bias: false."],
  [/current_accelerator\(\)/u, "There is no accelerator: ask torch.accelerator.is_available() first."],
];

/** Why something on a line is `null`, for an error that says only that it is; `null` where nobody knows. */
export function nullAdvice(message: string, line: string): string | null {
  if (!message.startsWith("Cannot read properties of null")) return null;
  return absences.find(([text]) => text.test(line))?.[1] ?? null;
}
