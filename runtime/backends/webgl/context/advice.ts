/** What to install for WebGL, for each system. */
import { readFileSync } from "node:fs";

/** Kinds of system that have packages of their own. */
export type System = "debian" | "fedora" | "linux" | "macos" | "windows";

/** The kind of this system; Linux is known by `/etc/os-release`, which names the distribution and those that it is like. */
export function systemHere(
  platform: NodeJS.Platform = process.platform,
  release: string = readRelease(),
): System {
  if (platform === "darwin") return "macos";
  if (platform === "win32") return "windows";
  const names = [...release.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].flatMap((match) =>
    match[1]!.split(" "),
  );
  if (names.some((name) => name === "debian" || name === "ubuntu")) return "debian";
  if (names.some((name) => name === "fedora" || name === "rhel")) return "fedora";
  return "linux";
}

function readRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    return "";
  }
}

/** The package `gl` has a native part that npm compiles: what that takes. */
const toolchain: Readonly<Record<System, string>> = {
  debian: "sudo apt-get install build-essential python3",
  fedora: "sudo dnf install gcc-c++ make python3",
  linux: "Install a C++ compiler, make and Python 3",
  macos: "xcode-select --install",
  windows:
    'winget install Python.Python.3.12 Microsoft.VisualStudio.2022.BuildTools --override "--passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"',
};

/** A display without a screen, and Mesa's drivers, which also draw on a processor. */
const drivers: Readonly<Record<System, string>> = {
  debian: "sudo apt-get install xvfb libgl1 libgl1-mesa-dri libegl1 libxext6 libvulkan1 mesa-vulkan-drivers",
  fedora:
    "sudo dnf install xorg-x11-server-Xvfb mesa-libGL mesa-libEGL mesa-dri-drivers libXext vulkan-loader mesa-vulkan-drivers",
  linux: "Install Xvfb and Mesa's drivers for OpenGL, or Vulkan's loader and Mesa's drivers for Vulkan",
  macos: "Update macOS: its Metal driver is all that is needed",
  windows: "Update the graphics driver: Direct3D 11 is all that is needed",
};

/** The version of `gl` that the package is made for. */
const glVersion = "9.0.0-rc.10";

/** What to install, a line each, when the package `gl` is what is missing. */
export function adviseForGl(system: System): readonly string[] {
  const isLinux = system !== "macos" && system !== "windows";
  return [
    toolchain[system],
    `npm install gl@${glVersion} (npm rebuild gl, where it is there)`,
    ...(isLinux ? [drivers[system]] : []),
  ];
}

/** What to install, a line each, when no driver gave a context. */
export function adviseForDrivers(system: System): readonly string[] {
  return [drivers[system]];
}
