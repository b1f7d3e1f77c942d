"""Does what the README and docs/local.md tell a new user of ivs-local: new_user.py FOLDER

FOLDER holds the programs, so that the lines that install them are not run. The port is a free one.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
MANUAL = (ROOT / "docs/local.md").read_text()


def main() -> int:
    readme()
    languages()
    commands()
    in_a_network()
    on_github()
    print("the lines of the README lead to a token that is good, and those of docs/local.md to stages")
    return 0


def languages():
    """The examples for Python, the AWS CLI and JavaScript as they are printed, and the plugin for pytest."""
    example = {
        name: re.search(rf"^### {name}\n.*?```[\w,]+\n(.*?)```", MANUAL, re.M | re.S)[1]
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
            {SERVER}
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


# What stands for programs that a command of docs/local.md would start, and for what it would wait for.
STAND_INS = r"""
# The package that the page of a stage loads the web client from.
npm() { [ "$*" = "install amazon-ivs-web-broadcast" ]; file=node_modules/$2/dist/$2.js; mkdir -p "${file%/*}"; echo "// the client" > "$file"; }
# A server that runs until it is ended: this one is ended once it has named two pages, and has served the script.
ivs-local() {
    case "$1" in
        --demo)
            command ivs-local --port 0 "$@" > demo 2> demo.log &
            until [ "$(grep -c /_ivs/stage demo)" = 2 ]; do kill -0 $!; sleep 0.05; done
            command curl --silent --fail "$(grep -om1 'http://[^/]*' demo)/_ivs/web-client.js" | grep '// the client'
            kill $! ;;
        *) command ivs-local "$@" ;;
    esac
}
# A player: what it would play.
ffplay() { command curl --silent --fail "$1" | grep '^#EXTM3U'; }
# A publisher: it is let in with its token, and only told that what it offers is nothing.
ffmpeg() {
    status=$(command curl --silent --output refusal --write-out '%{http_code}' "${@: -1}" --data-binary 'v=0' \
        -H "authorization: Bearer $TOKEN" -H 'content-type: application/sdp')
    echo "the offer: $status"
}
# An answer that stays open: its first line, which something that happens makes.
curl() {
    case "$*" in
        *follow=true*|*text/event-stream*)
            { command curl --silent "$@" || true; } | head -n 1 > first &
            while kill -0 $! 2> /dev/null; do
                command curl --silent -X POST "http://localhost:8788/_ivs/channels/$CHANNEL_ARN/live"
                command curl --silent -X DELETE "http://localhost:8788/_ivs/channels/$CHANNEL_ARN/live"
            done
            [ -s first ] ;;
        *) command curl --silent --fail-with-body "$@"; echo ;;
    esac
}
"""


def commands():
    """The commands for a running server, one after the other."""
    blocks = re.findall(r"^```sh\n(.*?)^```", MANUAL, re.M | re.S)
    if len(blocks) < 8:
        sys.exit(f"docs/local.md has only {len(blocks)} blocks of commands")
    with tempfile.TemporaryDirectory() as folder:
        said = run(folder, f"""
            {SERVER}
            {STAND_INS}
            ivs-token key generate --out playback.pem --public-out playback-public.pem > made
            aws ivs import-playback-key-pair --public-key-material file://playback-public.pem > key
            aws ivs create-channel --authorized > channel
            CHANNEL_ARN=$(python3 -c "import json; print(json.load(open('channel'))['channel']['arn'])")
            PLAYBACK_URL=$(python3 -c "import json; print(json.load(open('channel'))['channel']['playbackUrl'])")
            aws ivs-realtime create-stage > stage
            STAGE_ARN=$(python3 -c "import json; print(json.load(open('stage'))['stage']['arn'])")
            aws ivs-realtime create-participant-token --stage-arn "$STAGE_ARN" > token
            TOKEN=$(python3 -c "import json; print(json.load(open('token'))['participantToken']['token'])")
            {"".join(blocks)}
            curl http://localhost:8788/_ivs/clock
            # The command line tries again what is throttled.
            aws ivs-realtime create-stage
            curl http://localhost:8788/_ivs/faults http://localhost:8788/_ivs/targets
        """)
    for expected in ("// the client", "#EXTM3U", "the offer: 400", '"mode":"frozen"', '"struck":2', '"eventBus":"default"'):
        if expected not in said:
            sys.exit(f"{expected} is not in\n{said}")


def in_a_network():
    """The server with the command of the file for containers answers by the name that its clients use there."""
    [command] = re.findall(r"^    command: (\[.*\])$", MANUAL, re.M)
    [name] = set(re.findall(r"http://(\w+):8788$", MANUAL, re.M)) - {"localhost"}
    options = " ".join(json.loads(command))
    with tempfile.TemporaryDirectory() as folder:
        said = run(folder, f"""
            {SERVER.replace("--port 8788", f"--port 8788 {options}")}
            curl --silent --fail http://localhost:8788/_ivs/ready -H 'Host: {name}:8788'
            ! curl --silent --fail http://localhost:8788/_ivs/ready -H 'Host: another:8788'
        """)
    if '"status":"ok"' not in said:
        sys.exit(f"{name} is no name of the server:\n{said}")


def on_github():
    """What the steps run, from a state that lies in the repository."""
    yaml = re.search(r"^### GitHub Actions\n.*?```yaml\n(.*?)```", MANUAL, re.M | re.S)[1]
    install, serve = re.search(r"- run: (.*?)\n- run: \|\n(.*?)\n- run: pytest\n", yaml, re.S).groups()
    failed = re.search(r"- if: failure\(\)\n  run: (.*)\n", yaml)[1]
    path = install.removeprefix("cargo install --locked --path ")
    if not (ROOT / path / "Cargo.toml").exists():
        sys.exit(f"a workflow installs {path}")
    with tempfile.TemporaryDirectory() as folder:
        said = run(folder, f"""
            {SERVER}
            aws ivs-realtime create-stage --name of-the-repository > made
            mkdir tests
            ivs-local snapshot tests/state.json --url http://localhost:8788
            kill %1
            wait %1 || true
            # A step, whose server outlives it.
            {{
            {serve}
            }}
            server=$!
            trap 'kill $server' EXIT
            aws ivs-realtime list-stages
            {failed}
        """)
    if "of-the-repository" not in said or "ListStages" not in said:
        sys.exit(f"the state of the repository is not there:\n{said}")


# A server, and the variables that it prints.
SERVER = """
            ivs-local --port 8788 > said &
            trap 'kill %1' EXIT
            until [ "$(wc -l 2>/dev/null < said)" = 6 ]; do sleep 0.05; done
            eval "$(grep ^export said)"
"""


def readme():
    text = (ROOT / "README.md").read_text()
    [shell] = re.findall(r"```text\n(cargo install.*?)```", text, re.S)
    program = re.search(r"^## Five lines\n.*?```python\n(.*?)```", MANUAL, re.M | re.S)[1]
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
