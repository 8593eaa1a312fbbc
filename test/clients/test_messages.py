"""The messages of a kernel, one by one ("Messaging in Jupyter", version 5.5)."""

import re
import time
import unittest
from datetime import datetime

from running_kernel import TIMEOUT_S, Protocol


class TestKernelInfo(Protocol):
    def test_is_the_same_on_shell_and_on_control(self) -> None:
        self.assertEqual(self.ask("kernel_info_request").reply, self.control("kernel_info_request").reply)

    def test_names_the_features_that_go_beyond_the_protocol(self) -> None:
        self.assertEqual(self.control("kernel_info_request").reply["supported_features"], ["kernel subshells"])

    def test_describes_the_language_for_editors_and_exporters(self) -> None:
        info = self.control("kernel_info_request").reply["language_info"]
        for name in ("name", "version", "mimetype", "file_extension", "pygments_lexer", "codemirror_mode", "nbconvert_exporter"):
            self.assertTrue(info[name], name)
        self.assertEqual((info["name"], info["file_extension"]), ("typescript", ".ts"))

    def test_has_a_banner_and_links_for_help(self) -> None:
        info = self.control("kernel_info_request").reply
        self.assertIn("typetorch", info["banner"])
        for link in info["help_links"]:
            self.assertRegex(link["url"], "^https://")

    def test_is_surrounded_by_busy_and_idle_on_both_channels(self) -> None:
        for channel in ("shell", "control"):
            self.assertEqual(self.ask("kernel_info_request", channel=channel).types, ["busy", "idle"])


class TestTheEnvelope(Protocol):
    def test_every_message_names_the_request_that_caused_it(self) -> None:
        request = self.execute_request("console.log(1); display.html('<b>x</b>'); 5")
        answer = self.finish(request)
        self.assertEqual(answer.message["parent_header"]["msg_id"], request)
        self.assertEqual(answer.types, ["busy", "execute_input", "stream", "display_data", "execute_result", "idle"])

    def test_ids_are_unique_and_the_session_is_one(self) -> None:
        answer = self.execute("console.log(1); 5")
        headers = [message["header"] for message in [*answer.messages, answer.message]]
        self.assertEqual(len({header["msg_id"] for header in headers}), len(headers))
        self.assertEqual(len({header["session"] for header in headers}), 1)

    def test_headers_are_complete(self) -> None:
        header = self.execute("5").message["header"]
        self.assertEqual(header["version"], "5.5")
        self.assertEqual(header["msg_type"], "execute_reply")
        self.assertTrue(header["username"])
        date = header["date"]  # jupyter_client parses ISO 8601
        self.assertLess(abs(date.timestamp() - time.time()), TIMEOUT_S)

    def test_replies_say_when_their_cell_began_and_how_it_ended(self) -> None:
        answer = self.execute("5")
        self.assertEqual(answer.message["metadata"]["status"], "ok")
        started = answer.message["metadata"]["started"]
        begun = started if isinstance(started, datetime) else datetime.fromisoformat(started.replace("Z", "+00:00"))
        self.assertLess(abs(begun.timestamp() - time.time()), TIMEOUT_S)

    def test_text_beyond_ascii_passes_unharmed_in_both_directions(self) -> None:
        text = "Grüße, 世界, 😀👩‍👩‍👧, \u2028"
        self.assertEqual(self.execute(f"console.log({text!r}.normalize())").text(), f"{text}\n")

    def test_a_second_client_hears_everything_and_is_answered_alone(self) -> None:
        other = self.connect()
        self.execute("console.log('for all')")
        heard = []
        while "for all\n" not in heard:
            heard.append(other.get_iopub_msg(timeout=TIMEOUT_S)["content"].get("text"))
        self.assertFalse(other.shell_channel.msg_ready())


