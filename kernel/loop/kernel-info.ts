import { createRequire } from "node:module";
import { PROTOCOL_VERSION, type KernelInfoReply } from "../wire/index.ts";

/** Found by its exported name, so that it is the same file from the sources and from the build. */
const { version } = createRequire(import.meta.url)("typetorch/package.json") as { readonly version: string }; // ours

/** The TypeScript that cells are written in. The same on every Node, so that a notebook does not change with the machine that ran it. */
const LANGUAGE_VERSION = "7.0";

/** What the kernel says of itself. */
export const kernelInfo: KernelInfoReply = {
  status: "ok",
  protocol_version: PROTOCOL_VERSION,
  implementation: "typetorch",
  implementation_version: version,
  language_info: {
    name: "typescript",
    version: LANGUAGE_VERSION,
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: "typescript",
    nbconvert_exporter: "script",
  },
  banner: `typetorch ${version}: TypeScript cells with PyTorch's tensors, on Node ${process.versions.node}`,
  help_links: [
    { text: "PyTorch", url: "https://docs.pytorch.org/docs/stable/index.html" },
    { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
  ],
  supported_features: ["kernel subshells"],
};
