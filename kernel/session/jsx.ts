/** The type of an element that is no more than its children. */
export const Fragment: unique symbol = Symbol.for("typetorch.fragment");

/** An element of JSX, as data: what a component returned stands in the component's place. */
export interface JsxElement {
  readonly type: unknown;
  readonly props: Readonly<Record<string, unknown>>;
}

/**
 * Makes an element where there is no React. Components are called at once, since nothing draws them later.
 *
 * @param type name of a tag, {@link Fragment}, or a component: a function of its properties
 */
export function jsx(type: unknown, props: object | null, ...children: unknown[]): unknown {
  const all = { ...props, ...(children.length > 0 && { children }) };
  // A component is the user's function of an object; what it returns is its own affair.
  return typeof type === "function"
    ? (type as (props: object) => unknown)(all)
    : ({ type, props: all } satisfies JsxElement);
}
