"""Does what the README and docs/local.md tell a new user of ivs-local: new_user.py FOLDER

FOLDER holds the programs, so that the line that installs them is not run. The port is a free one.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]


def main() -> int:
    readme()
    documentation()
    print("the lines of the README lead to a token that is good, and those of docs/local.md to stages")
    return 0


def documentation():
    """The examples for Python, the AWS CLI and JavaScript as they are printed, and the plugin for pytest."""
    text = (ROOT / "docs/local.md").read_text()
    example = {
        name: re.search(rf"^### {name}\n.*?```[\w,]+\n(.*?)```", text, re.M | re.S)[1]
        for name in ("Python", "AWS CLI", "JavaScript")
    }
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "example.py").write_text(on_a_free_port(example["Python"]))
        (place / "example.mjs").write_text(on_a_free_port(example["JavaScript"]))
        for name in ("ivs_local.py", "test_stage.py"):
            shutil.copy(ROOT / "examples/local" / name, place)
        shutil.copy(ROOT / "tests/local/test_plugin.py", place)
        (place / "node_modules").symlink_to(ROOT / "tests/local/node_modules")
        # What the server prints besides its address is there to be copied.
        script = f"""
            ivs-local --port 8788 > said &
            trap 'kill %1' EXIT
            until [ "$(wc -l 2>/dev/null < said)" = 6 ]; do sleep 0.05; done
            eval "$(grep ^export said)"
            eval "$(tail -n 1 said)"
            {example["AWS CLI"]}
            python3 example.py
            node example.mjs
            python3 -m pytest --quiet -p no:cacheprovider test_stage.py test_plugin.py
        """
        said = run(folder, script)
    for expected in ('"name": "demo"', "'whip': 'http://localhost:", "7 passed"):
        if expected not in said:
            sys.exit(f"{expected} is not in\n{said}")


def readme():
    text = (ROOT / "README.md").read_text()
    [shell] = re.findall(r"```text\n(cargo install.*?)```", text, re.S)
    manual = (ROOT / "docs/local.md").read_text()
    program = re.search(r"^## Five lines\n.*?```python\n(.*?)```", manual, re.M | re.S)[1]
    install, rest = shell.split("\n", 1)
    if not install.startswith("cargo install --locked --path crates/ivs-token-cli --features local "):
        sys.exit(f"the five lines begin with {install}")
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        (place / "local.py").write_text(program)
        said = run(folder, f"trap 'kill %1' EXIT\n{rest}")
        if not re.search(r"ivs-local is ready", said) or not re.search(r"^http://localhost:\d+ \['bob'\]$", said, re.M):
            sys.exit(said)
        [token] = [line for line in said.splitlines() if line.startswith("eyJ")]
        arn = (place / "key.arn").read_text()
        run(folder, f"ivs-token verify --public-key public.pem --kid {arn}", given=token)


def run(folder, script, given=None):
    """Runs a script in bash, with the programs, and a free port for the one that it names; gives what it printed."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    folders = [sys.argv[1], str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", on_a_free_port(script)],
        cwd=folder,
        env={**variables, "PATH": os.pathsep.join(folders), "HOME": folder, "AWS_PAGER": "", "PYTHONDONTWRITEBYTECODE": "1"},
        input=given,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{script}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def on_a_free_port(text):
    global port
    if port is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
    # Not within a UUID.
    return re.sub(r"(?<![\w-])8788(?![\w-])", port, text)


port = None

if __name__ == "__main__":
    sys.exit(main())
