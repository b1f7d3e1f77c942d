"""Runs the steps of the example for GitHub Actions in docs/local.md, as a runner does: workflow.py FOLDER

FOLDER holds the programs, so that the step that installs them is not run. The port is a free one.
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

import yaml
from new_user import ROOT, on_a_free_port

# What the example's user has in their repository.
STATE = [{"operation": "CreateStage", "region": "us-east-1", "input": {"name": "from-the-state"}}]
TEST = """
import boto3

def test_the_server_has_the_state():
    assert [one["name"] for one in boto3.client("ivs-realtime").list_stages()["stages"]] == ["from-the-state"]
"""


def main() -> int:
    install, start, test, failure = steps()
    if install != {"run": "cargo install --locked --path crates/ivs-local"}:
        sys.exit(f"the first step is {install}, and would not be run here")
    if set(failure) != {"if", "run"} or failure["if"] != "failure()":
        sys.exit(f"the last step is {failure}, and not for failures")
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "tests").mkdir()
        (place / "tests/state.json").write_text(json.dumps(STATE))
        (place / "tests/test_state.py").write_text(TEST)
        servers = []
        try:
            run(place, start, servers)
            run(place, test, servers)
            told = run(place, failure, servers)
        finally:
            # A runner ends what steps have left, too.
            for server in servers:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(server, signal.SIGKILL)
        calls, end = json.JSONDecoder().raw_decode(told)
        refusals = json.loads(told[end:])
        if [call["operation"] for call in calls] != ["ListStages"] or refusals != []:
            sys.exit(f"after a failure there is to be read: {told}")
        logged = [json.loads(line)["fields"]["rpc.method"] for line in (place / "ivs-local.jsonl").open()]
        if logged != ["ListStages"]:
            sys.exit(f"the log has {logged}")
    print("the steps of the example for GitHub Actions start a server with a state, and tests find it")
    return 0


def steps():
    """The steps of the example. Each has a command."""
    text = (ROOT / "docs/local.md").read_text()
    [found] = re.findall(r"^### GitHub Actions\n.*?```yaml\n(.*?)```", text, re.M | re.S)
    found = yaml.safe_load(found)
    if len(found) != 4 or not all("run" in step for step in found):
        sys.exit(f"the steps of the example are not four commands: {found}")
    return found


def run(place, step, servers):
    """Runs a step as a runner on Linux does that names no shell (GitHub Actions, workflow syntax, `shell`); gives what it printed."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    folders = [sys.argv[1], str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    own = {"PATH": os.pathsep.join(folders), "HOME": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    given = {name: on_a_free_port(str(value)) for name, value in step.get("env", {}).items()}
    command = on_a_free_port(step["run"])
    # Not through pipes: what a step leaves behind would hold them.
    with (place / f"said-{len(servers)}").open("w+") as said:
        started = subprocess.Popen(
            ["bash", "-e", "-c", command],
            cwd=place,
            env={**variables, **own, **given},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT if "pytest" in command else None,
            start_new_session=True,
        )
        servers.append(started.pid)
        status = started.wait()
        said.seek(0)
        text = said.read()
    if status != 0:
        sys.exit(f"{command}\nended with {status}\n{text}")
    return text


if __name__ == "__main__":
    sys.exit(main())
