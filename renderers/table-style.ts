/** Styles that tables share; JupyterLab leaves all of them in notebooks that it does not trust. */
export const TABLE = "border-collapse:collapse;font-family:monospace;font-size:12px";

/** A cell of words. */
export const TEXT_CELL = "text-align:left;padding:2px 10px 2px 0;white-space:nowrap";

/** A cell of numbers, which stand below each other by their last digit. */
export const NUMBER_CELL = "text-align:right;padding:2px 0 2px 10px;white-space:nowrap";
