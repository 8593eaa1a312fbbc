import { spawn, type ChildProcess } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from "vscode-jsonrpc/node";
import type { InitializeParams } from "vscode-languageserver-protocol";
import { ServerLostError } from "./server-lost-error.ts";

/** Go's own limits: the collector works harder long before the server is large. What the library's types need must be far below the first: near it the collector does nothing else. */
const memoryLimits = { GOMEMLIMIT: "320MiB", GOGC: "50" };

/** The document with the configuration of the folder. */
export const CONFIGURATION = "tsconfig.json";

/** A configuration under which a document is opened in a millisecond: no file but the documents themselves is part of the program. */
function bareConfiguration(include: string): string {
  return JSON.stringify({
    compilerOptions: { noLib: true, noResolve: true, types: [] },
    include: [include],
  });
}

/** How long an answer may take; the first one, for which the server reads its libraries, may take longer. */
const DEADLINE_MS = 15_000;
const FIRST_DEADLINE_MS = 30_000;
/** A server that is lost more often than this is not started again. */
const MOST_RESTARTS = 5;

const capabilities: InitializeParams["capabilities"] = {
  general: { positionEncodings: ["utf-16"] },
  workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } },
  textDocument: {
    diagnostic: { relatedDocumentSupport: false },
    completion: {
      completionItem: {
        snippetSupport: false,
        documentationFormat: ["markdown"],
        labelDetailsSupport: true,
        resolveSupport: { properties: ["documentation", "detail"] },
      },
    },
    hover: { contentFormat: ["markdown"] },
    signatureHelp: {
      signatureInformation: {
        documentationFormat: ["markdown"],
        parameterInformation: { labelOffsetSupport: true },
        activeParameterSupport: true,
      },
    },
    definition: { linkSupport: true },
  },
};

/** TypeScript's own options: a tenth of its time went into what it says of each step, and into diagnostics of files that nobody asks for. */
const initializationOptions = { disablePushDiagnostics: true, logVerbosity: 0 };

/** Answers to the server's questions about the editor: nothing that needs a network, and no search for what could be imported. */
const settings = {
  disableAutomaticTypeAcquisition: true,
  suggest: { autoImports: false },
  preferences: { includeCompletionsForModuleExports: false },
};

