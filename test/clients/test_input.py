"""Questions to the user, on the stdin channel."""

import time
import unittest
from queue import Empty

from running_kernel import TIMEOUT_S, Answer, Protocol


class TestInput(Protocol):
    def converse(self, code: str, *answers: str) -> tuple[list, Answer]:
        """Runs a cell and answers its questions; returns the questions and what came of the cell."""
        request = self.execute_request(code, allow_stdin=True)
        questions = [self.answer(request, answer) for answer in answers]
        return questions, self.finish(request)

    def answer(self, request: str, value: str) -> dict:
        question = self.client.get_stdin_msg(timeout=TIMEOUT_S)
        self.assertEqual((question["msg_type"], question["parent_header"]["msg_id"]), ("input_request", request))
        self.client.input(value)
        return question["content"]

    def assert_nothing_asked(self) -> None:
        with self.assertRaises(Empty):
            self.client.get_stdin_msg(timeout=0.2)

    def test_prompt_gives_the_line(self) -> None:
        questions, answer = self.converse("const name = prompt('Name? '); `Hello ${name}`", "Ada Grüße 😀")
        self.assertEqual((questions, answer.value), ([{"prompt": "Name? ", "password": False}], "'Hello Ada Grüße 😀'"))

    def test_prompt_shows_its_default_and_takes_it_for_an_empty_line(self) -> None:
        questions, answer = self.converse("[prompt('Name?', 'Ada'), prompt('Name?', 'Ada')]", "", "Bob")
        self.assertEqual((questions[0]["prompt"], answer.value), ("Name? [Ada] ", "[ 'Ada', 'Bob' ]"))

    def test_prompt_hides_a_password(self) -> None:
        questions, answer = self.converse("prompt('Key', undefined, { password: true })", "secret")
        self.assertEqual((questions, answer.value), ([{"prompt": "Key", "password": True}], "'secret'"))

    def test_confirm_is_true_for_yes_alone(self) -> None:
        _, answer = self.converse("[1, 2, 3, 4].map(() => confirm('Sure?'))", "y", "YES", "n", "")
        self.assertEqual(answer.value, "[ true, true, false, false ]")

    def test_alert_waits_for_enter(self) -> None:
        questions, answer = self.converse("alert('Look'); 'seen'", "")
        self.assertEqual((questions[0]["prompt"], answer.value), ("Look [Enter] ", "'seen'"))

    def test_questions_come_after_what_was_printed(self) -> None:
        request = self.execute_request("console.log('first'); console.log('second'); prompt('?')", allow_stdin=True)
        self.answer(request, "")
        self.assertEqual(self.finish(request).text(), "first\nsecond\n")

    def test_works_in_the_midst_of_anything(self) -> None:
        code = "await 1; const deep = () => [0].map(() => prompt('a')); [await Promise.resolve().then(deep), deep()].flat()"
        self.assertEqual(self.converse(code, "x", "y")[1].value, "[ 'x', 'y' ]")

    def test_the_kernel_answers_others_while_it_waits(self) -> None:
        request = self.execute_request("prompt('?')", allow_stdin=True)
        self.assertEqual(self.control("kernel_info_request").reply["status"], "ok")
        self.assertEqual(self.ask("complete_request", {"code": "consol", "cursor_pos": 6}).reply["status"], "ok")
        self.answer(request, "x")
        self.assertEqual(self.finish(request).value, "'x'")

    def test_each_client_answers_its_own_cell(self) -> None:
        other = self.connect()
        request = self.execute_request("await null; prompt('mine')", allow_stdin=True)
        question = self.client.get_stdin_msg(timeout=TIMEOUT_S)
        other.input("from the other client")
        self.client.input("mine")
        self.assertEqual(question["content"]["prompt"], "mine")
        self.assertEqual(self.finish(request).value, "'mine'")

    def test_readline_asks_with_its_question(self) -> None:
        questions, answer = self.converse(
            "import { createInterface } from 'node:readline/promises';"
            "const lines = createInterface({ input: process.stdin, output: process.stdout });"
            "const both = [await lines.question('a? '), await lines.question('b? ')]; lines.close(); both",
            "1",
            "2",
        )
        self.assertEqual([question["prompt"] for question in questions], ["a? ", "b? "])
        self.assertEqual(answer.value, "[ '1', '2' ]")
        self.assert_nothing_asked()

    def test_readline_with_callbacks_asks_as_well(self) -> None:
        questions, answer = self.converse(
            "import * as readline from 'node:readline';"
            "const asker = readline.createInterface(process.stdin, process.stdout);"
            "const got = await new Promise((d) => asker.question('c? ', d)); asker.close(); got",
            "3",
        )
        self.assertEqual((questions[0]["prompt"], answer.value), ("c? ", "'3'"))

    def test_readline_gives_lines_until_it_is_closed(self) -> None:
        _, answer = self.converse(
            "import { createInterface as lineReader } from 'node:readline';"
            "const found: string[] = []; for await (const line of lineReader({ input: process.stdin })) {"
            "  found.push(line); if (found.length === 2) break; }; found",
            "x",
            "y",
        )
        self.assertEqual(answer.value, "[ 'x', 'y' ]")
        self.assert_nothing_asked()

    def test_standard_input_is_a_stream_of_lines_in_every_cell(self) -> None:
        for _ in range(2):
            _, answer = self.converse("let chunk: unknown; for await (chunk of process.stdin) break; chunk", "typed")
            self.assertEqual(answer.value, "'typed\\n'")
        _, answer = self.converse("const piece = await new Promise((d) => process.stdin.once('data', d)); process.stdin.pause(); piece", "z")
        self.assertEqual(answer.value, "'z\\n'")
        self.assert_nothing_asked()

    def test_is_refused_with_advice_where_the_client_allows_none(self) -> None:
        for code in (
            "prompt('?')",
            "confirm('?')",
            "await (await import('node:readline/promises')).createInterface({ input: process.stdin }).question('?')",
            "for await (const line of (await import('node:readline')).createInterface({ input: process.stdin })) line",
        ):
            with self.subTest(code=code):
                reply = self.execute(code, allow_stdin=False).reply
                self.assertEqual(reply["ename"], "StdinNotImplementedError")
                self.assertIn("allow_stdin", reply["evalue"])
        self.assert_nothing_asked()

    def test_a_question_is_interrupted_whether_it_blocks_or_not(self) -> None:
        for code in ("prompt('?')", "await (await import('node:readline/promises')).createInterface({ input: process.stdin }).question('?')"):
            for _ in range(5):  # a kernel that gave questions up before it stopped the cell died of one in thirty
                with self.subTest(code=code):
                    request = self.execute_request(code, allow_stdin=True)
                    self.client.get_stdin_msg(timeout=TIMEOUT_S)
                    self.manager.interrupt_kernel()
                    self.assertEqual(self.finish(request).reply["ename"], "KeyboardInterrupt")
                    self.client.input("too late")
                    self.assertEqual(self.value_of("6 * 7"), "42")

    def test_an_answer_that_nobody_asked_for_is_dropped(self) -> None:
        self.client.input("unasked")
        self.assertEqual(self.converse("prompt('?')", "asked")[1].value, "'asked'")

    def test_a_subshell_asks_while_the_main_shell_waits(self) -> None:
        subshell = self.control("create_subshell_request").reply["subshell_id"]
        main = self.start("await new Promise((d) => setTimeout(d, 300)); 'main'")
        inner = self.execute_request("await null; prompt('inner?')", subshell=subshell, allow_stdin=True)
        self.answer(inner, "yes")
        self.assertEqual(self.finish(inner).value, "'yes'")
        self.assertEqual(self.finish(main).value, "'main'")


if __name__ == "__main__":
    unittest.main()
