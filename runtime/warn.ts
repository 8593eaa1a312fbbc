const warned = new Set<string>();

/** Tells the user of something that is probably not meant, once for each text. Python's name of the kind of warning stands in front. */
export function warnOnce(message: string, category = "UserWarning"): void {
  if (warned.has(message)) return;
  warned.add(message);
  console.warn(`${category}: ${message}`);
}
