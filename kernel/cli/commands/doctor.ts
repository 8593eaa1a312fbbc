import { checkKernel, checkNode, checkZeroMq } from "../doctor/essentials.ts";
import { checkKernelspecs, describeMachine, describePython, findPython } from "../doctor/extras.ts";
import { checkWebGl } from "../doctor/webgl.ts";
import { describeFinding } from "../doctor/finding.ts";
import type { Finding } from "../doctor/finding.ts";
import { ExecutionError } from "../execution-error.ts";
import { packageInfo } from "../package-info.ts";

/**
 * `typetorch doctor`: says what this machine offers and how to get the rest.
 *
 * @throws ExecutionError when something is broken without which no notebook runs.
 */
export async function doctor(write: (text: string) => void): Promise<void> {
  const { version, node } = packageInfo();
  write(`typetorch ${version}\n`);
  const essentials = [checkNode(process.version, node), await checkZeroMq(), await checkKernel()];
  section("Needed", essentials, write);
  const python = await findPython();
  section("For Jupyter", [...describePython(python), ...(await checkKernelspecs(python))], write);
  section("This machine", [describeMachine(), await checkWebGl()], write);
  const broken = essentials.filter(({ state }) => state === "broken");
  if (broken.length > 0) {
    throw new ExecutionError(
      `${broken.length} of the ${essentials.length} things that are needed do not work.`,
    );
  }
}

function section(title: string, findings: readonly Finding[], write: (text: string) => void): void {
  write(`\n${title}\n${findings.map(describeFinding).join("\n")}\n`);
}
