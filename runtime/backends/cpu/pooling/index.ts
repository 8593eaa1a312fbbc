/** See `PoolingBackend`. */
export { referencePooling as pooling } from "./reference.ts";
