/**
 * ANGLE loads Vulkan's loader from the folder of its own libraries and from nowhere else. For as long as a context is being opened there is a folder that has all of
 * them, as links.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { nativeFolder } from "./library.ts";

const loader = "libvulkan.so.1";

/** Where distributions put libraries, for systems on which `ldconfig` cannot be asked. */
const usualFolders: readonly string[] = [
  "/usr/lib/x86_64-linux-gnu",
  "/usr/lib/aarch64-linux-gnu",
  "/usr/lib64",
  "/usr/lib",
  "/usr/local/lib",
];

/** The loader's path, `null` where it is not installed. */
function findLoader(): string | null {
  const named = (process.env["LD_LIBRARY_PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [
    ...named.map((folder) => join(folder, loader)),
    ...askLinker(),
    ...usualFolders.map((folder) => join(folder, loader)),
  ];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** Lines of `ldconfig -p` are `libvulkan.so.1 (libc6,x86-64) => /usr/lib/…`. */
function askLinker(): string[] {
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  const architecture = process.arch === "arm64" ? "AArch64" : "x86-64";
  for (const program of ["ldconfig", "/sbin/ldconfig"])
    try {
      const table = execFileSync(program, ["-p"], { encoding: "utf8", stdio: "pipe", timeout: 2000 });
      return table
        .split("\n")
        .filter((line) => line.trim().startsWith(`${loader} `) && line.includes(architecture))
        .flatMap((line) => line.split(" => ")[1]?.trim() ?? []);
    } catch {
      // The next name, and then the usual folders.
    }
  return [];
}

/**
 * Makes the folder. `tidy` removes it: native code has opened by then what it needs.
 *
 * @throws Error where Vulkan's loader is not installed.
 */
export function linkVulkan(): { readonly folder: string; readonly tidy: () => void } {
  const path = findLoader();
  if (path === null) throw new Error(`Vulkan's loader (${loader}) is not installed`);
  const libraries = nativeFolder();
  const folder = mkdtempSync(join(tmpdir(), "typetorch-vulkan-"));
  for (const file of readdirSync(libraries))
    if (/\.(?:so|node)$/.test(file)) symlinkSync(join(libraries, file), join(folder, file));
  symlinkSync(path, join(folder, loader));
  return { folder, tidy: () => rmSync(folder, { recursive: true, force: true }) };
}
