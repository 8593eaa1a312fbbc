"""Files that PyTorch and Python's safetensors read, and files that they wrote."""

import importlib.util
import json
import subprocess
import tempfile
import unittest
from pathlib import Path

from installed_kernel import REPOSITORY

RUNTIME = (REPOSITORY / "dist" / "runtime" / "index.js").as_uri()

if importlib.util.find_spec("torch"):
    import torch


def typetorch(program: str, folder: Path) -> str:
    """Runs a program in a folder, and returns what it printed. It has `torch`, `nn`, `optim` and `safetensors`."""
    source = f'import torch, {{ nn, optim, safetensors }} from "{RUNTIME}";\n{program}'
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", source], cwd=folder, capture_output=True, text=True, timeout=120
    )
    if done.returncode != 0:
        raise AssertionError(f"the program ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


TRAINED = """
torch.manual_seed(0);
const net = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU(), new nn.Linear(4, 1));
const optimizer = new optim.AdamW(net.parameters(), { lr: 0.1 });
const step = () => {
  const x = torch.randn(8, 3);
  optimizer.zero_grad();
  const loss = net(x).sub(x.sum(1, true)).square().mean();
  loss.backward();
  optimizer.step();
  return loss.item();
};
"""


def step(net, optimizer) -> float:
    """The same in Python."""
    x = torch.randn(8, 3)
    optimizer.zero_grad()
    loss = (net(x) - x.sum(1, keepdim=True)).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()


@unittest.skipUnless(importlib.util.find_spec("torch"), "PyTorch is not installed")
class TestFilesOfPyTorch(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory(prefix="typetorch-files-")
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def load(self, name: str, **options):
        return torch.load(self.folder / name, weights_only=True, **options)

    def assert_same(self, first, second) -> None:
        self.assertEqual(first.dtype, second.dtype)
        self.assertTrue(torch.equal(first, second), f"{first} and {second}")

    def test_pytorch_goes_on_with_a_checkpoint_of_ours(self) -> None:
        program = f"""{TRAINED}
        for (let i = 0; i < 5; i++) step();
        torch.save({{ epoch: 5, model: net.state_dict(), optimizer: optimizer.state_dict(), rng: torch.get_rng_state() }}, "checkpoint.pt");
        console.log(JSON.stringify([step(), step(), step()]));
        """
        ours = json.loads(typetorch(program, self.folder))
        checkpoint = self.load("checkpoint.pt")
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        optimizer = torch.optim.AdamW(net.parameters())
        net.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        torch.set_rng_state(checkpoint["rng"])
        self.assertEqual(checkpoint["epoch"], 5)
        for loss in ours:
            self.assertAlmostEqual(step(net, optimizer), loss, delta=1e-4 * abs(loss))

    def test_we_go_on_with_a_checkpoint_of_pytorch(self) -> None:
        torch.manual_seed(1)
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        optimizer = torch.optim.AdamW(net.parameters(), lr=0.1)
        for _ in range(5):
            step(net, optimizer)
        state = {"model": net.state_dict(), "optimizer": optimizer.state_dict(), "rng": torch.get_rng_state()}
        torch.save(state, self.folder / "checkpoint.pt")
        theirs = [step(net, optimizer) for _ in range(3)]
        program = f"""{TRAINED}
        const checkpoint = torch.load("checkpoint.pt");
        net.load_state_dict(checkpoint.model);
        optimizer.load_state_dict(checkpoint.optimizer);
        torch.set_rng_state(checkpoint.rng);
        console.log(JSON.stringify([step(), step(), step()]));
        """
        for ours, loss in zip(json.loads(typetorch(program, self.folder)), theirs, strict=True):
            self.assertAlmostEqual(ours, loss, delta=1e-4 * abs(loss))

    def test_what_we_load_and_save_again_is_the_same(self) -> None:
        x = torch.randn(5, 4)
        value = {"x": x, "columns": x.t()[1:3], "large": torch.randn(300, 300), "n": [1, 2.5, None, True, "é", 2**70], "ints": {0: {"step": 1}}}
        for name in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64"):
            value[name] = (torch.randn(7) * 3).to(getattr(torch, name))
        for legacy in (False, True):
            with self.subTest(legacy=legacy):
                torch.save(value, self.folder / "theirs.pt", _use_new_zipfile_serialization=not legacy)
                typetorch('torch.save(torch.load("theirs.pt"), "ours.pt");', self.folder)
                back = self.load("ours.pt", mmap=True)
                self.assertEqual(back.keys(), value.keys())
                self.assertEqual([back["n"], back["ints"]], [value["n"], value["ints"]])
                for name, item in value.items():
                    if isinstance(item, torch.Tensor):
                        self.assert_same(back[name], item)
                        self.assertEqual(back[name].stride(), item.stride())
                self.assertEqual(back["x"].untyped_storage().data_ptr(), back["columns"].untyped_storage().data_ptr())

    def test_a_module_is_refused_with_what_to_do(self) -> None:
        torch.save(torch.nn.Linear(1, 1), self.folder / "whole.pt")
        printed = typetorch('try { torch.load("whole.pt"); } catch (error) { console.log(error.message); }', self.folder)
        self.assertIn("torch.save(model.state_dict(), path)", printed)

    @unittest.skipUnless(importlib.util.find_spec("safetensors"), "safetensors is not installed")
    def test_safetensors_go_both_ways(self) -> None:
        import safetensors.torch

        tensors = {"a": torch.randn(3, 4), "b.c": torch.arange(5), "é": torch.ones(2, dtype=torch.bfloat16)}
        safetensors.torch.save_file(tensors, self.folder / "theirs.safetensors", {"format": "pt"})
        program = """
        const file = safetensors.safe_open("theirs.safetensors");
        safetensors.save_file(file.get_tensors(), "ours.safetensors", file.metadata());
        """
        typetorch(program, self.folder)
        self.assertEqual(*((self.folder / f"{whose}.safetensors").read_bytes() for whose in ("theirs", "ours")))
        back = safetensors.torch.load_file(self.folder / "ours.safetensors")
        for name, tensor in tensors.items():
            self.assert_same(back[name], tensor)


if __name__ == "__main__":
    unittest.main()
