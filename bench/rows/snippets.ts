import type { Row, Snippet } from "../row.ts";

/** What a row says in each language: how it prepares, and its body. */
export type Spellings = Readonly<
  Record<"typetorch" | "pytorch", readonly [prepare: string, body: string]> &
    Partial<Record<"tfjs" | "jax", readonly [prepare: string, body: string]>>
>;

/** A row of the given spellings. */
export function row(name: string, goals: readonly string[], spellings: Spellings): Row {
  const { typetorch, pytorch, tfjs, jax } = spellings;
  return {
    name,
    goals,
    code: {
      typetorch: snippet(typetorch),
      pytorch: snippet(pytorch),
      ...(tfjs === undefined ? {} : { tfjs: snippet(tfjs) }),
      ...(jax === undefined ? {} : { jax: snippet(jax) }),
    },
  };
}

function snippet([prepare, body]: readonly [string, string]): Snippet {
  return { prepare, body };
}
