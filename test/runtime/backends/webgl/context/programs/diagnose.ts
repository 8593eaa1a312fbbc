/** A program that asks for WebGL and goes on without it: prints the diagnosis, what `open` throws, and what the environment is afterwards. */
import { WebGLStart } from "../../../../../../runtime/backends/webgl/context/start.ts";

const start = new WebGLStart();
const diagnosis = start.diagnose();
let error: string | null = null;
try {
  start.open();
} catch (caught) {
  error = String(caught);
}
const { DISPLAY, ANGLE_DEFAULT_PLATFORM } = process.env;
console.log(JSON.stringify({ diagnosis, error, environment: { DISPLAY, ANGLE_DEFAULT_PLATFORM } }));
