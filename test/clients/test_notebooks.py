"""The lessons, executed by nbclient and by the command line, and turned into pages by nbconvert."""

import re
import subprocess
import sys
import unittest
from collections import Counter
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbclient import NotebookClient

from installed_kernel import INTRODUCTORY, KERNEL_NAME, LESSONS, InstalledKernel, typetorch

TIMEOUT_S = 300
"""A limit against hanging, far above what a lesson takes."""


def code_outputs(notebook) -> list:
    """The outputs of every code cell, in order."""
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def shown(notebook) -> list[list]:
    """What a reader sees of each code cell, with the parts of a stream joined as front ends join them."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        parts: list = []
        for output in cell.outputs:
            if output.output_type != "stream":
                parts.append((output.output_type, output.get("data", output.get("traceback"))))
            elif parts and parts[-1][0] == output.name:
                parts[-1] = (output.name, parts[-1][1] + output.text)
            else:
                parts.append((output.name, output.text))
        cells.append(parts)
    return cells


def words(text: str) -> str:
    """The text without the line breaks and indents that HTML does not show."""
    return " ".join(text.split())


def images(markup: BeautifulSoup) -> Counter:
    return Counter((image.get("src"), image.get("alt")) for image in markup.find_all("img"))


class TestTheLessons(InstalledKernel):
    """Each lesson is executed once by nbclient, and the introductory ones by `typetorch run`, too."""

    executed: dict[str, nbformat.NotebookNode] = {}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        if not LESSONS:
            raise AssertionError("There are no lessons: expected notebooks/*.ipynb.")
        cls.run_folder = cls.folder / "run"
        typetorch("run", *map(str, INTRODUCTORY), "--output", str(cls.run_folder))
        for lesson in LESSONS:
            notebook = nbformat.read(lesson, as_version=nbformat.NO_CONVERT)
            client = NotebookClient(
                notebook, kernel_name=KERNEL_NAME, timeout=TIMEOUT_S, resources={"metadata": {"path": str(lesson.parent)}}
            )
            cls.executed[lesson.name] = client.execute()

    def test_run_in_nbclient_without_an_error(self) -> None:
        for name, notebook in self.executed.items():
            with self.subTest(lesson=name):
                self.assertGreater(len(code_outputs(notebook)), 0)
                self.assertEqual([output for output in code_outputs(notebook) if output.output_type == "error"], [])

    def test_are_valid_by_the_schema_when_nbclient_has_run_them(self) -> None:
        for name, notebook in self.executed.items():
            with self.subTest(lesson=name):
                nbformat.validate(notebook)

    def test_are_valid_by_the_schema_when_the_command_line_has_run_them(self) -> None:
        for name in (lesson.name for lesson in INTRODUCTORY):
            with self.subTest(lesson=name):
                notebook = nbformat.read(self.run_folder / name, as_version=nbformat.NO_CONVERT)
                nbformat.validate(notebook)
                self.assertEqual((notebook.nbformat, notebook.nbformat_minor), (4, 5))

    def test_show_the_same_whoever_has_run_them(self) -> None:
        self.maxDiff = None
        for name in (lesson.name for lesson in INTRODUCTORY):
            with self.subTest(lesson=name):
                by_command_line = nbformat.read(self.run_folder / name, as_version=nbformat.NO_CONVERT)
                self.assertEqual(shown(by_command_line), shown(self.executed[name]))

    def test_show_on_the_page_of_nbconvert_every_output(self) -> None:
        for name, notebook in self.executed.items():
            with self.subTest(lesson=name):
                page = BeautifulSoup(self.convert(name, notebook), "html.parser")
                text = words(page.get_text())
                pictures = images(page)
                for output in code_outputs(notebook):
                    if output.output_type == "stream":
                        self.assertIn(words(output.text), text)
                        continue
                    markup = BeautifulSoup(output.data.get("text/html", ""), "html.parser")
                    self.assertLessEqual(images(markup), pictures)
                    expected = markup.get_text() if "text/html" in output.data else output.data["text/plain"]
                    self.assertIn(words(expected), text)

    def convert(self, name: str, notebook) -> str:
        """Runs `nbconvert --to html` as a user does; returns the page."""
        folder = self.folder / "converted"
        folder.mkdir(exist_ok=True)
        source = folder / name
        nbformat.write(notebook, source)
        done = subprocess.run(
            [sys.executable, "-m", "nbconvert", "--to", "html", str(source)],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return source.with_suffix(".html").read_text(encoding="utf-8")


class TestTheAutogradLesson(InstalledKernel):
    def test_gives_seven_and_draws_the_graph(self) -> None:
        [lesson] = [path for path in LESSONS if path.name.startswith("02-")]
        output = self.folder / "autograd.ipynb"
        typetorch("run", str(lesson), "--output", str(output))
        results = code_outputs(nbformat.read(output, as_version=nbformat.NO_CONVERT))
        self.assertTrue(any(re.search(r"tensor\(7\.\)", part.get("text", "")) for part in results))
        graphs = [part.data for part in results if "application/vnd.typetorch.graph.v1+json" in part.get("data", {})]
        self.assertEqual(len(graphs), 1)
        [(source, description)] = images(BeautifulSoup(graphs[0]["text/html"], "html.parser"))
        self.assertTrue(source.startswith("data:image/svg+xml"))
        self.assertIn("MulBackward0", description)


if __name__ == "__main__":
    unittest.main()
