const warned = new Set<string>();
let always = false;

/** Tells the user of something that is probably not meant, once for each text. Python's name of the kind of warning stands in front. */
export function warnOnce(message: string, category = "UserWarning"): void {
  if (warned.has(message) && !always) return;
  warned.add(message);
  console.warn(`${category}: ${message}`);
}

/** Lets warnings come each time, and not only the first time. Source: `torch.set_warn_always`. */
export function set_warn_always(b: boolean): void {
  always = b;
}

/** Whether warnings come each time. Source: `torch.is_warn_always_enabled`. */
export function is_warn_always_enabled(): boolean {
  return always;
}
