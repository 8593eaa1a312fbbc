import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder of the compiled package, or the repository when it runs from source. */
const packageRoot = new URL("../../../", import.meta.url).href;
const ownFolders = ["kernel/", "runtime/", "renderers/"].flatMap((folder) => [
  packageRoot + folder,
  fileURLToPath(packageRoot + folder),
]);

/** The tensor library as it is built: V8 keeps the name of the installation that compiled the code first, which may be another one. */
const builtRuntime = /\/runtime\/runtime\.cjs$/u;

/** Whether a URL or path lies in this package's own code. */
export function isOwnFile(file: string): boolean {
  return builtRuntime.test(file) || ownFolders.some((folder) => file.startsWith(folder));
}

/** Whether a stack frame's file is Node's, the kernel's or the tensor library's: code that a notebook's reader did not write. */
export function isKernelFrame(file: string): boolean {
  return (
    file === "" || file.startsWith("node:") || file === "<anonymous>" || file === "native" || isOwnFile(file)
  );
}

/** A file as it is shown: relative to the working folder if it lies inside. */
export function shortFile(file: string): string {
  if (!file.startsWith("file:")) return file;
  const absolute = fileURLToPath(file);
  const relative = path.relative(process.cwd(), absolute);
  return relative.startsWith("..") ? absolute : relative;
}
