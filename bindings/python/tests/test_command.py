"""``python -m ivs_token`` is the command ``ivs-token``, and takes what Python mints."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from facts import KID, STAGE_ARN, WHIP_URL

import ivs_token
from ivs_token import SigningKey

MODULE = [sys.executable, "-m", "ivs_token"]
SCRIPT = [str(Path(sysconfig.get_path("scripts")) / "ivs-token")]
# The one that cargo built, when the checks of the repository run.
CARGO = os.environ.get("IVS_TOKEN_TEST_CLI")
COMMANDS = [MODULE, SCRIPT, *([[CARGO]] if CARGO else [])]


def run(command, *arguments, text="", code=0):
    done = subprocess.run([*command, *arguments], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def files(tmp_path, key):
    (tmp_path / "private.pem").write_text(key.to_pem())
    (tmp_path / "public.pem").write_text(key.verifying_key.to_pem())
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: Path(command[-1]).name)
def test_it_takes_what_python_mints(command, files, key, stage):
    token = stage.mint(key, user_id="ana")
    verify = [*command, "verify", "--public-key", str(files / "public.pem"), "--kid", KID, "--stage-arn", STAGE_ARN]
    said = json.loads(run(verify, "--json", text=token).stdout)
    assert said["userId"] == "ana"
    assert said["participantId"] == token.participant_id
    refused = run(verify, "--json", text=token[:-4] + "AAAA", code=1)
    assert json.loads(refused.stdout)["error"]["code"] == "TOKEN_INVALID_SIGNATURE"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: Path(command[-1]).name)
def test_python_takes_what_it_mints(command, files, verifier):
    arguments = ["--kid", KID, "--stage-arn", STAGE_ARN, "--whip-url", WHIP_URL, "--user-id", "José"]
    token = run(command, "mint", "--key", str(files / "private.pem"), *arguments).stdout.strip()
    assert verifier.verify(token).user_id == "José"


def test_inspect_and_misuse(key, stage):
    assert "participant token" in run(MODULE, "inspect", text=stage.mint(key)).stdout
    run(MODULE, "inspect", text="nonsense", code=1)
    assert "--help" in run(MODULE, "nonsense", code=2).stderr
    assert ivs_token.__version__ in run(MODULE, "--version").stdout
    leak = run(MODULE, "inspect", key.to_pem(), code=2)
    assert key.to_pem().splitlines()[1] not in leak.stderr


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl command")
def test_with_openssl_keys(tmp_path, stage):
    """The commands of AWS's guide."""
    private, public = tmp_path / "priv.pem", tmp_path / "public.pem"
    run(["openssl"], "ecparam", "-name", "secp384r1", "-noout", "-genkey", "-out", str(private))
    run(["openssl"], "ec", "-in", str(private), "-pubout", "-out", str(public))
    token = stage.mint(SigningKey.from_pem(private, kid=KID), user_id="ana")
    assert ivs_token.Verifier({KID: public}).verify(token).user_id == "ana"


