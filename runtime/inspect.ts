/**
 * Sets how instances of a class look in `console.log` and in a REPL: Node's `util.inspect.custom`, which is a registered symbol, so that no
 * Node module is needed. (A computed method name would not pass `isolatedDeclarations`.)
 */
export function inspectAs<T extends object>(
  constructor: { readonly prototype: T },
  show: (value: T) => string,
): void {
  Object.defineProperty(constructor.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: T): string {
      return show(this);
    },
  });
}
