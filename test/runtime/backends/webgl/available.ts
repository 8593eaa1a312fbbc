import { diagnoseWebGL } from "../../../../runtime/backends/webgl/context/start.ts";

/** Whether tests can use WebGL. The runner says in one line why not, where they cannot. */
export const hasWebGL: boolean = diagnoseWebGL().context !== null;
