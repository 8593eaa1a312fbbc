"""PyTorch's own database of samples, OpInfo."""

import sys
import types
import unittest

# torch.testing._internal imports this package for its TestCase only.
sys.modules.setdefault("expecttest", types.SimpleNamespace(TestCase=unittest.TestCase))
from torch.testing._internal import common_methods_invocations  # noqa: E402
from torch.testing._internal.opinfo import core  # noqa: E402

__all__ = ["common_methods_invocations", "core"]
