/** `torch.linalg`. */
export {};
