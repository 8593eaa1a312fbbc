"""What a kernel survives, what it is connected with, and how it ends."""

import json
import os
import signal
import subprocess
import time
import unittest
from pathlib import Path

import psutil
import zmq
from jupyter_client.manager import KernelManager

from installed_kernel import KERNEL_NAME
from running_kernel import TIMEOUT_S, Protocol

SOON_S = 5
"""A limit for what takes a fraction of a second on an idle machine."""


class TestConnections(Protocol):
    own_kernel = True

    def test_a_client_that_connects_anew_is_answered_while_its_lost_connection_still_stands(self) -> None:
        # Clients of one manager share a session, and so the identity of their sockets.
        second = self.manager.blocking_client()
        second.start_channels()
        try:
            second.wait_for_ready(timeout=TIMEOUT_S)
        finally:
            second.stop_channels()


class TestJunk(Protocol):
    def frames(self, *frames: bytes, channel: str = "shell") -> None:
        getattr(self.client, f"{channel}_channel").socket.send_multipart(list(frames))

    def assert_alive(self) -> None:
        self.assertEqual(self.value_of("6 * 7"), "42")
        self.assertEqual(self.control("kernel_info_request").reply["status"], "ok")

    def test_frames_that_are_no_message(self) -> None:
        for channel in ("shell", "control", "stdin"):
            for frames in ([b""], [b"junk"], [b"<IDS|MSG>"], [b"<IDS|MSG>", b"", b"", b"", b"", b""], [b"\xff" * 1000] * 10):
                self.frames(*frames, channel=channel)
        self.assert_alive()

    def test_a_wrong_signature(self) -> None:
        self.frames(b"<IDS|MSG>", b"0" * 64, b"{}", b"{}", b"{}", b"{}")
        self.assert_alive()

    def test_signed_frames_that_are_no_json(self) -> None:
        for parts in ([b"{", b"{}", b"{}", b"{}"], [b"[]", b"{}", b"{}", b"{}"], [b'{"msg_id":5}', b"{}", b"{}", b"{}"], [b"\xff", b"{}", b"{}", b"null"]):
            self.frames(b"<IDS|MSG>", self.client.session.sign(parts), *parts)
        self.assert_alive()

    def test_a_message_that_was_sent_before(self) -> None:
        message = self.client.session.msg("execute_request", {"code": "console.log('once')"})
        frames = self.client.session.serialize(message)
        for _ in range(2):
            self.client.shell_channel.socket.send_multipart(frames)
        self.assertEqual(self.finish(message["header"]["msg_id"]).text(), "once\n")
        self.assert_alive()
        self.assertNotIn(message["header"]["msg_id"], self.replies)

    def test_messages_of_a_type_that_nobody_knows(self) -> None:
        for channel in ("shell", "control"):
            for kind in ("frobnicate_request", "execute_reply", "__proto__", "toString", "status"):
                messages = self.until_idle(self.send(kind, {}, channel=channel))
                self.assertEqual([message["content"]["execution_state"] for message in messages], ["busy", "idle"])
        self.assert_alive()

    def test_a_message_of_200_megabytes(self) -> None:
        message = self.client.session.msg("kernel_info_request", {})
        self.client.session.send(self.client.shell_channel.socket, message, buffers=[bytes(200_000_000)])
        self.assertEqual(self.finish(message["header"]["msg_id"]).reply["status"], "ok")
        self.assert_alive()

    def test_a_value_that_is_no_json(self) -> None:
        answer = self.execute("display({ 'application/json': 1n }, { raw: true })")
        self.assertEqual(answer.reply["status"], "error")
        self.assert_alive()

    def test_a_client_that_goes_in_the_midst_of_a_cell(self) -> None:
        other = self.manager.blocking_client()
        other.start_channels()
        other.wait_for_ready(timeout=TIMEOUT_S)
        other.execute("await new Promise((d) => setTimeout(d, 100)); for (let i = 0; i < 1000; i++) console.log(i)")
        other.stop_channels()
        self.assert_alive()


class TestSubscribing(Protocol):
    def test_every_subscriber_is_welcomed(self) -> None:
        for topic in (b"", b"", b"stream"):
            socket = zmq.Context.instance().socket(zmq.SUB)
            self.addCleanup(socket.close, 0)
            socket.subscribe(topic)
            socket.connect(f"tcp://127.0.0.1:{self.manager.iopub_port}")
            self.assertTrue(socket.poll(TIMEOUT_S * 1000))
            [prefix, *frames] = socket.recv_multipart()
            _, parts = self.client.session.feed_identities([prefix, *frames])
            message = self.client.session.deserialize(parts)
            self.assertEqual(message["msg_type"], "iopub_welcome")
            self.assertEqual(message["content"], {"subscription": topic.decode()})
            self.assertEqual(message["parent_header"], {})


class Connected(Protocol):
    """Tests of kernels that are connected in another way."""

    own_kernel = True

    def assert_works(self) -> None:
        self.assertEqual(self.value_of("6 * 7"), "42")
        self.assertEqual(self.control("kernel_info_request").reply["status"], "ok")
        self.assertTrue(self.client.hb_channel.is_alive())
        request = self.execute_request("prompt('?')", allow_stdin=True)
        self.client.get_stdin_msg(timeout=TIMEOUT_S)
        self.client.input("x")
        self.assertEqual(self.finish(request).value, "'x'")


