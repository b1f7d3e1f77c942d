"""Runs the lines of bindings/c/README.md that install and link the library, as they are printed: lines.py PREFIX FOLDER CMAKE

PREFIX is where the library is installed; it stands for the places that the page names. CMAKE is the program, or nothing when there is none.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "bindings/c/README.md").read_text(encoding="utf-8")
prefix, folder, cmake = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3]


def main():
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "examples/c/mint.c", folder)
    shutil.copy(ROOT / "examples/cpp/join_gate.cpp", folder / "gate.cpp")
    install()
    link()
    if cmake:
        with_cmake()
    print("bindings/c/README.md: its lines install and link")


def install():
    """Into the home of a user, and for all users, with stand-ins for what only root may do: what is installed is the same."""
    home, everywhere = folder / "home", folder / "everywhere"
    home.mkdir()
    [line] = re.findall(r"^make install .*$", PAGE, re.M)
    run(line.replace("$HOME", str(home)), ROOT)
    [line] = re.findall(r"`(sudo [^`]*make install[^`]*)`", PAGE)
    stand_ins = 'sudo() { while [[ $1 == -* ]]; do shift; done; "$@"; }; ldconfig() { :; }; export -f ldconfig\n'
    run(stand_ins + line, ROOT, os.environ | {"DESTDIR": str(everywhere)})
    wanted = files(prefix)
    # What is not in the table is not installed, and the other way.
    rows = re.findall(r"^\| (`(?:lib|include|share)/.*?) \|", PAGE, re.M)
    named = {name for row in rows for name in re.findall(r"`([^`]*)`", row)}
    missing = [name for name in wanted if name not in named and not any(name.startswith(one) for one in named if one.endswith("/"))]
    if missing or any(not (prefix / name).exists() for name in named):
        sys.exit(f"the table of bindings/c/README.md is not what is installed: {missing}, {sorted(named)}")
    for place in (home / ".local", everywhere / "usr/local"):
        if files(place) != wanted:
            sys.exit(f"{place} has {sorted(files(place) ^ wanted)} or lacks it")


def files(place):
    return {str(path.relative_to(place)) for path in place.rglob("*") if not path.is_dir() or path.is_symlink()}


def link():
    """Each of the four lines makes a program that runs."""
    [block] = re.findall(r"^```sh\n(cc .*?)^```", PAGE, re.M | re.S)
    lines = block.splitlines()
    if len(lines) != 4:
        sys.exit(f"the page links in {len(lines)} ways")
    for line in lines:
        program = re.search(r" -o (\w+)", line)[1]
        run(line.replace("/usr/local", str(prefix)), folder, environment())
        says_its_usage(folder / program)
        (folder / program).unlink()


def with_cmake():
    """The two lines in a project of a user's, with either library."""
    [block] = re.findall(r"^```cmake\n(.*?)^```", PAGE, re.M | re.S)
    [static] = re.findall(r"# or (ivs_token::\w+)", block)
    for name, lines in {"shared": block, "static": block.replace("ivs_token::ivs_token)", f"{static})")}.items():
        project = folder / name
        project.mkdir()
        shutil.copy(folder / "mint.c", project)
        beginning = "cmake_minimum_required(VERSION 3.15)\nproject(mint LANGUAGES C)\nadd_executable(mint mint.c)\n"
        (project / "CMakeLists.txt").write_text(beginning + lines)
        run(f"{cmake} -S . -B build && {cmake} --build build", project, environment())
        says_its_usage(project / "build/mint")
        linked = subprocess.run(["ldd", project / "build/mint"], check=True, capture_output=True, text=True).stdout
        if ("libivs_token.so" in linked) != (name == "shared"):
            sys.exit(f"the {name} library of CMake is not that:\n{linked}")


def says_its_usage(program):
    done = subprocess.run([program], env=environment(), capture_output=True, text=True)
    if "usage" not in done.stderr:
        sys.exit(f"{program} does not start:\n{done.stdout}{done.stderr}")


def environment():
    """What the page says of a place that is not among the usual ones."""
    names = re.search(r"set `(PKG_CONFIG_PATH=.*?)`, `(CMAKE_PREFIX_PATH=.*?)` and\s+`(LD_LIBRARY_PATH=.*?)`\.", PAGE).groups()
    return os.environ | dict(name.replace("=PREFIX", f"={prefix}").split("=", 1) for name in names)


def run(script, place, names=os.environ):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=place, env=names, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{script}\n{done.stdout}{done.stderr}")


main()