class TestExecute(Protocol):
    def test_counts_cells(self) -> None:
        first = self.execute("1").reply["execution_count"]
        answer = self.execute("2")
        self.assertEqual(answer.reply["execution_count"], first + 1)
        self.assertEqual(answer.contents("execute_input"), [{"code": "2", "execution_count": first + 1}])

    def test_counts_cells_that_fail(self) -> None:
        first = self.execute("throw 1").reply["execution_count"]
        self.assertEqual(self.execute("1").reply["execution_count"], first + 1)

    def test_does_not_count_without_history(self) -> None:
        first = self.execute("1").reply["execution_count"]
        self.execute("2", store_history=False)
        self.assertEqual(self.execute("3").reply["execution_count"], first + 1)

    def test_silent_shows_neither_input_nor_result_and_does_not_count(self) -> None:
        first = self.execute("1").reply["execution_count"]
        self.assertEqual(self.execute("2", silent=True, store_history=True).types, ["busy", "idle"])
        self.assertEqual(self.execute("3").reply["execution_count"], first + 1)

    def test_silent_cells_that_fail_abort_nothing(self) -> None:
        failing = self.execute_request("await new Promise((d) => setTimeout(d, 100)); throw 1", silent=True)
        after = self.execute_request("6 * 7")
        self.assertEqual(self.finish(failing).reply["status"], "error")
        self.assertEqual(self.finish(after).value, "42")

    def test_an_ok_reply_has_the_fields_of_the_protocol(self) -> None:
        reply = self.execute("1").reply
        self.assertEqual((reply["status"], reply["payload"], reply["user_expressions"]), ("ok", [], {}))

    def test_an_error_is_the_same_in_the_reply_and_on_iopub(self) -> None:
        answer = self.execute("throw new TypeError('no')")
        [error] = answer.contents("error")
        for name in ("ename", "evalue", "traceback"):
            self.assertEqual(error[name], answer.reply[name])
        self.assertEqual((error["ename"], error["evalue"]), ("TypeError", "no"))

    def test_the_order_of_everything_is_kept(self) -> None:
        answer = self.execute("console.log('a'); console.error('b'); display.html('c'); console.log('d'); 5")
        self.assertEqual(
            answer.types,
            ["busy", "execute_input", "stream", "stream", "display_data", "stream", "execute_result", "idle"],
        )

    def test_a_cell_without_a_value_shows_none(self) -> None:
        for code in ("", "   \n", "// nothing", "undefined", "const nothing = 1"):
            with self.subTest(code=code):
                answer = self.execute(code)
                self.assertEqual((answer.reply["status"], answer.value), ("ok", None))

    def test_user_expressions_are_evaluated_after_the_cell_each_for_itself(self) -> None:
        answer = self.execute("let base = 20", user_expressions={"good": "base + 1", "bad": "missing"})
        expressions = answer.reply["user_expressions"]
        self.assertEqual(expressions["good"]["data"]["text/plain"], "21")
        self.assertEqual(expressions["good"]["status"], "ok")
        self.assertEqual((expressions["bad"]["status"], answer.reply["status"]), ("error", "ok"))
        self.assertTrue(expressions["bad"]["ename"])

    def test_user_expressions_of_a_cell_that_failed_are_left_alone(self) -> None:
        self.assertNotIn("user_expressions", self.execute("throw 1", user_expressions={"a": "1"}).reply)

    def test_cells_behind_one_that_failed_do_not_run(self) -> None:
        self.execute("let ran = false")
        failing = self.execute_request("await new Promise((d) => setTimeout(d, 100)); throw new Error('first')")
        waiting = [self.execute_request("ran = true") for _ in range(3)]
        info = self.send("kernel_info_request")
        self.assertEqual(self.finish(failing).reply["ename"], "Error")
        for request in waiting:
            answer = self.finish(request)
            self.assertEqual((answer.reply["status"], answer.types), ("error", ["busy", "idle"]))
            self.assertIn("execution_count", answer.reply)
        self.assertEqual(self.finish(info).reply["status"], "ok")
        self.assertEqual(self.value_of("ran"), "false")

    def test_cells_behind_one_that_failed_run_when_it_does_not_stop_on_error(self) -> None:
        failing = self.execute_request("await new Promise((d) => setTimeout(d, 100)); throw 1", stop_on_error=False)
        after = self.execute_request("6 * 7")
        self.assertEqual(self.finish(failing).reply["status"], "error")
        self.assertEqual(self.finish(after).value, "42")

    def test_cells_that_come_after_the_failure_run(self) -> None:
        self.execute("throw 1")
        self.assertEqual(self.value_of("6 * 7"), "42")

    def test_cells_run_in_the_order_in_which_they_came(self) -> None:
        self.execute("const order: number[] = []")
        requests = [self.execute_request(f"await null; order.push({i})") for i in range(5)]
        for request in requests:
            self.finish(request)
        self.assertEqual(self.value_of("order"), "[ 0, 1, 2, 3, 4 ]")

    def test_a_request_that_is_no_request_is_answered_with_what_was_expected(self) -> None:
        for content in ({}, {"code": 5}, {"code": "1", "user_expressions": {"a": 1}}):
            with self.subTest(content=content):
                answer = self.ask("execute_request", content)
                self.assertEqual(answer.reply["status"], "error")
                self.assertIn("got", answer.reply["evalue"])

    def test_fields_that_are_left_out_have_their_defaults(self) -> None:
        answer = self.ask("execute_request", {"code": "6 * 7"})
        self.assertEqual(answer.value, "42")
        self.assertEqual(len(answer.contents("execute_input")), 1)


