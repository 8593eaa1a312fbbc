/** A cell asks for input where nobody can answer: its request was made with `allow_stdin: false`, as nbconvert makes it. */
export class StdinNotImplementedError extends Error {
  override readonly name = "StdinNotImplementedError";

  constructor() {
    super(
      "This cell asked for input, but the front end that sent it takes none (allow_stdin is false). " +
        "Run it where someone can answer, such as JupyterLab, or give the value in the code.",
    );
  }
}
