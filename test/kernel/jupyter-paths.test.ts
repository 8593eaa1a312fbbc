import { describe, expect, test } from "vitest";

import { prefixDataDir, systemDataDirs, userDataDir } from "../../kernel/jupyter-paths.ts";
import type { PlatformFacts } from "../../kernel/jupyter-paths.ts";

const on = (platform: NodeJS.Platform, env: PlatformFacts["env"] = {}): PlatformFacts => ({
  platform,
  env,
  home: platform === "win32" ? "C:\\Users\\ada" : "/home/ada",
});

// Expected values are those of jupyter_core.paths.jupyter_data_dir.
describe("userDataDir", () => {
  test.each([
    ["Linux", on("linux"), "/home/ada/.local/share/jupyter"],
    ["Linux with XDG_DATA_HOME", on("linux", { XDG_DATA_HOME: "/data" }), "/data/jupyter"],
    ["macOS", on("darwin"), "/home/ada/Library/Jupyter"],
    ["Windows", on("win32", { APPDATA: "C:\\Roaming" }), "C:\\Roaming\\jupyter"],
    ["Windows without APPDATA", on("win32"), "C:\\Users\\ada\\.jupyter\\data"],
    [
      "macOS with platform folders",
      on("darwin", { JUPYTER_PLATFORM_DIRS: "1" }),
      "/home/ada/Library/Application Support/Jupyter",
    ],
    [
      "Windows with platform folders",
      on("win32", { JUPYTER_PLATFORM_DIRS: "true", APPDATA: "C:\\Roaming", LOCALAPPDATA: "C:\\Local" }),
      "C:\\Local\\Jupyter",
    ],
    ["JUPYTER_DATA_DIR on Linux", on("linux", { JUPYTER_DATA_DIR: "/j", XDG_DATA_HOME: "/data" }), "/j"],
    ["JUPYTER_DATA_DIR on macOS", on("darwin", { JUPYTER_DATA_DIR: "/j" }), "/j"],
  ])("%s", (_name, facts, folder) => {
    expect(userDataDir(facts)).toBe(folder);
  });
});

describe("prefixDataDir", () => {
  test("is share/jupyter below the prefix, with the platform's separators", () => {
    expect(prefixDataDir("/opt/python", "linux")).toBe("/opt/python/share/jupyter");
    expect(prefixDataDir("C:\\Python", "win32")).toBe("C:\\Python\\share\\jupyter");
  });
});

describe("systemDataDirs", () => {
  test("knows the shared folders of each platform", () => {
    expect(systemDataDirs(on("linux"))).toEqual(["/usr/local/share/jupyter", "/usr/share/jupyter"]);
    expect(systemDataDirs(on("win32", { PROGRAMDATA: "C:\\ProgramData" }))).toEqual([
      "C:\\ProgramData\\jupyter",
    ]);
  });
});