class TestOutput(Protocol):
    def test_text_that_comes_after_the_reply_belongs_to_its_cell(self) -> None:
        for late in (
            "setTimeout(() => console.log('late'), 150)",
            "void new Promise((d) => setTimeout(d, 150)).then(() => console.log('late'))",
            "(await import('node:child_process')).exec('sleep 0.15; echo late', (_e, out) => console.log(out.trim()))",
        ):
            with self.subTest(late=late):
                request = self.execute_request(f"{late}; undefined")
                self.finish(request)
                other = self.execute("1")
                self.assertEqual(other.text(), "")
                [stream] = self.until(request, lambda message: message["msg_type"] == "stream")
                self.assertEqual(stream["content"]["text"], "late\n")

    def test_an_error_that_nobody_catches_is_shown_at_its_cell_and_survived(self) -> None:
        for late in (
            "setTimeout(() => { throw new Error('lost') }, 100)",
            "void (async () => { await new Promise((d) => setTimeout(d, 100)); throw new Error('lost') })()",
        ):
            with self.subTest(late=late):
                request = self.execute_request(f"{late}; undefined")
                self.finish(request)
                [stream] = self.until(request, lambda message: message["msg_type"] == "stream")
                self.assertEqual(stream["content"]["name"], "stderr")
                self.assertIn("lost", stream["content"]["text"])
                self.assertEqual(self.value_of("6 * 7"), "42")

    def test_50_megabytes_arrive_while_control_is_answered(self) -> None:
        request = self.execute_request("const block = 'y'.repeat(999); for (let i = 0; i < 50_000; i++) console.log(block)")
        self.assertEqual(self.control("kernel_info_request").reply["status"], "ok")
        self.assertEqual(len(self.finish(request).text()), 50_000_000)

    def test_few_messages_carry_many_lines(self) -> None:
        answer = self.execute("for (let i = 0; i < 100_000; i++) console.log(i)")
        self.assertLess(len(answer.contents("stream")), 200)

    def test_output_is_cleared_on_request(self) -> None:
        self.assertEqual(self.execute("clearOutput(); clearOutput(true)").contents("clear_output"), [{"wait": False}, {"wait": True}])

    def test_a_display_is_updated_by_its_id(self) -> None:
        answer = self.execute(
            "display({'text/plain': 'a'}, {raw: true, display_id: 'd'});"
            "display({'text/plain': 'b'}, {raw: true, display_id: 'd', update: true})"
        )
        [shown], [updated] = answer.contents("display_data"), answer.contents("update_display_data")
        self.assertEqual((shown["transient"], updated["transient"]), ({"display_id": "d"},) * 2)
        self.assertEqual(updated["data"], {"text/plain": "b"})


