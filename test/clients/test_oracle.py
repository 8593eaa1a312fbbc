"""The recorded answers of PyTorch, asked for again."""

import importlib.util
import json
import math
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from installed_kernel import REPOSITORY

ORACLE = REPOSITORY / "test" / "oracle"
RELATIVE_TOLERANCE = 1e-4
"""PyTorch's vector code differs in the last bits from one processor to another, and training multiplies that."""
ABSOLUTE_TOLERANCE = 1e-6


def same(recorded, fresh) -> bool:
    """Equal in form and text; numbers up to the last bits of float32."""
    if isinstance(recorded, dict) and isinstance(fresh, dict):
        return recorded.keys() == fresh.keys() and all(same(recorded[key], fresh[key]) for key in recorded)
    if isinstance(recorded, list) and isinstance(fresh, list):
        return len(recorded) == len(fresh) and all(map(same, recorded, fresh))
    if type(recorded) in (int, float) and type(fresh) in (int, float):
        return math.isclose(recorded, fresh, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE)
    return recorded == fresh


@unittest.skipUnless(importlib.util.find_spec("torch"), "PyTorch is not installed")
class TestTheOracle(unittest.TestCase):
    def test_gives_the_recorded_answers_again(self) -> None:
        with tempfile.TemporaryDirectory(prefix="typetorch-oracle-") as folder:
            fresh = Path(folder) / "test" / "oracle"
            (Path(folder) / "notebooks").symlink_to(REPOSITORY / "notebooks")  # some programs are those of lessons
            shutil.copytree(ORACLE, fresh, ignore=shutil.ignore_patterns("data", "*.ts"))
            (fresh / "data").mkdir()
            done = subprocess.run(
                [sys.executable, str(fresh / "generate.py")], capture_output=True, text=True, timeout=600
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            print(done.stdout, end="", file=sys.stderr)
            left_out = tuple(re.findall(r"^left out: ([\w-]+)", done.stdout, re.MULTILINE))
            self.compare(ORACLE / "data", fresh / "data", left_out)

    def compare(self, recorded: Path, fresh: Path, left_out: tuple[str, ...]) -> None:
        """Compares the answers file by file; the files of parts that were left out begin with the name of the part."""
        names = sorted(str(path.relative_to(recorded)) for path in recorded.rglob("*.json"))
        names = [name for name in names if not name.startswith(left_out)]
        self.assertEqual(names, sorted(str(path.relative_to(fresh)) for path in fresh.rglob("*.json")))
        for name in names:
            with self.subTest(file=name):
                answers = [json.loads((folder / name).read_text(encoding="utf-8")) for folder in (recorded, fresh)]
                self.assertTrue(same(*answers), f"{name}: PyTorch answers something else now. Run generate.py again.")


if __name__ == "__main__":
    unittest.main()
