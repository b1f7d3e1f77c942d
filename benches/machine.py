"""What machine this is."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from pathlib import Path

# Those that decide which path of the engine, and which code of its peers, a processor takes.
FLAGS = ("bmi1", "bmi2", "adx", "avx2", "avx512f", "avx512ifma", "sha_ni", "asimd", "sha512")

# A virtual machine often hides the name: (vendor, family, model).
NAMES = {
    ("GenuineIntel", 6, 106): "Intel Xeon, Ice Lake",
    ("GenuineIntel", 6, 143): "Intel Xeon, Sapphire Rapids",
    ("GenuineIntel", 6, 207): "Intel Xeon, Emerald Rapids",
    ("GenuineIntel", 6, 173): "Intel Xeon, Granite Rapids",
    ("AuthenticAMD", 25, 1): "AMD EPYC, Zen 3",
    ("AuthenticAMD", 25, 17): "AMD EPYC, Zen 4",
    ("AuthenticAMD", 26, 2): "AMD EPYC, Zen 5",
}


def describe() -> dict:
    info = dict(re.findall(r"^([\w ]+?)\s*:\s*(.*)$", cpuinfo(), re.M))
    numbers = [int(info.get(name, -1)) for name in ("cpu family", "model")]
    model = info.get("model name") or platform.processor() or platform.machine()
    flags = (info.get("flags") or info.get("Features") or "").split()
    return {
        "processor": NAMES.get((info.get("vendor_id"), *numbers), model),
        "model": model,
        "family": numbers,
        "cores": os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "virtual": "hypervisor" in flags,
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
    }


def cpuinfo() -> str:
    try:
        # Of the first processor; all are alike.
        return Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return ""


def other_paths(program, folder) -> list[str]:
    """The paths of the engine that this processor could take, but would not by itself."""
    found = []
    for path in ("ifma", "avx2", "neon", "words"):
        env = os.environ | {"ES384_FORCE_PATH": path}
        said = subprocess.run(
            [program, "ours", folder], input="", env=env, capture_output=True, text=True
        )
        if said.returncode == 0:
            found.append(path)
    own = json.loads(subprocess.run([program, "ours", folder], input="", capture_output=True, text=True, check=True).stdout)
    return [path for path in found if path != own["path"].lower()]
