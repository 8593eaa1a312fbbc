import type { InputSource } from "../types.ts";

/** What {@link Dialogs.prompt} can do beyond a browser's. */
export interface PromptOptions {
  /** Whether the front end hides what is typed. */
  readonly password?: boolean;
}

/** The dialogs of browsers, as globals of cells. Each blocks until the user has answered; timers and promises wait, too. */
export interface Dialogs {
  /**
   * Asks for a line of text.
   *
   * @param fallback what an empty line stands for, shown in brackets
   * @throws StdinNotImplementedError when the front end takes no input
   */
  prompt(message?: unknown, fallback?: unknown, options?: PromptOptions): string;
  /** Asks for `y` or `yes`; everything else is no. @throws StdinNotImplementedError when the front end takes no input */
  confirm(message?: unknown): boolean;
  /** Shows a message and waits for Enter. @throws StdinNotImplementedError when the front end takes no input */
  alert(message?: unknown): void;
}

/** @param inputOf the input of the cell that calls */
export function createDialogs(inputOf: () => InputSource): Dialogs {
  return {
    prompt(message = "", fallback, { password = false } = {}) {
      const standing = fallback === undefined ? null : String(fallback);
      const prompt = standing === null ? String(message) : `${spaced(message)}[${standing}] `;
      const line = inputOf().askNow({ prompt, password });
      return line === "" && standing !== null ? standing : line;
    },
    confirm(message = "") {
      const line = inputOf().askNow({ prompt: `${spaced(message)}[y/N] `, password: false });
      return /^\s*y(?:es)?\s*$/iu.test(line);
    },
    alert(message = "") {
      inputOf().askNow({ prompt: `${spaced(message)}[Enter] `, password: false });
    },
  };
}

/** A text that something follows on the same line. */
function spaced(message: unknown): string {
  const text = String(message);
  return text === "" || /\s$/u.test(text) ? text : `${text} `;
}
