/** Values inside of values, so many at most: a program nests a few, and each level takes some of the stack. Python's own limit is of this size. */
export const deepest = 1000;
