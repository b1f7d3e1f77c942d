"""Reads the workflows as the runner would, for what neither zizmor nor actionlint sees: python jobs.py FILE...

An artifact that is downloaded was uploaded by a job that ran before; no two runs of a job upload under one name; a script that is called
exists, can be run, and is called after a checkout, on Windows by bash; one version of an action has one hash. Says each fault, and exits
with 1.
"""

import os
import re
import sys
from fnmatch import fnmatch
from itertools import product
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = re.compile(r"(?<![\w/.-])((?:\.ci|scripts)/[\w.-]+)")
EXPRESSION = re.compile(r"\$\{\{.*?\}\}")


def main(files):
    found, pins = [], {}
    for file in files:
        text = Path(file).read_text()
        for action, pin, version in re.findall(r"uses: ([\w/.-]+)@(\w+) # (v[\d.]+)", text):
            pins.setdefault(("one version", action, version), set()).add(pin)
            pins.setdefault(("one hash", action, pin), set()).add(version)
        found += [f"{file}: {fault}" for fault in faults(yaml.safe_load(text)["jobs"])]
    found += [f"{what} of {action}, {name}, is {' and '.join(sorted(said))}" for (what, action, name), said in pins.items() if len(said) > 1]
    sys.exit("\n".join(found) or None)


def faults(jobs):
    uploads = {name: list(names(job, "upload-artifact", ("name",))) for name, job in jobs.items()}
    for name, job in jobs.items():
        steps = job["steps"]
        yield from (f"{name} needs {other}, which is no job" for other in needs(job) if other not in jobs)
        before = [upload for other in ancestors(jobs, name) for upload in uploads[other]]
        for pattern in names(job, "download-artifact", ("name", "pattern")):
            if not any(fnmatch(upload, pattern) for upload in before):
                yield f"{name} downloads {pattern}, which no job before it uploads"
        yield from (f"{name} uploads {upload} more than once" for upload in {u for u in uploads[name] if uploads[name].count(u) > 1})
        for at, step in enumerate(steps):
            for script in SCRIPT.findall(step.get("run", "")):
                if not os.access(ROOT / script, os.X_OK):
                    yield f"{name} calls {script}, which is no program"
                if not any("actions/checkout@" in other.get("uses", "") for other in steps[:at]):
                    yield f"{name} calls {script}, and has checked nothing out"
                shell = step.get("shell") or job.get("defaults", {}).get("run", {}).get("shell")
                if shell != "bash" and "windows" in str(job.get("strategy", job["runs-on"])) and not step.get("if"):
                    yield f"{name} calls {script} on Windows, where the shell is none of Unix"
        known = {step["id"] for step in steps if "id" in step}
        for used in re.findall(r"steps\.([\w-]+)\.", str(job)):
            if used not in known:
                yield f"{name} reads what a step {used} says, and has none"
    taken = [pattern for job in jobs.values() for pattern in names(job, "download-artifact", ("name", "pattern"))]
    for name, found in uploads.items():
        yield from (f"{name} uploads {upload}, which nobody downloads" for upload in found if not any(fnmatch(upload, one) for one in taken))


def names(job, action, members):
    """The names with which each run of a job calls an action."""
    for step in job["steps"]:
        if f"actions/{action}@" in step.get("uses", ""):
            given = next(step["with"][member] for member in members if member in step["with"])
            for row in rows(job):
                yield EXPRESSION.sub(lambda expression: value(expression[0], row), given)


def rows(job):
    """Each combination of the matrix; one without any where there is no matrix."""
    matrix = dict(job.get("strategy", {}).get("matrix", {}))
    include = matrix.pop("include", [])
    made = [dict(zip(matrix, values)) for values in product(*matrix.values())] if matrix else []
    return made + include or [{}]


def value(expression, row):
    """What an expression such as `matrix.platform.os || 'default'` gives."""
    for choice in expression[3:-2].split("||"):
        choice = choice.strip()
        if choice.startswith("'"):
            return choice.strip("'")
        if not choice.startswith("matrix."):
            raise ValueError(f"{expression} is more than this reads")
        found = row
        for part in choice.split(".")[1:]:
            found = found.get(part, "") if isinstance(found, dict) else ""
        if found != "":
            return str(found)
    return ""


def needs(job):
    said = job.get("needs", [])
    return [said] if isinstance(said, str) else said


def ancestors(jobs, name):
    found, waiting = set(), needs(jobs[name])
    while waiting:
        other = waiting.pop()
        if other in jobs and other not in found:
            found.add(other)
            waiting = waiting + needs(jobs[other])
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
