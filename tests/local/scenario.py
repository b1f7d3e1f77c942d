"""Runs scenario.json: through boto3, or through the AWS CLI.

    scenario.py boto3
    scenario.py cli             in this process, with the command line's own main function
    scenario.py cli PROGRAM     a process of PROGRAM for each call

The endpoint, the region and the access key come from the environment.
"""

import contextlib
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile

from botocore import xform_name

STEPS = json.loads((pathlib.Path(__file__).parent / "scenario.json").read_text())


def main() -> int:
    who, *program = sys.argv[1:]
    call = with_boto3() if who == "boto3" else with_cli(program)
    saved: dict[str, str] = {}
    called = set()
    for number, step in enumerate(STEPS, 1):
        place = f"{who}, step {number}, {step['service']} {step['operation']}"
        code, answer = call(step, filled(step["input"], saved))
        problem = judge(step, saved, code, answer)
        if problem:
            print(f"{place}: {problem}\n{code}: {answer}", file=sys.stderr)
            return 1
        called.add((step["service"], step["operation"]))
    print(f"{who}: {len(STEPS)} calls of {len(called)} operations")
    return 0 if len(called) == 86 else 1


def judge(step, saved, code, answer):
    """What is wrong with an answer; keeps what the step saves."""
    if code != step.get("error"):
        return f"expected {step.get('error', 'an answer')}"
    for name, pointer in step.get("save", {}).items():
        saved[name] = found(answer, pointer)
        if not isinstance(saved[name], str):
            return f"{pointer} should be a text"
    for pointer, value in step.get("expect", {}).items():
        if found(answer, pointer) != filled(value, saved):
            return f"{pointer} should be {filled(value, saved)!r}"
    for pointer in step.get("absent", []):
        if found(answer, pointer) is not None:
            return f"{pointer} should be absent"
    for pointer in step.get("empty", []):
        if found(answer, pointer) not in ([], {}):
            return f"{pointer} should be empty"
    return None


def filled(value, saved):
    """The value, with saved texts for ${name}."""
    if isinstance(value, str):
        return re.sub(r"\$\{(\w+)\}", lambda match: saved[match[1]], value)
    if isinstance(value, list):
        return [filled(one, saved) for one in value]
    if isinstance(value, dict):
        return {name: filled(one, saved) for name, one in value.items()}
    return value


def found(value, pointer):
    """What a JSON pointer (RFC 6901) points to."""
    for part in pointer.split("/")[1:]:
        part = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def with_boto3():
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    config = Config(retries={"max_attempts": 0})
    clients = {name: boto3.client(name, config=config) for name in ("ivs", "ivs-realtime")}

    def call(step, given):
        method = getattr(clients[step["service"]], xform_name(step["operation"]))
        try:
            return None, method(**given)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response
    return call


def with_cli(program):
    folder = pathlib.Path(tempfile.mkdtemp())

    def call(step, given):
        file = folder / "input.json"
        file.write_text(json.dumps(given))
        command = [step["service"], xform_name(step["operation"], "-"), "--cli-input-json", f"file://{file}"]
        status, out, said = process(program, command) if program else inside(command)
        if status == 0:
            return None, json.loads(out) if out.strip() else {}
        code = re.search(r"An error occurred \((\w+)\)", said)
        return code[1] if code else f"status {status}", said.strip()
    return call


def process(program, command):
    done = subprocess.run([*program, *command], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def inside(command):
    from awscli.clidriver import create_clidriver

    out, said = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(said):
        status = create_clidriver().main(command)
    out.flush()
    return status, out.buffer.getvalue().decode(), said.getvalue()


if __name__ == "__main__":
    sys.exit(main())
