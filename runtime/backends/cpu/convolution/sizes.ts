/** How a thread's scratch memory is divided: a block of the source, some room that vectors may reach into, and what is computed from the block. */

export const mostBlockBytes: number = 4.5 * 1024 * 1024;
export const roomBehindBlock = 1024;
export const mostResultBytes: number = 3 * 1024 * 1024;
