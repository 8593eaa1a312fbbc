import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from "vitest/config";
import { runtimeAsOneFile } from "./test/runtime-as-one-file.ts";

/** What starts processes or servers, or has no tensors: a runtime for each file. */
const apart: readonly string[] = [
  "test/*.test.ts",
  "test/{bench,browser,clients,kernel,notebooks,renderers}/**/*.test.ts",
];

/** Files that replace modules of the runtime, and need them as modules. */
const replacing: readonly string[] = [
  "test/runtime/backends/cpu/blas/absent.test.ts",
  "test/runtime/backends/cpu/threads/division.test.ts",
];

/** What draws: programs take long to compile where the processor draws. */
const drawing: readonly string[] = [
  "test/oracle/webgl-*.test.ts",
  "test/runtime/backends/webgl/**/*.test.ts",
];

/** How long one of these may take: a machine that has compiled no program yet needs many times what it needs later. */
const drawingTime = { testTimeout: 120_000 };

/** Files of those that count memory, or lose it. */
const drawingAlone: readonly string[] = ["test/runtime/backends/webgl/{lost,memory}.test.ts"];

/** Files that need a runtime of their own: they count its memory or its threads, or look at warnings, which are given once. */
const alone: readonly string[] = [
  "test/runtime/backends/cpu/{blas,memory,threads}/**/*.test.ts",
  "test/runtime/{threads,recover}.test.ts",
  "test/runtime/{autograd/anomaly,optim/memory}.test.ts",
  "test/runtime/ops/shaping/views.test.ts",
  "test/oracle/autograd-programs.test.ts",
];

/** What is trained, and what training asks for: data, pictures, texts, optimizers. Tests of the tensors alone leave it out. */
const training: readonly string[] = [
  "test/runtime/{data,optim,text,training,vision}/**/*.test.ts",
  "test/oracle/{character-gpt,data-programs,images,model-runs,schedules,tokenizers,training,vision}.test.ts",
];

function project(name: string, test: TestProjectInlineConfiguration["test"]): TestProjectInlineConfiguration {
  return { extends: true, plugins: [runtimeAsOneFile()], test: { name, ...test } };
}

const config: ViteUserConfig = defineConfig({
  test: {
    execArgv: ["--import", new URL("test/typescript-in-threads.mjs", import.meta.url).href],
    globalSetup: "test/webgl-setup.ts",
    server: { deps: { external: [/\/build\/tests\//] } },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What waits for processes and what computes share the processors.
    maxWorkers: "100%",
    projects: [
      project("apart", { include: [...apart] }),
      { extends: true, test: { name: "replacing", include: [...replacing] } },
      project("alone", { include: [...alone], exclude: [...replacing] }),
      // To import the runtime takes longer than most files' tests: these share one in each process.
      project("shared", {
        include: ["test/{runtime,oracle}/**/*.test.ts"],
        exclude: [...alone, ...replacing, ...drawing, ...training],
        isolate: false,
      }),
      project("training", { include: [...training], exclude: [...alone], isolate: false }),
      project("drawing", {
        include: [...drawing],
        exclude: [...drawingAlone],
        isolate: false,
        ...drawingTime,
      }),
      project("drawing-alone", { include: [...drawingAlone], ...drawingTime }),
    ],
  },
});

export default config;
