import { CELL_SUPPORT } from "./types.ts";

/** How `<b/>` is compiled: as calls of an imported function, or of one that has a name. */
export type JsxSettings =
  | { readonly runtime: "automatic"; readonly importSource: string }
  | { readonly runtime: "classic"; readonly pragma: string; readonly pragmaFrag: string };

/** JSX without React: elements are plain objects, made by a function of the kernel. */
export const ownJsx: Extract<JsxSettings, { runtime: "classic" }> = {
  runtime: "classic",
  pragma: `${CELL_SUPPORT}.jsx`,
  pragmaFrag: `${CELL_SUPPORT}.Fragment`,
};

/** What the configuration of the notebook's folder says about code that runs: the cells, and the files that they import. */
export interface ProjectSettings {
  readonly jsx: JsxSettings;
  /** `experimentalDecorators`: those of TypeScript 4, in place of the standard's. */
  readonly legacyDecorators: boolean;
  /** `paths`, with absolute substitutions. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
}

/** What holds without a configuration. */
export const defaultSettings: ProjectSettings = { jsx: ownJsx, legacyDecorators: false, paths: {} };
