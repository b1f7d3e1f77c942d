"""The stubs say what is there, and checkers agree with what runs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import typed

import ivs_token

HERE = Path(__file__).resolve().parent


def test_it_runs(tmp_path):
    typed.main(tmp_path)


@pytest.fixture
def run(tmp_path):
    """Runs a checker away from the source tree, so that the installed package is what it checks."""
    scripts = sysconfig.get_path("scripts")
    environment = os.environ | {"VIRTUAL_ENV": sys.prefix, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}

    def checker(*arguments, code=0):
        command = [sys.executable, "-m", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return checker


def test_mypy(run, tmp_path):
    run("mypy", "--strict", "--python-version", "3.10", str(HERE / "typed.py"))
    run("mypy", "--strict", "--python-version", "3.10", "-p", "ivs_token")


def test_mypy_finds_what_is_wrong(run, tmp_path):
    """The stubs are read at all, and are no `Any`."""
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from ivs_token import Stage\nStage('a', 5)\nStage('a', 'b').mint('x')\nStage('a', 'b').nobody\n")
    assert run("mypy", "--strict", str(wrong), code=1).count("error:") == 3


needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node, which pyright runs on")


@needs_node
def test_pyright(run, tmp_path):
    (tmp_path / "typed.py").write_bytes((HERE / "typed.py").read_bytes())
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict", "pythonVersion": "3.10"}')
    run("pyright", "--project", str(tmp_path))


@needs_node
def test_pyright_knows_the_type_of_every_name(run):
    assert "Type completeness score: 100%" in run("pyright", "--verifytypes", "ivs_token")


def test_stubtest(run, tmp_path):
    allowed = tmp_path / "allowed.txt"
    # PyO3 gives every module one; nobody imports `*` from this.
    allowed.write_text(r"ivs_token\._native\.__all__" + "\n")
    run("mypy.stubtest", "ivs_token", "--allowlist", str(allowed))


def test_the_stubs_have_the_docstrings():
    """An editor shows what `help` shows."""
    import ast

    native = ivs_token._native
    stub = Path(native.__file__).with_name("_native.pyi")
    squeezed = lambda text: " ".join((text or "").split())  # noqa: E731
    count = 0
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)) or node.name.startswith("_"):
            continue
        here = getattr(native, node.name)
        assert squeezed(ast.get_docstring(node)) == squeezed(here.__doc__), node.name
        for inner in node.body if isinstance(node, ast.ClassDef) else []:
            if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                there = getattr(here, inner.name)
                assert squeezed(ast.get_docstring(inner)) == squeezed(there.__doc__), f"{node.name}.{inner.name}"
                count += 1
    assert count > 90


def test_everything_public_has_a_docstring():
    for name in ivs_token.__all__:
        value = getattr(ivs_token, name)
        if isinstance(value, str):
            continue
        assert value.__doc__, name
        for attribute, member in vars(value).items() if isinstance(value, type) else []:
            if not attribute.startswith("_") and callable(getattr(member, "__get__", None)):
                assert member.__doc__, f"{name}.{attribute}"
