import { execFileSync } from "node:child_process";
import {
  chmod,
  constants,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { ensureWritableFolder, readInput, writeFilesAtomically } from "../../../kernel/cli/files.ts";
import { InputError } from "../../../kernel/cli/input-error.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "typetorch-files-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

const inFolder = (name: string): string => path.join(folder, name);

describe("readInput", () => {
  test("reads UTF-8, and refuses any other encoding instead of losing what it cannot decode", async () => {
    await writeFile(inFolder("utf8"), "größe 🙂");
    await writeFile(inFolder("utf16"), Buffer.from("größe", "utf16le"));
    expect(await readInput(inFolder("utf8"))).toBe("größe 🙂");
    await expect(readInput(inFolder("utf16"))).rejects.toThrow("it is not UTF-8 text");
  });
});

describe("writeFilesAtomically", () => {
  test("writes over a file through a link, and keeps the link and the permissions", async () => {
    await writeFile(inFolder("real.ipynb"), "old");
    await chmod(inFolder("real.ipynb"), 0o640);
    await symlink("real.ipynb", inFolder("link.ipynb"));
    await writeFilesAtomically([{ file: inFolder("link.ipynb"), content: "new" }]);
    expect(await readFile(inFolder("real.ipynb"), "utf8")).toBe("new");
    expect((await stat(inFolder("real.ipynb"))).mode & 0o777).toBe(0o640);
    expect(await readdir(folder)).toEqual(["link.ipynb", "real.ipynb"]);
  });

  test.skipIf(process.platform === "win32")("writes into a pipe, which stays one", async () => {
    execFileSync("sh", ["-c", `mkfifo "$0"`, inFolder("pipe")]);
    const reader = await open(inFolder("pipe"), constants.O_RDWR);
    try {
      await writeFilesAtomically([{ file: inFolder("pipe"), content: "new" }]);
      expect((await stat(inFolder("pipe"))).isFIFO()).toBe(true);
      expect((await reader.read(Buffer.alloc(3))).buffer.toString()).toBe("new");
    } finally {
      await reader.close();
    }
  });

  test("writes none of the files when one cannot be written, and leaves nothing behind", async () => {
    await writeFile(inFolder("kept"), "old");
    const failing = writeFilesAtomically([
      { file: inFolder("kept"), content: "new" },
      { file: inFolder("missing/file"), content: "new" },
    ]);
    await expect(failing).rejects.toThrow(InputError);
    await expect(failing).rejects.toThrow("cannot be written: no such file or folder.");
    expect(await readFile(inFolder("kept"), "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["kept"]);
  });
});

describe("a folder in the way of a file", () => {
  test("is named, and stays", async () => {
    await ensureWritableFolder(inFolder("page.html"));
    const failing = writeFilesAtomically([{ file: inFolder("page.html"), content: "new" }]);
    await expect(failing).rejects.toThrow("page.html: cannot be written: it is a folder, not a file.");
    expect(await readdir(folder)).toEqual(["page.html"]);
  });
});

describe("ensureWritableFolder", () => {
  test("makes the folder with its parents, and takes one that exists", async () => {
    await ensureWritableFolder(inFolder("a/b/c"));
    await ensureWritableFolder(inFolder("a/b/c"));
    expect((await stat(inFolder("a/b/c"))).isDirectory()).toBe(true);
  });

  test("says why a folder cannot be made where a file stands", async () => {
    await writeFile(inFolder("file"), "");
    await expect(ensureWritableFolder(inFolder("file"))).rejects.toThrow("a file of this name is in the way");
    await expect(ensureWritableFolder(inFolder("file/below"))).rejects.toThrow(
      "a part of the path is a file",
    );
  });
});
