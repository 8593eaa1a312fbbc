const NOTHING = /[^\s\S]/u;

/**
 * A pattern of `history_request` as a regular expression for whole inputs: `*` is any text, `?` one character, `[a-z]` and
 * `[!a-z]` one of a set, as in the shell and in SQLite's GLOB, which ipykernel uses. An unclosed bracket stands for itself.
 */
export function globPattern(glob: string): RegExp {
  const source = glob.replaceAll(
    /\[(?<not>[!^]?)(?<set>\]?[^\]]*)\]|[\s\S]/gu,
    (part, not?: string, set?: string) => {
      if (set !== undefined) return `[${not === "" ? "" : "^"}${set.replaceAll(/[\\\]^[]/gu, "\\$&")}]`;
      if (part === "*") return "[\\s\\S]*";
      return part === "?" ? "[\\s\\S]" : part.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
    },
  );
  try {
    return new RegExp(`^${source}$`, "u");
  } catch {
    return NOTHING; // a range that runs backward, such as [z-a]
  }
}
