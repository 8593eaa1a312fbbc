import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * Files that need a runtime of their own: they replace a part of it, count its memory or its threads, or look at warnings, which are given once. Whatever starts
 * processes or servers is by itself too.
 */
const isolated: readonly string[] = [
  "test/*.test.ts",
  "test/{bench,browser,clients,kernel,notebooks,renderers}/**/*.test.ts",
  "test/runtime/backends/cpu/{blas,memory,threads}/**/*.test.ts",
  "test/runtime/{threads,recover}.test.ts",
  "test/runtime/autograd/anomaly.test.ts",
  "test/runtime/ops/shaping/views.test.ts",
  "test/oracle/autograd-programs.test.ts",
];

const config: ViteUserConfig = defineConfig({
  test: {
    execArgv: ["--import", new URL("test/typescript-in-threads.mjs", import.meta.url).href],
    globalSetup: "test/webgl-setup.ts",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: "isolated", include: [...isolated] } },
      {
        extends: true,
        // To import the runtime takes longer than most files' tests: these share one in each process.
        test: {
          name: "shared",
          include: ["test/{runtime,oracle}/**/*.test.ts"],
          exclude: [...isolated],
          isolate: false,
        },
      },
    ],
  },
});

export default config;