class TestQuestionsOfEditors(Protocol):
    def test_complete_and_inspect_are_answered_while_a_cell_is_busy(self) -> None:
        busy = self.start("while (true) {}")
        complete = self.ask("complete_request", {"code": "consol", "cursor_pos": 6})
        inspect = self.ask("inspect_request", {"code": "console", "cursor_pos": 7, "detail_level": 0})
        self.assertNotIn(busy, self.replies)
        self.assertEqual((complete.types, inspect.types), (["busy", "idle"],) * 2)
        self.assertEqual((complete.reply["status"], inspect.reply["status"]), ("ok", "ok"))
        self.manager.interrupt_kernel()
        self.finish(busy)

    def test_completion_replaces_the_name_at_the_cursor(self) -> None:
        reply = self.ask("complete_request", {"code": "consol", "cursor_pos": 6}).reply
        self.assertIn("console", reply["matches"])
        self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (0, 6))
        self.assertIsInstance(reply["metadata"], dict)

    def test_cursors_count_code_points(self) -> None:
        code = "const s = '😀😀'; consol"
        reply = self.ask("complete_request", {"code": code, "cursor_pos": len(code)}).reply
        self.assertEqual((reply["cursor_start"], reply["cursor_end"]), (len(code) - 6, len(code)))
        self.assertIn("console", reply["matches"])

    def test_strange_questions_are_answered_all_the_same(self) -> None:
        for kind in ("complete_request", "inspect_request"):
            for content in ({}, {"code": 5, "cursor_pos": "x"}, {"code": "a", "cursor_pos": 99}, {"code": "a", "cursor_pos": -1}):
                with self.subTest(kind=kind, content=content):
                    self.assertEqual(self.ask(kind, content).reply["status"], "ok")

    def test_nothing_is_found_where_nothing_stands(self) -> None:
        reply = self.ask("inspect_request", {"code": "   ", "cursor_pos": 1, "detail_level": 0}).reply
        self.assertEqual((reply["found"], reply["data"]), (False, {}))

    def test_an_incomplete_cell_comes_with_an_indent(self) -> None:
        reply = self.ask("is_complete_request", {"code": "function f() {"}).reply
        self.assertEqual(reply["status"], "incomplete")
        self.assertRegex(reply["indent"], r"^\s+$")

    def test_a_complete_cell_comes_without_one(self) -> None:
        self.assertEqual(self.ask("is_complete_request", {"code": "1 + 1"}).reply, {"status": "complete"})


class TestHistory(Protocol):
    own_kernel = True

    def history(self, **request) -> list:
        return self.ask("history_request", {"output": False, "raw": True} | request).reply["history"]

    def test_tail_ends_with_the_latest_cell(self) -> None:
        self.execute("'one'")
        self.execute("'two'")
        tail = self.history(hist_access_type="tail", n=2)
        self.assertEqual([code for _, _, code in tail], ["'one'", "'two'"])
        self.assertEqual(tail[1][1], tail[0][1] + 1)

    def test_range_gives_lines_of_a_session(self) -> None:
        line = self.execute("'ranged'").reply["execution_count"]
        [[session, _, _]] = self.history(hist_access_type="tail", n=1)
        expected = [[session, line, "'ranged'"]]
        for number in (session, 0):
            self.assertEqual(self.history(hist_access_type="range", session=number, start=line, stop=line + 1), expected)

    def test_search_finds_whole_cells_by_a_pattern(self) -> None:
        for _ in range(2):
            self.execute("'needle 1'")
        self.assertEqual(len(self.history(hist_access_type="search", pattern="*need?e*")), 2)
        self.assertEqual(len(self.history(hist_access_type="search", pattern="*needle*", unique=True)), 1)
        self.assertEqual(len(self.history(hist_access_type="search", pattern="*needle*", n=1)), 1)
        self.assertEqual(self.history(hist_access_type="search", pattern="needle"), [])

    def test_outputs_are_there_on_request(self) -> None:
        self.execute("6 * 7")
        [[_, _, both]] = self.history(hist_access_type="tail", n=1, output=True)
        self.assertEqual(both, ["6 * 7", "42"])

    def test_cells_without_history_are_not_in_it(self) -> None:
        self.execute("'kept'")
        self.execute("'not kept'", store_history=False)
        self.execute("'silent'", silent=True)
        self.assertEqual(self.history(hist_access_type="tail", n=1)[0][2], "'kept'")

    def test_a_request_without_a_kind_is_told_the_kinds(self) -> None:
        reply = self.ask("history_request", {}).reply
        self.assertEqual(reply["status"], "error")
        self.assertIn('"tail"', reply["evalue"])

    def test_is_kept_for_the_next_kernel(self) -> None:
        self.execute("'before the restart'")
        self.manager.restart_kernel()
        self.client.stop_channels()
        type(self).client = self.connect()
        found = self.history(hist_access_type="search", pattern="*before the restart*")
        self.assertEqual([code for _, _, code in found], ["'before the restart'"])
        self.execute("'after'")
        [[session, _, _]] = self.history(hist_access_type="tail", n=1)
        self.assertGreater(session, found[0][0])


