/** Opens WebGL, which also leaves a note of how for the processes of the tests. Prints what draws, or fails with why nothing does. */
import { webglContext } from "../runtime/backends/webgl/context/start.ts";

console.log(webglContext().description.renderer);
process.exit(0);
