/** PyTorch as a contestant. The program is here, and not in a file of Python's, so that it is where the compiled benchmark is. */

/** `python -c` this, with the number of threads as its argument. */
export const pytorchProgram = `
import json, sys, textwrap, time
try:
    import torch
except ImportError as error:
    print(json.dumps({"failed": str(error)}), flush=True)
    sys.exit()
from torch import nn, optim
from torch.nn import functional as F
torch.set_num_threads(int(sys.argv[1]))
print(json.dumps({"ready": torch.__version__}), flush=True)

def compile_row(prepare, body):
    source = "def make():\\n" + textwrap.indent(prepare or "pass", "    ") + """
    def run(repeat):
        last = None
        for _ in range(repeat):
            last = """ + body + """
        return last
    return run
"""
    space = {"torch": torch, "nn": nn, "optim": optim, "F": F}
    exec(source, space)
    return space["make"]()

run = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["request"] == "prepare":
            run = compile_row(request["prepare"], request["body"])
            answer = {"prepared": True}
        else:
            start = time.perf_counter()
            run(request["repeat"])
            answer = {"microseconds": (time.perf_counter() - start) * 1e6}
    except Exception as error:
        answer = {"failed": (str(error) or type(error).__name__).splitlines()[0]}
    print(json.dumps(answer), flush=True)
`;