class TestControl(Protocol):
    def test_answers_within_a_busy_cell(self) -> None:
        busy = self.start("const end = Date.now() + 1000; while (Date.now() < end);")
        latencies = []
        for _ in range(5):
            begin = time.monotonic()
            self.control("kernel_info_request")
            latencies.append(time.monotonic() - begin)
        self.assertNotIn(busy, self.replies)
        self.assertLess(min(latencies), 1)
        self.finish(busy)

    def test_gives_the_ports_of_the_connection_file(self) -> None:
        info = self.manager.get_connection_info()
        for channel in ("shell", "control"):
            reply = self.ask("connect_request", channel=channel).reply
            for port in ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"):
                self.assertEqual(reply[port], info[port])

    def test_refuses_to_debug_in_the_debugger_s_own_words(self) -> None:
        request = {"type": "request", "seq": 7, "command": "initialize", "arguments": {}}
        reply = self.control("debug_request", request).reply
        self.assertEqual((reply["type"], reply["request_seq"], reply["success"]), ("response", 7, False))

    def test_interrupts_of_an_idle_kernel_are_answered_and_do_nothing(self) -> None:
        for channel in ("control", "shell"):
            self.assertEqual(self.ask("interrupt_request", channel=channel).reply, {"status": "ok"})
        self.assertEqual(self.value_of("6 * 7"), "42")

    def test_an_interrupt_on_shell_stops_the_cell_before_it(self) -> None:
        busy = self.start("while (true) {}")
        self.assertEqual(self.ask("interrupt_request").reply, {"status": "ok"})
        self.assertEqual(self.finish(busy).reply["ename"], "KeyboardInterrupt")


