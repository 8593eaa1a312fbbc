/** A derivative that disagrees with finite differences. Source: `torch.autograd.gradcheck.GradcheckError`. */
export class GradcheckError extends Error {
  override readonly name = "GradcheckError";
}