/** The path of TypeScript's program for this machine, as TypeScript's own start script finds it. */
export function typeScriptExecutable(): string {
  const require = createRequire(import.meta.url);
  const fromTypeScript = createRequire(require.resolve("typescript/package.json"));
  const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`;
  const program = process.platform === "win32" ? "tsc.exe" : "tsc";
  return path.join(path.dirname(fromTypeScript.resolve(platform)), "lib", program);
}

interface OpenDocument {
  readonly language: string;
  text: string;
  version: number;
}

/** One run of the server's process. */
interface Run {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  /** Rejects when the process is gone. */
  readonly lost: Promise<never>;
  readonly ready: Promise<void>;
  answered: boolean;
  /** Whether the process has ended by itself. */
  ended: boolean;
}

/**
 * TypeScript's language server as a child process, and the documents that it holds. A server that ends or does not answer is
 * started anew with the same documents.
 */
export class TypeServer {
  readonly #executable: string;
  readonly #folder: string;
  readonly #include: string;
  readonly #documents = new Map<string, OpenDocument>();
  #run: Run | null = null;
  #restarts = 0;
  #closed = false;

  /**
   * @param folder absolute path in which the documents lie
   * @param include a pattern for the names of documents, as in a configuration
   */
  constructor(executable: string, folder: string, include: string) {
    this.#executable = executable;
    this.#folder = folder;
    this.#include = include;
  }

  /** The process's id; `null` while there is none. */
  get pid(): number | null {
    return this.#run?.child.pid ?? null;
  }

  /** The URI of a document by its name in the folder. */
  uri(name: string): string {
    return pathToFileURL(path.join(this.#folder, name)).href;
  }

  /** Gives a document its text; opens it when it is not. Answers whether anything changed. */
  write(name: string, text: string, language = "typescript"): boolean {
    const document = this.#documents.get(name);
    if (document?.text === text) return false;
    if (document === undefined) {
      this.#documents.set(name, { language, text, version: 1 });
      if (this.#run !== null) this.#open(this.#run, name);
    } else {
      document.text = text;
      if (this.#run !== null) this.#change(this.#run, name, document);
    }
    return true;
  }

  /** The text of an open document. */
  read(name: string): string | undefined {
    return this.#documents.get(name)?.text;
  }

  /** Forgets a document. */
  close(name: string): void {
    if (!this.#documents.delete(name) || this.#run === null) return;
    this.#notify(this.#run, "textDocument/didClose", { textDocument: { uri: this.uri(name) } });
  }

  /** Tells the server of files that may have changed on the disk. */
  filesChanged(files: readonly string[]): void {
    if (this.#run === null || files.length === 0) return;
    const changes = files.map((file) => ({ uri: pathToFileURL(file).href, type: 2 }));
    this.#notify(this.#run, "workspace/didChangeWatchedFiles", { changes });
  }

  /**
   * Asks something; starts the server when it does not run. One that worked, and that something ends in the midst of an answer, such as a
   * system without memory, is started anew at once: it gets the same documents.
   *
   * @throws ServerLostError when the server ends again or does not answer in time; the next request starts another one
   */
  async request<Answer>(method: string, parameters: object): Promise<Answer> {
    const run = this.#running();
    try {
      return await this.#ask<Answer>(run, method, parameters);
    } catch (error) {
      if (this.#closed || !run.ended || !run.answered) throw error;
      return this.#ask<Answer>(this.#running(), method, parameters);
    }
  }

  async #ask<Answer>(run: Run, method: string, parameters: object): Promise<Answer> {
    const deadline = run.answered ? DEADLINE_MS : FIRST_DEADLINE_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.#lose(run);
        reject(new ServerLostError(`TypeScript's server did not answer ${method} in ${deadline} ms.`));
      }, deadline);
    });
    try {
      await Promise.race([run.ready, run.lost, late]);
      // The protocol fixes what each method answers with; callers name it.
      const answered = run.connection.sendRequest<Answer>(method, parameters);
      answered.catch(() => {}); // it is also rejected when the connection goes, which `lost` tells better
      const answer = await Promise.race([answered, run.lost, late]);
      run.answered = true;
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process. */
  stop(): void {
    this.#closed = true;
    if (this.#run !== null) this.#lose(this.#run);
  }

  #running(): Run {
    if (this.#closed) throw new ServerLostError("The language service has been stopped.");
    if (this.#run !== null) return this.#run;
    if (this.#restarts > MOST_RESTARTS) {
      throw new ServerLostError(
        `TypeScript's server ended ${this.#restarts} times and is not started again.`,
      );
    }
    this.#restarts += 1;
    const run = this.#start();
    this.#run = run;
    this.#openAll(run);
    return run;
  }

  /**
   * Each document that is opened is a new program for TypeScript, which goes through all of its files, those of the libraries too. So the program
   * has no libraries before everything is open.
   */
  #openAll(run: Run): void {
    const configuration = this.#documents.get(CONFIGURATION);
    if (configuration !== undefined) this.#open(run, CONFIGURATION, bareConfiguration(this.#include));
    for (const name of this.#documents.keys()) if (name !== CONFIGURATION) this.#open(run, name);
    if (configuration !== undefined) this.#change(run, CONFIGURATION, configuration);
  }

  #start(): Run {
    // Without a path it can start no other program, such as a package manager.
    const env = { ...process.env, ...memoryLimits, PATH: "", Path: "" };
    const child = spawn(this.#executable, ["--lsp", "--stdio"], {
      cwd: this.#folder,
      env,
      stdio: ["pipe", "pipe", "ignore"],
    });
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const lost = new Promise<never>((_, reject) => {
      const end = (reason: string): void => {
        run.ended = this.#run === run;
        this.#forget(run);
        reject(new ServerLostError(`TypeScript's server ${reason}.`));
      };
      child.on("error", (error) => end(`cannot be started (${this.#executable}): ${error.message}`));
      child.on("exit", (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
      child.stdin.on("error", () => end("takes no more messages"));
    });
    lost.catch(() => {}); // who waits for an answer is told; nobody else needs to know
    connection.onError(() => {}); // an error of the pipes shows as the end of the process
    connection.onRequest("workspace/configuration", ({ items }: { items: readonly unknown[] }) =>
      items.map(() => settings),
    );
    connection.onRequest(() => null); // registrations, of which there is nothing to do
    connection.listen();
    const ready = this.#initialize(connection);
    ready.catch(() => {}); // as above
    const run: Run = { child, connection, lost, ready, answered: false, ended: false };
    return run;
  }

  async #initialize(connection: MessageConnection): Promise<void> {
    const rootUri = pathToFileURL(this.#folder).href;
    const parameters: InitializeParams = {
      processId: process.pid,
      rootUri,
      workspaceFolders: [{ uri: rootUri, name: "notebook" }],
      capabilities,
      initializationOptions,
    };
    // The documents' notifications follow in the same stream, so they are read after these two.
    const initialized = connection.sendRequest("initialize", parameters);
    void connection.sendNotification("initialized", {});
    await initialized;
  }

  #open(run: Run, name: string, otherText?: string): void {
    const document = this.#documents.get(name);
    if (document === undefined) return;
    const { language, text, version } = document;
    this.#notify(run, "textDocument/didOpen", {
      textDocument: { uri: this.uri(name), languageId: language, version, text: otherText ?? text },
    });
  }

  #change(run: Run, name: string, document: OpenDocument): void {
    document.version += 1;
    this.#notify(run, "textDocument/didChange", {
      textDocument: { uri: this.uri(name), version: document.version },
      contentChanges: [{ text: document.text }],
    });
  }

  #notify({ connection }: Run, method: string, parameters: object): void {
    connection.sendNotification(method, parameters).catch(() => {}); // the end of the process tells it better
  }

  #forget(run: Run): void {
    if (this.#run === run) this.#run = null;
    run.connection.dispose();
  }

  #lose(run: Run): void {
    this.#forget(run);
    run.child.kill("SIGKILL");
  }
}