class TestSubshells(Protocol):
    def create(self) -> str:
        reply = self.control("create_subshell_request").reply
        self.assertEqual(reply["status"], "ok")
        self.addCleanup(self.control, "delete_subshell_request", {"subshell_id": reply["subshell_id"]})
        return reply["subshell_id"]

    def test_are_listed_from_their_making_to_their_end(self) -> None:
        ids = [self.control("create_subshell_request").reply["subshell_id"] for _ in range(2)]
        self.assertEqual(sorted(self.control("list_subshell_request").reply["subshell_id"]), sorted(ids))
        for subshell in ids:
            self.assertEqual(self.control("delete_subshell_request", {"subshell_id": subshell}).reply, {"status": "ok"})
        self.assertEqual(self.control("list_subshell_request").reply["subshell_id"], [])

    def test_that_do_not_exist_cannot_be_deleted(self) -> None:
        for content in ({"subshell_id": "nobody"}, {}):
            reply = self.control("delete_subshell_request", content).reply
            self.assertEqual(reply["status"], "error")
            self.assertIn("no subshell", reply["evalue"])

    def test_run_cells_while_a_cell_of_the_main_shell_waits(self) -> None:
        subshell = self.create()
        waiting = self.start("let release!: () => void; await new Promise<void>((d) => (release = d)); 'released'")
        inner = self.execute("release(); 6 * 7", subshell=subshell)
        self.assertEqual(inner.value, "42")
        self.assertEqual(self.finish(waiting).value, "'released'")

    def test_share_variables_and_the_count_of_cells(self) -> None:
        subshell = self.create()
        first = self.execute("let shared = 1").reply["execution_count"]
        answer = self.execute("shared += 1; shared", subshell=subshell)
        self.assertEqual((answer.value, answer.reply["execution_count"]), ("2", first + 1))

    def test_keep_the_parents_of_their_outputs_apart(self) -> None:
        subshell = self.create()
        print_slowly = "for (let i = 0; i < 5; i++) {{ console.log('{0}', i); await new Promise((d) => setTimeout(d, 20)); }}"
        one = self.execute_request(print_slowly.format("main"))
        other = self.execute_request(print_slowly.format("sub"), subshell=subshell)
        self.assertEqual(self.finish(one).text(), "".join(f"main {i}\n" for i in range(5)))
        self.assertEqual(self.finish(other).text(), "".join(f"sub {i}\n" for i in range(5)))

    def test_answer_every_kind_of_request(self) -> None:
        subshell = self.create()
        requests = {
            "kernel_info_request": {},
            "complete_request": {"code": "consol", "cursor_pos": 6},
            "inspect_request": {"code": "console", "cursor_pos": 7, "detail_level": 0},
            "is_complete_request": {"code": "1"},
            "history_request": {"hist_access_type": "tail", "n": 1},
            "comm_info_request": {},
        }
        for kind, content in requests.items():
            with self.subTest(kind=kind):
                answer = self.ask(kind, content, subshell=subshell)
                self.assertEqual(answer.message["msg_type"], kind.replace("_request", "_reply"))
                self.assertEqual(answer.message["parent_header"]["subshell_id"], subshell)

    def test_abort_their_own_cells_alone(self) -> None:
        subshell = self.create()
        fail = "await new Promise((d) => setTimeout(d, 100)); throw 1"
        failing = self.execute_request(fail, subshell=subshell)
        taken_along = self.execute_request("1", subshell=subshell)
        main = self.execute_request("await new Promise((d) => setTimeout(d, 200)); 6 * 7")
        self.assertEqual(self.finish(failing).reply["status"], "error")
        self.assertEqual(self.finish(taken_along).reply["status"], "error")
        self.assertEqual(self.finish(main).value, "42")

    def test_are_interrupted_with_everything_that_runs(self) -> None:
        subshell = self.create()
        cells = [self.start("await new Promise(() => {})"), self.start("await new Promise(() => {})", subshell=subshell)]
        self.control("interrupt_request")
        for request in cells:
            self.assertEqual(self.finish(request).reply["ename"], "KeyboardInterrupt")
        self.assertEqual(self.execute("6 * 7", subshell=subshell).value, "42")

    def test_that_do_not_exist_answer_with_an_error(self) -> None:
        for kind in ("execute_request", "kernel_info_request"):
            answer = self.ask(kind, {"code": "1"}, subshell="nobody")
            self.assertEqual((answer.reply["status"], answer.types), ("error", ["busy", "idle"]))
            self.assertEqual(answer.message["msg_type"], kind.replace("_request", "_reply"))


