"""Holds the ABI against the committed list, abi.txt.

What was there must stay: a line that goes away or changes needs another IVS_ABI_VERSION. What is added does not, but must be
in the list: `abi.py LIBRARY --update` writes it, and refuses what would break programs. The list is of 64-bit machines.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import header

VERSIONS = {"IVS_ABI_VERSION"} | {f"IVS_TOKEN_VERSION_{part}" for part in ("MAJOR", "MINOR", "PATCH")}
LIST = Path(__file__).with_name("abi.txt")


def current(library: str) -> list[str]:
    output = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True)
    symbols = sorted(line.split()[2] for line in output.stdout.splitlines())
    functions = header.functions()
    declared = [function.name for function in functions]
    if symbols != declared:
        sys.exit(f"the header and the library differ in {sorted(set(symbols) ^ set(declared))}")
    lines = []
    for function in functions:
        arguments = ", ".join(kind for kind, _ in function.arguments)
        lines.append(f"function {function.returns} {function.name}({arguments})")
    # The versions of the package are no part of the ABI.
    lines += [f"constant {name} {value}" for name, value in header.constants() if name not in VERSIONS]
    return lines + layouts()


def layouts() -> list[str]:
    """Sizes and offsets, as a C compiler has them."""
    body = ""
    for name, members in sorted(header.structs().items()):
        body += f'printf("struct {name} %zu\\n", sizeof({name}));\n'
        for _, member in members:
            place = f"offsetof({name}, {member}), sizeof((({name} *)0)->{member})"
            body += f'printf("member {name}.{member} %zu %zu\\n", {place});\n'
    body += 'printf("struct ivs_status %zu\\n", sizeof(ivs_status));\n'
    program = f'#include <stdio.h>\n#include "ivs_token.h"\nint main(void) {{\n{body}return 0;\n}}\n'
    with tempfile.TemporaryDirectory() as folder:
        source, binary = Path(folder, "layouts.c"), Path(folder, "layouts")
        source.write_text(program)
        compiler = os.environ.get("CC", "cc")
        subprocess.run([compiler, "-std=c11", "-I", header.HEADER.parent, source, "-o", binary], check=True)
        output = subprocess.run([binary], check=True, capture_output=True, text=True)
    return output.stdout.splitlines()


def main(library: str, update: bool) -> None:
    abi = f"abi {dict(header.constants())['IVS_ABI_VERSION']}"
    now = current(library)
    committed = LIST.read_text().splitlines() if LIST.exists() else [abi]
    gone = sorted(set(committed[1:]) - set(now))
    if gone and committed[0] == abi:
        sys.exit("programs would break: give IVS_ABI_VERSION another number, or bring back\n" + "\n".join(gone))
    if update:
        LIST.write_text("\n".join([abi, *now]) + "\n")
    elif [abi, *now] != committed:
        added = sorted(set(now) - set(committed))
        sys.exit("abi.txt is not up to date, write it with --update; new are\n" + "\n".join(added))


main(sys.argv[1], sys.argv[2:] == ["--update"])
