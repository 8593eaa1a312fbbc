"""The kernel beside other kernels, through the same client: start, small cells, control while busy, memory.

    python bench/kernel.py [KERNEL ...]

Takes the names of installed kernelspecs (by default typetorch, and python3, deno and tslab where they are installed), measures
them in turn, round by round, and prints the median of each with its ratio to the first. Needs jupyter_client and psutil.
"""

import statistics
import sys
import time

import psutil
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

ROUNDS = 5
CELLS = 30
TIMEOUT_S = 60

CODE = {
    "python": {"sum": "1+1", "typed": "value: int = {0}", "busy": "import time; time.sleep(1)"},
    "typescript": {
        "sum": "1+1",
        "typed": "const value{0}: number[] = [{0}]",
        "busy": "const end = Date.now() + 1000; while (Date.now() < end);",
    },
}
"""The same cells for each language."""


class Kernel:
    """One kernel that runs, with the time that it took to answer."""

    def __init__(self, name: str) -> None:
        self.manager = KernelManager(kernel_name=name)
        begin = time.perf_counter()
        self.manager.start_kernel()
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT_S)
        self.started = time.perf_counter() - begin
        self.code = CODE[self.manager.kernel_spec.language.lower()]

    def cell(self, code: str) -> float:
        """Seconds until both the reply and `idle` are there."""
        begin = time.perf_counter()
        self.client.execute_interactive(code, output_hook=lambda message: None, timeout=TIMEOUT_S)
        return time.perf_counter() - begin

    def control_while_busy(self) -> float:
        request = self.client.execute(self.code["busy"])
        time.sleep(0.1)
        begin = time.perf_counter()
        self.client.control_channel.send(self.client.session.msg("kernel_info_request", {}))
        self.client.get_control_msg(timeout=TIMEOUT_S)
        waited = time.perf_counter() - begin
        while self.client.get_shell_msg(timeout=TIMEOUT_S)["parent_header"].get("msg_id") != request:
            pass
        return waited

    def megabytes(self) -> float:
        """Proportional memory of the kernel and everything that it started; resident where the system has no other."""
        kernel = psutil.Process(self.manager.provisioner.process.pid)
        total = 0
        for process in (kernel, *kernel.children(recursive=True)):
            memory = process.memory_full_info()
            total += getattr(memory, "pss", 0) or memory.rss
        return total / 2**20

    def measure(self) -> dict[str, float]:
        results = {"start to kernel_info": self.started * 1e3}
        results["first typed cell"] = self.cell(self.code["typed"].format(0)) * 1e3
        results["1+1"] = min(self.cell(self.code["sum"]) for _ in range(CELLS)) * 1e3
        results["typed cell"] = statistics.median(self.cell(self.code["typed"].format(i)) for i in range(1, CELLS)) * 1e3
        results["control while busy"] = self.control_while_busy() * 1e3
        results["memory (MB)"] = self.megabytes()
        begin = time.perf_counter()
        self.manager.shutdown_kernel()
        results["shutdown"] = (time.perf_counter() - begin) * 1e3
        self.client.stop_channels()
        return results


def main(names: list[str]) -> None:
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            rounds[name].append(Kernel(name).measure())
    print("best of", ROUNDS, "rounds, in ms" + "".join(f"{name:>20}" for name in names))
    for what in rounds[names[0]][0]:
        best = [min(one[what] for one in rounds[name]) for name in names]
        ratios = "".join(f"{value:12.1f} ({value / best[0]:4.1f}x)" for value in best)
        print(f"{what:<28}{ratios}")


if __name__ == "__main__":
    installed = KernelSpecManager().find_kernel_specs()
    main(sys.argv[1:] or [name for name in ("typetorch", "python3", "deno", "tslab") if name in installed])
