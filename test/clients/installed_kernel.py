"""The kernel as a user installs it and as Jupyter's own clients find it."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND_LINE = REPOSITORY / "dist" / "kernel" / "cli" / "main.js"
LESSONS = sorted((REPOSITORY / "notebooks").glob("*.ipynb"))
INTRODUCTORY = LESSONS[:3]
"""The lessons that `npm start` executes; later ones train for longer, and tell how long."""
KERNEL_NAME = "typetorch"


def typetorch(*arguments: str) -> str:
    """Runs the command line and returns what it printed.

    Raises AssertionError with both streams when it does not succeed.
    """
    done = subprocess.run(
        ["node", str(COMMAND_LINE), *arguments], capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise AssertionError(f"typetorch {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class InstalledKernel(unittest.TestCase):
    """Installs the kernel below a fresh prefix and points Jupyter there, and nowhere near the user's own settings.

    Once for the classes of a module.
    """

    folder: Path
    installed_for: str | None = None
    """The module whose tests run."""

    @classmethod
    def setUpClass(cls) -> None:
        if InstalledKernel.installed_for == cls.__module__:
            return
        InstalledKernel.installed_for = cls.__module__
        unittest.addModuleCleanup(setattr, InstalledKernel, "installed_for", None)
        temporary = tempfile.TemporaryDirectory(prefix="typetorch-clients-")
        unittest.addModuleCleanup(temporary.cleanup)
        InstalledKernel.folder = Path(temporary.name)
        prefix = cls.folder / "prefix"
        typetorch("install", "--prefix", str(prefix))
        cls._set_environment(
            JUPYTER_PATH=str(prefix / "share" / "jupyter"),
            JUPYTER_DATA_DIR=str(cls.folder / "data"),
            JUPYTER_CONFIG_DIR=str(cls.folder / "config"),
            JUPYTER_RUNTIME_DIR=str(cls.folder / "runtime"),
        )

    @classmethod
    def _set_environment(cls, **variables: str) -> None:
        before = dict(os.environ)

        def restore() -> None:
            os.environ.clear()
            os.environ.update(before)

        unittest.addModuleCleanup(restore)
        os.environ.update(variables)
