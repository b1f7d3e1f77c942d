"""How the time of a token grows: small plots and a table, from what `make bench-growth` measured.

    python3 benches/growth.py SERIES.json OUT     adds what machine this is, and writes growth.json and growth.svg into OUT
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from html import escape
from pathlib import Path

import machine

HERE = Path(__file__).resolve().parent
COMMITTED = HERE / "growth"
SCHEMA = 1
WIDTH, HEIGHT, COLUMNS = 260, 180, 3
LINES = {"verify": "verify", "mint": "mint, accelerated"}
STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#57606a}.head{font-weight:600;font-size:12px;fill:#24292f}"
    "path{fill:none;stroke-width:2}.axis{stroke:#8c959f;stroke-width:1}.mint{stroke:#bf8700}.verify{stroke:#0969da}"
    ".dot{stroke:none}.dot.mint{fill:#bf8700}.dot.verify{fill:#0969da}"
    "@media(prefers-color-scheme:dark){text{fill:#9198a1}.head{fill:#f0f6fc}.axis{stroke:#656c76}"
    ".verify{stroke:#4493f8}.dot.verify{fill:#4493f8}.mint{stroke:#d29922}.dot.mint{fill:#d29922}}"
)


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found, out = json.loads(Path(arguments[0]).read_text()), Path(arguments[1])
    day = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=HERE, capture_output=True, text=True).stdout.strip()
    taken = {"on": day, "commit": commit, "command": "make bench-growth", "rounds": found.pop("rounds"), "load": round(os.getloadavg()[0], 2)}
    growth = {"schema": SCHEMA, "machine": machine.describe(), "taken": taken, **found}
    (out / "growth.json").write_text(json.dumps(growth, indent=1, ensure_ascii=False) + "\n")
    (out / "growth.svg").write_text(svg(growth))
    print(table(growth))
    print(f"written: {out}/growth.json and growth.svg", file=sys.stderr)
    return 0


def committed(name: str) -> dict:
    """What was measured on the machine of a report."""
    file = COMMITTED / f"{name}.json"
    if not file.exists():
        raise SystemExit(f"there is no {file.relative_to(HERE.parent)}: make bench-growth writes one into target/bench")
    growth = json.loads(file.read_text())
    if growth.get("schema") != SCHEMA:
        raise SystemExit(f"{file.relative_to(HERE.parent)}: schema {growth.get('schema')}, and not {SCHEMA}")
    return growth


def table(growth: dict) -> str:
    """Every figure."""
    lines = ["| what grows | measure | µs a token |", "|---|---|---|"]
    for series in growth["series"]:
        points = "; ".join(f"{short(point['at'])}: {figure(point['micros'])}" for point in series["points"])
        lines.append(f"| {series['by']} | {LINES[series['measure']]} | {points} |")
    return "\n".join(lines)


def figure(micros: float) -> str:
    return f"{micros:.1f}" if micros < 100 else f"{micros:.0f}"


def svg(growth: dict) -> str:
    """One panel for each thing that grows, with a line for minting and one for verifying."""
    panels: dict = {}
    for series in growth["series"]:
        panels.setdefault(series["by"], []).append(series)
    drawn = [panel(by, all_, i % COLUMNS * WIDTH, i // COLUMNS * HEIGHT) for i, (by, all_) in enumerate(panels.items())]
    width, height = COLUMNS * WIDTH, -(-len(panels) // COLUMNS) * HEIGHT + 24
    legend = "".join(
        f'<circle class="dot {line}" cx="{44 + 70 * i}" cy="{height - 10}" r="4"/><text x="{53 + 70 * i}" y="{height - 6}">{title}</text>'
        for i, (line, title) in enumerate(LINES.items())
    )
    processor = f"µs a token; {growth['machine']['processor']}, {growth['taken']['on']}"
    legend += f'<text x="{width - 24}" y="{height - 6}" text-anchor="end">{escape(processor)}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">\n'
        "<title>How the time of a token grows</title>\n"
        f"<style>{STYLE}</style>\n" + "\n".join([*drawn, legend]) + "\n</svg>\n"
    )


def panel(by, all_series, left, top) -> str:
    """Sizes are spread evenly: most are several times the one before."""
    sizes = sorted({point["at"] for series in all_series for point in series["points"]})
    most = nice(max(point["micros"] for series in all_series for point in series["points"]))
    x0, x1, y0, y1 = left + 44, left + WIDTH - 24, top + HEIGHT - 30, top + 30

    def x(at):
        return round(x0 + (x1 - x0) * sizes.index(at) / max(1, len(sizes) - 1), 1)

    def y(micros):
        return round(y0 - (y0 - y1) * micros / most, 1)

    parts = [
        f'<text class="head" x="{x0}" y="{top + 16}">{escape(by)}</text>',
        f'<path class="axis" d="M{x0} {y1}V{y0}H{x1}"/>',
    ]
    parts += [f'<text x="{x0 - 6}" y="{y(value) + 4}" text-anchor="end">{value:g}</text>' for value in (0, most / 2, most)]
    # Not more words than there is room for.
    step = -(-len(sizes) // 5)
    parts += [f'<text x="{x(at)}" y="{y0 + 15}" text-anchor="middle">{short(at)}</text>' for at in sizes[::step]]
    for series in all_series:
        points = [(x(point["at"]), y(point["micros"])) for point in series["points"]]
        parts.append(f'<path class="{series["measure"]}" d="M{"L".join(f"{px} {py}" for px, py in points)}"/>')
        parts += [f'<circle class="dot {series["measure"]}" cx="{px}" cy="{py}" r="2.5"/>' for px, py in points]
    return "\n".join(parts)


def nice(most: float) -> float:
    """The end of an axis: the next of 1, 2, 3, 4, 6 and 8 times a power of ten."""
    power = 10.0 ** (len(str(int(most))) - 1)
    return next(step * power for step in (1, 2, 3, 4, 6, 8, 10) if most <= step * power)


def short(number: int) -> str:
    for unit, name in ((10**6, "M"), (10**3, "k")):
        if number >= unit and number % unit == 0:
            return f"{number // unit}{name}"
    return str(number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
