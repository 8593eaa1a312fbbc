/** Opens WebGL, which also leaves a note of how for the processes of the tests. Fails with why, in one line, where there is none. */
import { describeFailure } from "../runtime/backends/webgl/context/description.ts";
import { diagnoseWebGL, webglContext } from "../runtime/backends/webgl/context/start.ts";

try {
  webglContext();
} catch {
  console.log(diagnoseWebGL().failures.map(describeFailure).join("; "));
  process.exit(1);
}
process.exit(0);
