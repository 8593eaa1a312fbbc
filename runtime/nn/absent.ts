/**
 * `null`, in place of a parameter, a buffer or a result that there is not. To the compiler it is one: programs read `layer.bias` where they know that there is one, as in Python, and may compare it
 * with `null` where they do not.
 */
export const absent: never = null as never;
