/** A file name as a relative address: every character that an address gives a meaning is encoded. */
export function fileAddress(name: string): string {
  return encodeURIComponent(name);
}

/** The text of a percent-encoded address; an address that is not well encoded stays as it is. */
export function decodeAddress(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}
