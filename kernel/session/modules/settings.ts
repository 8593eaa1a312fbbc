import { defaultSettings, type ProjectSettings } from "../../language/index.ts";

let settings: ProjectSettings = defaultSettings;

/** Says how files that cells import are found and compiled. On Node 20 the hooks of the loader have a thread, and hear it there too. */
export function useSettings(project: ProjectSettings): void {
  settings = project;
}

/** How files that cells import are found and compiled. */
export function moduleSettings(): ProjectSettings {
  return settings;
}
