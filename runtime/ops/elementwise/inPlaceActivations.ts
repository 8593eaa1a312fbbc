/** The functions of `torch.nn.functional` that write over their input, and that `torch` itself does not have. */
import { elu, hardtanh, leaky_relu } from "./activation.ts";
import { writing, type Writing } from "./writing.ts";

/** `elu`, written over its input. Source: `torch.nn.functional.elu_`. */
export const elu_: Writing<typeof elu> = writing(elu);
/** `hardtanh`, written over its input. Source: `torch.nn.functional.hardtanh_`. */
export const hardtanh_: Writing<typeof hardtanh> = writing(hardtanh);
/** `leaky_relu`, written over its input. Source: `torch.nn.functional.leaky_relu_`. */
export const leaky_relu_: Writing<typeof leaky_relu> = writing(leaky_relu);
