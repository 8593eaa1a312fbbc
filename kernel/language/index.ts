export { LanguageClient } from "./service/language-client.ts";
export { compileCell } from "./compile.ts";
export { isComplete } from "./completeness.ts";
export { CellSyntaxError } from "./syntax-error.ts";
export { bindingName, writtenName } from "./own-globals.ts";
export { compileModule } from "./module-source.ts";
export { insteadOfPythonName } from "./python.ts";
export { codeFrame } from "./code-frame.ts";
export { esbuildOptions } from "./strip.ts";
export { mappedPaths } from "./path-mapping.ts";
export { defaultSettings, type ProjectSettings } from "./project-settings.ts";
export { CELL_SUPPORT } from "./types.ts";
export type {
  CellSupport,
  CompiledCell,
  Completeness,
  ImportRequest,
  JupyterError,
  Position,
} from "./types.ts";
