/** The signatures and sizes of a zip archive's parts. Source: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 to 4.5. */

/** In front of each entry's bytes. */
export const localHeader = { signature: 0x0403_4b50, size: 30 } as const;
/** Behind the bytes of an entry whose header was written before them. */
export const dataDescriptor = { signature: 0x0807_4b50, size: 16, largeSize: 24 } as const;
/** One for each entry, at the end of the archive: the directory. */
export const directoryEntry = { signature: 0x0201_4b50, size: 46 } as const;
/** Behind the directory, with numbers of 64 bits. */
export const largeEnd = { signature: 0x0606_4b50, size: 56 } as const;
/** Says where the end with numbers of 64 bits is. */
export const largeEndLocator = { signature: 0x0706_4b50, size: 20 } as const;
/** The last part: how many entries there are, and where their directory is. */
export const end = { signature: 0x0605_4b50, size: 22 } as const;

/** Stands for a number that has no place in 32 bits: it is in the extra field. */
export const inExtraField = 0xffff_ffff;
/** The extra field of numbers with 64 bits. */
export const largeNumbers = 1;

/** Bits of an entry's flags. */
export const flags = { encrypted: 0x1, descriptorFollows: 0x8, utf8: 0x800 } as const;

/** How an entry's bytes are kept. */
export const methods = { stored: 0, deflated: 8 } as const;
