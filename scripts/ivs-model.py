#!/usr/bin/env python3
"""Writes crates/ivs-model/api/*.json from the service models of the installed botocore.

    scripts/ivs-model.py            writes the files
    scripts/ivs-model.py --check    exits with 1 if a file differs from what would be written

The files hold what a server needs: operations with method, URI, status, errors and pagination, and the shapes with their
constraints. Documentation is left out. One shape a line, sorted, so that a newer model gives a readable difference.
"""

import json
import pathlib
import sys

import botocore
from botocore.loaders import Loader

SERVICES = ("ivs", "ivs-realtime")
FOLDER = pathlib.Path(__file__).parent.parent / "crates/ivs-model/api"
CONSTRAINTS = ("min", "max", "pattern", "enum", "sensitive", "timestampFormat")


def main() -> int:
    stale = []
    for service in SERVICES:
        text = compact(service)
        path = FOLDER / f"{service}.json"
        if "--check" in sys.argv[1:]:
            if path.read_text() != text:
                stale.append(path.name)
        else:
            path.write_text(text)
    if stale:
        print(f"differs from botocore {botocore.__version__}: {', '.join(stale)}", file=sys.stderr)
    return 1 if stale else 0


def compact(service: str) -> str:
    model = Loader().load_service_model(service, "service-2")
    shapes = model["shapes"]
    head = {
        "service": service,
        "apiVersion": model["metadata"]["apiVersion"],
        "signingName": model["metadata"].get("signingName", service),
        "exceptions": {
            name: shape["error"]["httpStatusCode"]
            for name, shape in shapes.items()
            if shape.get("exception")
        },
    }
    operations = {name: operation(value) for name, value in model["operations"].items()}
    kept = {
        name: compact_shape(shape)
        for name, shape in shapes.items()
        if not shape.get("exception")
    }
    return (
        "{\n"
        + "".join(f"{json.dumps(key)}: {dump(value)},\n" for key, value in head.items())
        + '"operations": {\n'
        + lines(operations)
        + '},\n"shapes": {\n'
        + lines(kept)
        + "}}\n"
    )


def operation(value: dict) -> dict:
    http = value["http"]
    return {
        "method": http["method"],
        "uri": http["requestUri"],
        "status": http.get("responseCode", 200),
        "input": value.get("input", {}).get("shape"),
        "output": value.get("output", {}).get("shape"),
        "errors": [error["shape"] for error in value.get("errors", [])],
    }


def compact_shape(shape: dict) -> dict:
    out = {"type": shape["type"]}
    if "members" in shape:
        out["members"] = {name: member(value) for name, value in shape["members"].items()}
    if shape.get("required"):
        out["required"] = shape["required"]
    for part in ("member", "key", "value"):
        if part in shape:
            out[part] = shape[part]["shape"]
    for constraint in CONSTRAINTS:
        if constraint in shape:
            out[constraint] = shape[constraint]
    return out


def member(value: dict):
    if "location" not in value:
        return value["shape"]
    return {"shape": value["shape"], "location": value["location"], "name": value.get("locationName")}


def lines(values: dict) -> str:
    return ",\n".join(f"{json.dumps(key)}: {dump(values[key])}" for key in sorted(values)) + "\n"


def dump(value) -> str:
    return json.dumps(value, separators=(", ", ": "))


if __name__ == "__main__":
    sys.exit(main())
