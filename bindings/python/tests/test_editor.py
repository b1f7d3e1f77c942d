"""What an editor shows: every public name is completed, with its docstring, from what was installed."""

from __future__ import annotations

import inspect
import json
import shutil
import subprocess
import sys

import jedi
import pytest

import ivs_token


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """Jedi on a text in a folder of a user's, with the interpreter that has the wheel."""
    project = jedi.Project(tmp_path_factory.mktemp("user"))
    environment = jedi.create_environment(sys.prefix, safe=False)
    return lambda code: jedi.Script(code, project=project, environment=environment)


def completions(script, code):
    return {one.name: one for one in script(code).complete()}


def test_every_name_is_completed_with_its_docstring(script):
    offered = completions(script, "import ivs_token\nivs_token.")
    for name in set(ivs_token.__all__) - {"__version__"}:
        assert name in offered, name
        if name != "BACKEND":
            # Without its signature.
            assert offered[name].docstring(raw=True).strip(), name


def test_every_attribute_is_completed_with_its_docstring(script):
    count = 0
    for name in ivs_token.__all__:
        kind = getattr(ivs_token, name)
        if not inspect.isclass(kind):
            continue
        offered = completions(script, f"import ivs_token\nivs_token.{name}.")
        for attribute in vars(kind):
            if attribute.startswith("_"):
                continue
            assert attribute in offered, f"{name}.{attribute}"
            # One of Python's own, as jedi knows it; pyright shows what stands below it.
            if isinstance(vars(kind)[attribute], (str, tuple, type(None))) or attribute in CONSTANTS:
                continue
            assert offered[attribute].docstring(raw=True).strip(), f"{name}.{attribute}"
            count += 1
    assert count > 140


# What is a value, and no function: editors show its type, and pyright what stands below it.
CONSTANTS = {"NOT_REVOKED", "STAGE_DELETED", "CONNECTION_TOKEN_REVOKED", "ALREADY_USED", "REFUSE", "PUBLISH", "SUBSCRIBE"}


def test_signatures_are_shown(script):
    code = "import ivs_token\nivs_token.Stage('a', 'b').mint("
    [signature] = script(code).get_signatures()
    assert [one.name for one in signature.params][:3] == ["key", "user_id", "attributes"]
    assert "Mints a token for one participant" in signature.docstring()
    code = "from ivs_token import *\nVerifier({}).verify('').expiration_time."
    assert "isoformat" in completions(script, code)


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node, which pyright runs on")
def test_pyright_misses_no_docstring(tmp_path):
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--verifytypes", "ivs_token", "--outputjson"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    said = json.loads(done.stdout)["typeCompleteness"]
    missing = [
        symbol["name"]
        for symbol in said["symbols"]
        if symbol["isExported"] and any("ocstring" in one["message"] for one in symbol["diagnostics"])
    ]
    assert (said["missingClassDocStringCount"], said["missingFunctionDocStringCount"]) == (0, 0), missing
