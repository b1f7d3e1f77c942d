"""Compares the log of calls of a server with docs/local.md: calls.py URL

Four clients have run the scenario by then, and one of them life.py. Each must have called all 86 operations; and the table must say of
each operation what the server did: one that works has answered, one that answers without life has refused or listed nothing.
"""

import collections
import json
import pathlib
import re
import sys
import urllib.request

ROOT = pathlib.Path(__file__).parents[2]


def main() -> int:
    with urllib.request.urlopen(f"{sys.argv[1]}/_ivs/calls") as answer:
        calls = json.load(answer)
    documented = re.findall(r"^\| (ivs\S*) \| (\w+) \| (works|answers without life) \|$", read(), re.M)
    if len(documented) != 86:
        sys.exit(f"docs/local.md lists {len(documented)} operations")
    names = {name for _, name, _ in documented}
    by_account = collections.defaultdict(set)
    answered = set()
    for call in calls:
        by_account[call["account"]].add(call["operation"])
        if call["status"] < 300:
            answered.add(call["operation"])
    if len(by_account) != 4:
        sys.exit(f"clients of the accounts {sorted(by_account)} have called")
    for account, called in by_account.items():
        if called != names:
            sys.exit(f"{account} has not called {sorted(names - called)}, and called {sorted(called - names)}")
    for _, name, state in documented:
        if state == "works" and name not in answered:
            sys.exit(f"docs/local.md says that {name} works, and nobody got an answer")
    print(f"{len(by_account)} clients called the 86 operations, in {len(calls)} calls")
    return 0


def read() -> str:
    return (ROOT / "docs/local.md").read_text()


if __name__ == "__main__":
    sys.exit(main())
