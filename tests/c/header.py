"""What include/ivs_token.h declares, for the tests that go through all of it."""

import re
from pathlib import Path
from typing import NamedTuple

HEADER = Path(__file__).parents[2] / "include/ivs_token.h"


class Function(NamedTuple):
    returns: str
    name: str
    arguments: list[tuple[str, str]]  # type and name


def source() -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", HEADER.read_text(), flags=re.S)


def functions() -> list[Function]:
    pattern = r"^(?:IVS_MUST_USE\s+)?([a-z][\w ]*?[ *]+)(ivs_\w+)\(([^;{]*)\);"
    found = []
    for returns, name, arguments in re.findall(pattern, source(), flags=re.M):
        pairs = []
        for argument in " ".join(arguments.split()).split(", "):
            if argument != "void":
                kind, last = re.fullmatch(r"(.*?[ *])(\w+)", argument).groups()
                pairs.append((kind.strip().replace("struct ", ""), last))
        found.append(Function(" ".join(returns.split()).replace("struct ", ""), name, pairs))
    return sorted(found, key=lambda function: function.name)


def constants() -> list[tuple[str, str]]:
    defines = [pair for pair in re.findall(r"^#define (IVS_\w+) +(\S.*)$", source(), flags=re.M) if pair[0] != "IVS_MUST_USE"]
    values = re.findall(r"^ +(IVS_\w+) = (\d+),", source(), flags=re.M)
    return sorted(defines + values)


def structs() -> dict[str, list[tuple[str, str]]]:
    """Those whose members are seen."""
    found = {}
    for name, body in re.findall(r"typedef struct (ivs_\w+) \{(.*?)\}", source(), flags=re.S):
        found[name] = [(kind.strip(), member) for kind, member in re.findall(r"([^;]*?)(\w+)(?:\[\d+\])?;", body)]
    return found
