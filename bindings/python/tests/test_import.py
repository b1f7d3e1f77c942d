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


def test_the_wheel_has_the_licences():
    """Ours, and those of what is linked into the native half."""
    from importlib.metadata import files

    held = {file.name: file for file in files("ivs-token") if "licenses" in file.parts}
    assert set(held) == {"LICENSE-APACHE", "LICENSE-MIT", "THIRD-PARTY-NOTICES"}
    notices = held["THIRD-PARTY-NOTICES"].read_text(encoding="utf-8")
    assert all(name in notices for name in ("aws-lc-sys", "pyo3", "Apache License", "Permission is hereby granted"))
