"""Does what the README tells a new user of ivs-local: new_user.py FOLDER

FOLDER holds the programs, so that the line that installs them is not run. The port is a free one.
"""

import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]


def main() -> int:
    readme = (ROOT / "README.md").read_text()
    chapter = re.search(r"^## Quickstart: a local Amazon IVS\n(.*?)^## ", readme, re.M | re.S)[1]
    [program] = re.findall(r"```python\n(.*?)```", chapter, re.S)
    [shell] = re.findall(r"```sh\n(.*?)```", chapter, re.S)
    install, rest = shell.split("\n", 1)
    if not install.startswith("cargo install --locked --path crates/ivs-token-cli --features local "):
        sys.exit(f"the chapter begins with {install}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    folders = [sys.argv[1], str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "local.py").write_text(program)
        script = f"trap 'kill %1' EXIT\n{rest}".replace("8788", port)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env={**variables, "PATH": os.pathsep.join(folders), "HOME": folder},
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}\n{done.stderr}")
    for expected in ("ivs-local is ready", "eyJ", "arn:aws:ivs:us-east-1:"):
        if expected not in done.stdout + done.stderr:
            sys.exit(f"{expected} is not in\n{done.stdout}\n{done.stderr}")
    print("the README's lines lead to a token that is good")
    return 0


if __name__ == "__main__":
    sys.exit(main())
