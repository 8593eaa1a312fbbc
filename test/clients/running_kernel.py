"""A kernel that runs, with requests of any kind and everything that they cause."""

import time
import unittest
from dataclasses import dataclass, field
from queue import Empty

from jupyter_client.manager import KernelManager

from installed_kernel import KERNEL_NAME, InstalledKernel

TIMEOUT_S = 30
"""A limit against hanging, far above what anything here takes."""


@dataclass
class Answer:
    """What a client received for one request: the reply's content, the messages on iopub up to `idle`, and the whole reply."""

    reply: dict
    messages: list = field(default_factory=list)
    message: dict = field(default_factory=dict)

    def contents(self, kind: str) -> list:
        return [message["content"] for message in self.messages if message["msg_type"] == kind]

    def text(self, name: str = "stdout") -> str:
        return "".join(part["text"] for part in self.contents("stream") if part["name"] == name)

    @property
    def types(self) -> list:
        """The types of the messages on iopub, with the state for `status`."""
        return [message["content"].get("execution_state", message["msg_type"]) for message in self.messages]

    @property
    def value(self):
        """The value of the cell as text; `None` without one."""
        results = self.contents("execute_result")
        return results[0]["data"]["text/plain"] if results else None


class Protocol(InstalledKernel):
    """One kernel for the classes of a module, except for those that end it: they say `own_kernel`."""

    own_kernel = False
    options: dict = {}
    """What the kernel's manager is made with."""
    shared_by: str | None = None

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        owner = cls if cls.own_kernel else Protocol
        if owner is Protocol and Protocol.shared_by == cls.__module__:
            return
        if owner is Protocol:
            Protocol.shared_by = cls.__module__
            unittest.addModuleCleanup(setattr, Protocol, "shared_by", None)
        owner.manager = KernelManager(kernel_name=KERNEL_NAME, **cls.options)
        owner.manager.start_kernel()
        unittest.addModuleCleanup(owner.manager.shutdown_kernel, now=True)
        owner.client = owner.connect()

    @classmethod
    def connect(cls):
        client = cls.manager.blocking_client()
        client.start_channels()
        unittest.addModuleCleanup(client.stop_channels)
        client.wait_for_ready(timeout=TIMEOUT_S)
        return client

    def setUp(self) -> None:
        if not (self.own_kernel or self.manager.is_alive()):
            # Nothing would answer, and every test would wait for its time limit.
            self.fail(f"the kernel died in an earlier test (exit code {self.manager.provisioner.process.poll()})")
        self.stray: list = []
        """Messages on iopub that arrived while another request was looked at."""
        self.replies: dict = {}

    def send(self, kind: str, content: dict | None = None, *, channel: str = "shell", buffers=None, subshell=None) -> str:
        """Sends a message and returns its id."""
        message = self.client.session.msg(kind, content or {})
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        socket = getattr(self.client, f"{channel}_channel").socket
        self.client.session.send(socket, message, buffers=buffers)
        return message["header"]["msg_id"]

    def execute_request(self, code: str, *, subshell=None, **options) -> str:
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        return self.send("execute_request", content | options, subshell=subshell)

    def execute(self, code: str, **options) -> Answer:
        return self.finish(self.execute_request(code, **options))

    def ask(self, kind: str, content: dict | None = None, **options) -> Answer:
        """Sends a request and collects its reply and its messages."""
        channel = options.get("channel", "shell")
        return self.finish(self.send(kind, content, **options), channel)

    def control(self, kind: str, content: dict | None = None) -> Answer:
        return self.ask(kind, content, channel="control")

    def finish(self, request: str, channel: str = "shell") -> Answer:
        """Collects the remaining messages of a request and its reply."""
        messages = self.until_idle(request)
        reply = self.reply_to(request, channel)
        return Answer(reply["content"], messages, reply)

    def reply_to(self, request: str, channel: str = "shell") -> dict:
        while request not in self.replies:
            reply = getattr(self.client, f"get_{channel}_msg")(timeout=TIMEOUT_S)
            self.replies[reply["parent_header"].get("msg_id")] = reply
        return self.replies.pop(request)

    def until_idle(self, request: str) -> list:
        return self.until(request, lambda message: message["content"].get("execution_state") == "idle")

    def until(self, request: str, last) -> list:
        """The messages on iopub that belong to a request, up to the one that `last` wants; others are kept for later."""
        waiting, self.stray = self.stray, []
        messages: list = []
        while True:
            message = waiting.pop(0) if waiting else self.client.get_iopub_msg(timeout=TIMEOUT_S)
            if message["parent_header"].get("msg_id") != request:
                self.stray.append(message)
                continue
            messages.append(message)
            if last(message):
                self.stray += waiting
                return messages

    def start(self, code: str, **options) -> str:
        """Starts a cell that does not end and prints `ready` when it is in its midst; returns the id of its request."""
        request = self.execute_request(f'console.log("ready"); {code}', **options)
        self.until(request, lambda message: message["msg_type"] == "stream")
        return request

    def silence(self, seconds: float = 0.2) -> list:
        """What arrives on iopub within a time."""
        messages: list = []
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                messages.append(self.client.get_iopub_msg(timeout=left))
            except Empty:
                break
        return messages

    def value_of(self, code: str):
        answer = self.execute(code)
        self.assertEqual(answer.reply["status"], "ok", answer.reply)
        return answer.value
