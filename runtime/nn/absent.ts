/**
 * `null`, in place of a parameter or buffer that a module was made without. To the compiler it is one: programs read `layer.bias` where they know that there is one, as in Python, and may compare it
 * with `null` where they do not.
 */
export const absent: never = null as never;
