/**
 * Where one step of a training ends and the next begins, as far as a runtime can tell: a run of backward is over. Devices that put work off do not put it off from one
 * step to the next, so that every step has the same programs, and what only counts something up does not keep what it counted.
 */
export const turns = {
  /** Runs of backward that are over. */
  ended: 0,
  /** Whether one is under way. */
  isBackward: false,
};
