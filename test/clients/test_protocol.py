"""The kernel, driven by jupyter_client: the client that JupyterLab, Notebook and nbclient are built on."""

import os
import re
import signal
import time
import unittest

import psutil
from jupyter_client.kernelspec import KernelSpecManager

from installed_kernel import KERNEL_NAME
from running_kernel import TIMEOUT_S, Protocol

SETTLE_S = 0.5
"""How long a cell runs before it is interrupted; an interrupt is right at any moment, so nothing rests on it."""


class TestAKernel(Protocol):
    def test_is_found_under_its_name_with_the_installed_kernelspec(self) -> None:
        spec = KernelSpecManager().get_kernel_spec(KERNEL_NAME)
        self.assertEqual(spec.language, "typescript")
        self.assertEqual(spec.interrupt_mode, "message")
        self.assertTrue(spec.resource_dir.startswith(str(self.folder)))

    def test_says_what_it_is(self) -> None:
        info = self.client.kernel_info(reply=True, timeout=TIMEOUT_S)["content"]
        self.assertEqual(info["status"], "ok")
        self.assertEqual(info["language_info"]["name"], "typescript")
        self.assertRegex(info["protocol_version"], r"^5\.\d+$")

    def test_sends_the_value_of_the_last_expression(self) -> None:
        answer = self.execute("const numbers: number[] = [1, 2, 3];\nnumbers.map((n) => n * n);")
        self.assertEqual(answer.reply["status"], "ok")
        [result] = answer.contents("execute_result")
        self.assertEqual(result["data"]["text/plain"], "[ 1, 4, 9 ]")
        self.assertEqual(result["execution_count"], answer.reply["execution_count"])

    def test_shows_a_tensor_as_html_and_as_pytorch_prints_it(self) -> None:
        answer = self.execute('import torch from "typetorch";\ntorch.tensor([[1, 2], [3, 4]]);')
        [result] = answer.contents("execute_result")
        self.assertEqual(result["data"]["text/plain"], "tensor([[1., 2.],\n        [3., 4.]])")
        self.assertIn("torch.float32", result["data"]["text/html"])

    def test_keeps_the_two_streams_apart_and_in_order(self) -> None:
        answer = self.execute('console.log("one"); console.error("two"); console.log("three");')
        self.assertEqual(answer.text("stdout"), "one\nthree\n")
        self.assertEqual(answer.text("stderr"), "two\n")
        names = [part["name"] for part in answer.contents("stream")]
        self.assertEqual(names, ["stdout", "stderr", "stdout"])

    def test_sends_every_one_of_100_000_lines_before_idle(self) -> None:
        answer = self.execute("for (let line = 0; line < 100_000; line++) console.log(line);")
        self.assertEqual(answer.text("stdout"), "".join(f"{line}\n" for line in range(100_000)))

    def test_reports_an_error_at_its_own_line(self) -> None:
        answer = self.execute('const before = 1;\nthrow new RangeError("too far");')
        self.assertEqual(answer.reply["status"], "error")
        [error] = answer.contents("error")
        self.assertEqual((error["ename"], error["evalue"]), ("RangeError", "too far"))
        self.assertEqual(error["traceback"], answer.reply["traceback"])
        traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error["traceback"]))
        self.assertRegex(traceback, r"> 2 \| throw new RangeError")

    def test_refuses_a_syntax_error_and_goes_on(self) -> None:
        self.assertEqual(self.execute("const = 3;").contents("error")[0]["ename"], "SyntaxError")
        self.assertEqual(self.execute("1 + 1").reply["status"], "ok")

    def test_knows_whether_a_cell_is_complete(self) -> None:
        expected = {"const a = 1;": "complete", "function f() {": "incomplete", "const = 3;": "invalid"}
        for code, status in expected.items():
            with self.subTest(code=code):
                request = self.client.is_complete(code)
                reply = self.client.get_shell_msg(timeout=TIMEOUT_S)
                self.assertEqual(reply["parent_header"]["msg_id"], request)
                self.assertEqual(reply["content"]["status"], status)

    def test_stops_a_loop_when_asked_by_a_message_and_keeps_its_state(self) -> None:
        self.assert_interrupted_by(self.manager.interrupt_kernel)

    def test_stops_a_loop_at_a_signal_and_keeps_its_state(self) -> None:
        process = self.manager.provisioner.process.pid
        self.assert_interrupted_by(lambda: os.kill(process, signal.SIGINT))

    def test_stops_a_wait_that_would_never_end(self) -> None:
        self.assert_interrupted_by(self.manager.interrupt_kernel, "await new Promise(() => {});")

    def test_stops_a_wait_for_a_child_process_and_leaves_others_alone(self) -> None:
        self.execute("const { execSync, spawn } = require('node:child_process'); const apart = spawn('sleep', ['60']);")
        time.sleep(SETTLE_S)
        self.assert_interrupted_by(self.manager.interrupt_kernel, "execSync('sleep 60; echo late');")
        [result] = self.execute("[apart.exitCode, apart.signalCode, apart.kill()]").contents("execute_result")
        self.assertEqual(result["data"]["text/plain"], "[ null, null, true ]")

    def test_prints_on_after_a_loop_that_prints_was_stopped(self) -> None:
        for _ in range(5):  # where in the midst of printing it is stopped is left to chance
            self.assert_interrupted_by(self.manager.interrupt_kernel, 'for (;;) console.log("x");')
            self.assertEqual(self.execute('console.log("still here");').text("stdout"), "still here\n")

    def assert_interrupted_by(self, interrupt, endless: str = "while (true) {}") -> None:
        self.execute("let kept = 41;")
        request = self.execute_request(f"kept += 1; {endless}")
        self.until(request, lambda message: message["msg_type"] == "execute_input")
        time.sleep(SETTLE_S)
        interrupt()
        answer = self.finish(request)
        self.assertEqual(answer.reply["status"], "error")
        self.assertEqual(len(answer.contents("error")), 1)
        [result] = self.execute("kept").contents("execute_result")
        self.assertEqual(result["data"]["text/plain"], "42")

    def test_answers_the_heartbeat_while_a_cell_is_busy(self) -> None:
        request = self.start("while (true) {}")
        time.sleep(2 * self.client.hb_channel.time_to_dead)
        alive = self.client.hb_channel.is_beating()
        self.manager.interrupt_kernel()
        self.finish(request)
        self.assertTrue(alive)


class TestTheLifeOfAKernel(Protocol):
    own_kernel = True

    def test_restarts_with_nothing_left_then_shuts_down_with_no_process_left(self) -> None:
        self.execute("let forgotten = 1;")
        self.manager.restart_kernel()
        self.client.stop_channels()
        self.client = self.connect()
        self.assertEqual(self.execute("// @ts-nocheck\nforgotten").contents("error")[0]["ename"], "ReferenceError")

        kernel = self.manager.provisioner.process
        family = [psutil.Process(kernel.pid), *psutil.Process(kernel.pid).children(recursive=True)]
        self.client.shutdown()
        self.assertEqual(kernel.wait(timeout=TIMEOUT_S), 0)
        self.assertEqual(psutil.wait_procs(family, timeout=TIMEOUT_S)[1], [])


if __name__ == "__main__":
    unittest.main()