class TestOverIpc(Connected):
    options = {"transport": "ipc"}

    def test_everything_works(self) -> None:
        self.assert_works()


class TestEncrypted(Connected):
    options = {"transport_encryption": "required"}

    def test_everything_works(self) -> None:
        connection = json.loads(Path(self.manager.connection_file).read_text(encoding="utf-8"))
        self.assertIn("curve_secretkey", connection)
        self.assert_works()

    def test_a_client_without_the_keys_is_not_heard(self) -> None:
        socket = zmq.Context.instance().socket(zmq.DEALER)
        self.addCleanup(socket.close, 0)
        socket.connect(f"tcp://127.0.0.1:{self.manager.control_port}")
        socket.send_multipart(self.client.session.serialize(self.client.session.msg("kernel_info_request", {})))
        self.assertFalse(socket.poll(300))
        self.assertEqual(self.control("kernel_info_request").reply["status"], "ok")


class TestUnsigned(Connected):
    """With an empty key messages are not signed."""

    @classmethod
    def setUpClass(cls) -> None:
        from jupyter_client.session import Session

        cls.options = {"session": Session(key=b"")}
        super().setUpClass()

    def test_everything_works(self) -> None:
        self.assertEqual(self.manager.get_connection_info()["key"], b"")
        self.assert_works()


class TestTheEnd(Protocol):
    own_kernel = True

    def setUp(self) -> None:
        super().setUp()
        self.manager = KernelManager(kernel_name=KERNEL_NAME)
        self.manager.start_kernel()
        self.addCleanup(self.manager.shutdown_kernel, now=True)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.addCleanup(self.client.stop_channels)
        self.client.wait_for_ready(timeout=TIMEOUT_S)
        self.process = self.manager.provisioner.process

    def family(self) -> list:
        kernel = psutil.Process(self.process.pid)
        return [kernel, *kernel.children(recursive=True)]

    def assert_gone(self, family: list, code: int = 0) -> None:
        self.assertEqual(self.process.wait(timeout=SOON_S), code)
        self.assertEqual(psutil.wait_procs(family, timeout=SOON_S)[1], [])

    def test_shutdown_is_answered_and_leaves_nothing(self) -> None:
        for channel in ("control", "shell"):
            with self.subTest(channel=channel):
                if channel == "shell":
                    self.setUp()
                spawn = "spawn('sleep', ['1000']); spawn('bash', ['-c', 'trap \"\" TERM; sleep 1000 & wait; sleep 1000'])"
                self.execute(f"import {{ spawn }} from 'node:child_process'; {spawn}; undefined")
                family = self.family()
                self.assertGreaterEqual(len(family), 3)
                reply = self.ask("shutdown_request", {"restart": channel == "shell"}, channel=channel).reply
                self.assertEqual(reply, {"status": "ok", "restart": channel == "shell"})
                self.assert_gone(family)

    def test_shutdown_ends_a_busy_kernel(self) -> None:
        self.start("for (;;) try { for (;;); } catch {}")
        family = self.family()
        self.client.shutdown()
        self.assert_gone(family)

    def test_a_cell_may_end_the_kernel(self) -> None:
        for code, status in ((0, "ok"), (3, "error")):
            with self.subTest(code=code):
                if code != 0:
                    self.setUp()
                family = self.family()
                answer = self.execute(f"console.log('before'); process.exit({code}); console.log('after')")
                self.assertEqual((answer.reply["status"], answer.text()), (status, "before\n"))
                self.assertIn("the kernel ends", answer.text("stderr"))
                self.assert_gone(family, code)

    def test_a_cell_may_end_the_kernel_later(self) -> None:
        family = self.family()
        request = self.execute_request("setTimeout(() => process.exit(), 100); undefined")
        self.finish(request)
        [said] = self.until(request, lambda message: message["msg_type"] == "stream")
        self.assertEqual(said["content"]["name"], "stderr")
        self.assert_gone(family)

    def test_listeners_of_the_exit_may_print(self) -> None:
        request = self.execute_request("process.on('exit', () => console.log('listener')); setTimeout(() => process.exit(), 50); undefined")
        messages = self.until(request, lambda message: message["content"].get("text") == "listener\n")
        self.assertTrue(messages)

    def test_a_kernel_whose_starter_is_gone_ends(self) -> None:
        file = self.folder / "orphan.json"
        self.manager.write_connection_file()
        connection = json.loads(Path(self.manager.connection_file).read_text(encoding="utf-8"))
        self.manager.shutdown_kernel(now=True)
        file.write_text(json.dumps(connection), encoding="utf-8")
        [command, *arguments] = [part.replace("{connection_file}", str(file)) for part in self.manager.kernel_spec.argv]
        script = (
            "import os, subprocess, sys, time;"
            f"p = subprocess.Popen({[command, *arguments]!r}, env=os.environ | {{'JPY_PARENT_PID': str(os.getpid())}}, start_new_session=True);"
            "print(p.pid, flush=True); time.sleep(60)"
        )
        starter = subprocess.Popen([os.sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        kernel = psutil.Process(int(starter.stdout.readline()))
        time.sleep(1)
        starter.send_signal(signal.SIGKILL)
        starter.wait()
        starter.stdout.close()
        self.assertEqual(psutil.wait_procs([kernel], timeout=4 * SOON_S)[1], [])


if __name__ == "__main__":
    unittest.main()
