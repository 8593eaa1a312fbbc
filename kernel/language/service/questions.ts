import type { ProjectSettings } from "../project-settings.ts";
import type { CellDiagnostic, TypesMode } from "../types.ts";
import type { OwnTypes } from "./project.ts";

/** What the thread of the language service starts with. */
export interface LanguageThreadData {
  readonly cwd: string;
  readonly own: OwnTypes;
  /** Whether types are checked from the beginning: otherwise the server waits until somebody asks. */
  readonly eager: boolean;
}

/** From the main thread to the thread of the language service. */
export type ToLanguage =
  | {
      readonly type: "check";
      readonly id: number;
      readonly name: string;
      readonly source: string;
      readonly mode: TypesMode;
    }
  | { readonly type: "accept"; readonly name: string }
  | { readonly type: "retract"; readonly name: string; readonly existing: readonly string[] };

/** From the thread of the language service to the main thread. */
export type FromLanguage =
  /** What was found in the cell of a `check`; `failure` says why nothing could be found. */
  | {
      readonly type: "checked";
      readonly id: number;
      readonly diagnostics: readonly CellDiagnostic[];
      readonly failure: string | null;
    }
  /** What the notebook's folder is configured to do. */
  | { readonly type: "configured"; readonly settings: ProjectSettings }
  /** What the user should know, such as a configuration that cannot be read. */
  | { readonly type: "notice"; readonly text: string };

/** A question of a front end, answered while cells run. */
export interface FrontQuestion {
  readonly id: number;
  readonly type: "complete_request" | "inspect_request";
  /** `cursor_pos` counts code points. */
  readonly content: { readonly code: string; readonly cursor_pos: number; readonly detail_level: 0 | 1 };
}

/** The answer: the content of the reply. */
export interface FrontAnswer {
  readonly id: number;
  readonly content: object;
}
