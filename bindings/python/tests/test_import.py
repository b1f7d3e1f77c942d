"""The import stays short: what takes longest to import is not imported."""

from __future__ import annotations

import subprocess
import sys


def test_only_what_is_needed():
    code = (
        "import sys; before = set(sys.modules); import ivs_token; "
        "print(*sorted(set(sys.modules) - before))"
    )
    added = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "ivs_token" in added
    assert not {"typing", "json", "re", "uuid", "datetime", "inspect", "dataclasses"} & set(added)