class TestComms(Protocol):
    def open(self, target: str, **options) -> tuple[str, list]:
        """Opens a comm; returns its id and what the kernel sent because of it."""
        comm = f"comm-{time.monotonic_ns()}"
        content = {"comm_id": comm, "target_name": target, "data": options.pop("data", {})}
        return comm, self.until_idle(self.send("comm_open", content, **options))

    def tell(self, comm: str, data: dict, **options) -> list:
        return self.until_idle(self.send("comm_msg", {"comm_id": comm, "data": data}, **options))

    @staticmethod
    def of(messages: list, kind: str) -> list:
        return [message["content"] for message in messages if message["msg_type"] == kind]

    def test_messages_reach_the_kernel_and_come_back_with_their_bytes(self) -> None:
        self.execute(
            "Jupyter.comms.registerTarget('echo', (comm, open) => {"
            "  comm.onMsg((message) => comm.send({ echo: message.data }, { buffers: message.buffers }));"
            "  comm.send({ opened: open.data }); })"
        )
        comm, opened = self.open("echo", data={"a": 1})
        self.assertEqual([content["data"] for content in self.of(opened, "comm_msg")], [{"opened": {"a": 1}}])
        answers = [m for m in self.tell(comm, {"b": "ü"}, buffers=[b"\x00\xff", b""]) if m["msg_type"] == "comm_msg"]
        self.assertEqual(answers[0]["content"], {"comm_id": comm, "data": {"echo": {"b": "ü"}}})
        self.assertEqual([bytes(part) for part in answers[0]["buffers"]], [b"\x00\xff", b""])

    def test_an_unknown_target_is_closed_at_once(self) -> None:
        comm, answers = self.open("nobody")
        self.assertEqual([content["comm_id"] for content in self.of(answers, "comm_close")], [comm])

    def test_open_ones_are_listed_also_by_target(self) -> None:
        self.execute("for (const name of ['left', 'right']) Jupyter.comms.registerTarget(name, () => {})")
        comm, _ = self.open("left")
        self.open("right")
        self.assertEqual(self.ask("comm_info_request", {"target_name": "left"}).reply["comms"], {comm: {"target_name": "left"}})
        self.assertGreaterEqual(len(self.ask("comm_info_request").reply["comms"]), 2)
        self.assertEqual(self.ask("comm_info_request", {"target_name": "nobody"}).reply["comms"], {})

    def test_closed_ones_are_gone(self) -> None:
        self.execute("Jupyter.comms.registerTarget('brief', (comm) => comm.onClose(() => console.log('closed')))")
        comm, _ = self.open("brief")
        closing = self.until_idle(self.send("comm_close", {"comm_id": comm, "data": {}}))
        self.assertEqual([content["text"] for content in self.of(closing, "stream")], ["closed\n"])
        self.assertEqual(self.ask("comm_info_request", {"target_name": "brief"}).reply["comms"], {})

    def test_opened_by_a_cell_belong_to_it(self) -> None:
        answer = self.execute("const mine = Jupyter.comms.open('front', { x: 1 }, { buffers: [new Uint8Array([7])] }); mine.close({ y: 2 })")
        [opened], [closed] = answer.contents("comm_open"), answer.contents("comm_close")
        self.assertEqual((opened["target_name"], opened["data"]), ("front", {"x": 1}))
        self.assertEqual((closed["comm_id"], closed["data"]), (opened["comm_id"], {"y": 2}))
        [message] = [message for message in answer.messages if message["msg_type"] == "comm_open"]
        self.assertEqual([bytes(part) for part in message["buffers"]], [b"\x07"])

    def test_events_reach_a_cell_that_awaits_them(self) -> None:
        self.execute("let clicked!: (value: unknown) => void; Jupyter.comms.registerTarget('button', (comm) => comm.onMsg(({ data }) => clicked(data)))")
        comm, _ = self.open("button")
        waiting = self.start("await new Promise((d) => (clicked = d))")
        later = self.execute_request("'after'")
        self.send("comm_msg", {"comm_id": comm, "data": {"n": 3}})
        self.assertEqual(self.finish(waiting).value, "{ n: 3 }")
        self.assertEqual(self.finish(later).value, "'after'")

    def test_that_are_opened_behind_the_cell_that_registers_them_are_found(self) -> None:
        cell = self.execute_request("await new Promise((d) => setTimeout(d, 100)); Jupyter.comms.registerTarget('soon', (comm) => comm.send({ ok: 1 }))")
        _, opened = self.open("soon")
        self.assertEqual([content["data"] for content in self.of(opened, "comm_msg")], [{"ok": 1}])
        self.finish(cell)

    def test_messages_are_handled_in_their_order(self) -> None:
        self.execute("const seen: unknown[] = []; Jupyter.comms.registerTarget('order', (comm) => comm.onMsg(({ data }) => seen.push((data as { i: number }).i)))")
        comm = f"comm-{time.monotonic_ns()}"
        busy = self.start("const end = Date.now() + 100; while (Date.now() < end); await null")
        self.send("comm_open", {"comm_id": comm, "target_name": "order", "data": {}})
        requests = [self.send("comm_msg", {"comm_id": comm, "data": {"i": i}}) for i in range(5)]
        self.finish(busy)
        self.until_idle(requests[-1])
        self.assertEqual(self.value_of("seen"), "[ 0, 1, 2, 3, 4 ]")

    def test_a_handler_that_throws_is_shown_and_survived(self) -> None:
        self.execute("Jupyter.comms.registerTarget('broken', (comm) => comm.onMsg(() => { throw new Error('in the handler') }))")
        comm, _ = self.open("broken")
        messages = self.tell(comm, {})
        self.assertIn("in the handler", "".join(content["text"] for content in self.of(messages, "stream")))
        self.assertEqual(self.value_of("6 * 7"), "42")

    def test_a_handler_that_never_returns_is_interrupted(self) -> None:
        self.execute("Jupyter.comms.registerTarget('endless', (comm) => comm.onMsg(() => { console.log('ready'); for (;;); }))")
        comm, _ = self.open("endless")
        request = self.send("comm_msg", {"comm_id": comm, "data": {}})
        self.until(request, lambda message: message["msg_type"] == "stream")
        self.control("interrupt_request")
        self.until_idle(request)
        self.assertEqual(self.value_of("6 * 7"), "42")

    def test_a_handler_that_never_returns_takes_no_cell_with_it(self) -> None:
        """Seen: what was to begin in the same turn of the event loop was never answered."""
        subshell = self.control("create_subshell_request").reply["subshell_id"]
        self.addCleanup(self.control, "delete_subshell_request", {"subshell_id": subshell})
        self.execute("Jupyter.comms.registerTarget('spin', (comm) => comm.onMsg(() => { for (;;); }))")
        comm, _ = self.open("spin")
        for _ in range(5):
            cells = [self.execute_request("await 1"), self.execute_request("for (;;) console.log('x')", subshell=subshell)]
            event = self.send("comm_msg", {"comm_id": comm, "data": {}})
            time.sleep(0.05)
            while not all(request in self.replies for request in cells):
                self.control("interrupt_request")
                while self.client.shell_channel.msg_ready():
                    reply = self.client.get_shell_msg(timeout=TIMEOUT_S)
                    self.replies[reply["parent_header"]["msg_id"]] = reply
            for request in [*cells, event]:
                self.until_idle(request)
        self.assertEqual(self.value_of("6 * 7"), "42")

    def test_messages_without_a_comm_are_ignored(self) -> None:
        for kind, content in (("comm_msg", {}), ("comm_open", {"comm_id": 5}), ("comm_msg", {"comm_id": "gone", "data": {}})):
            self.assertEqual([m["msg_type"] for m in self.until_idle(self.send(kind, content))], ["status", "status"])

    def test_broadcasts_carry_any_type_metadata_and_bytes(self) -> None:
        answer = self.execute("Jupyter.broadcast('x_own', { a: 1 }, { metadata: { m: 2 }, buffers: [new Uint8Array([1, 2])] })")
        [message] = [message for message in answer.messages if message["msg_type"] == "x_own"]
        self.assertEqual((message["content"], message["metadata"]), ({"a": 1}, {"m": 2}))
        self.assertEqual([bytes(part) for part in message["buffers"]], [b"\x01\x02"])


if __name__ == "__main__":
    unittest.main()
