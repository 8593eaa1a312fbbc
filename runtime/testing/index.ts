/** `torch.testing`. */
export { assert_close, type CloseOptions } from "./close.ts";
