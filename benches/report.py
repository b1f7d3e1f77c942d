"""Tables and pictures of reports.

    python3 benches/report.py           writes the tables and the picture of the README and the guide from benches/reports
    python3 benches/report.py --check   says which of them are not as the reports have it, and fails
    python3 benches/report.py --losses FRESH.json [PERCENT]
                                        compares a fresh report with the committed one of the same path, and fails on a loss
"""

from __future__ import annotations

import json
import re
import sys
from html import escape
from pathlib import Path

import growth

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REPORTS = HERE / "reports"
SCHEMA = 1
PICTURE = ROOT / "docs" / "images" / "speed.svg"
GROWTH = ROOT / "docs" / "images" / "growth.svg"
PATHS = {"Ifma": "AVX-512 IFMA", "Avx2": "AVX2", "Neon": "NEON", "Words": "words of 64 bits"}
# By how much a figure may be worse than the committed one, in percent.
LOSS = 10


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--losses"] and len(arguments) in (2, 3):
        return losses(Path(arguments[1]), float(arguments[2]) if len(arguments) == 3 else LOSS)
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = []
    for file, text in written(reports()).items():
        if file.exists() and file.read_text() == text:
            continue
        wrong.append(str(file.relative_to(ROOT)))
        if not arguments:
            file.write_text(text)
            print(f"written: {wrong[-1]}")
    if arguments and wrong:
        print(f"not as benches/reports has it: {', '.join(wrong)}; python3 benches/report.py writes them", file=sys.stderr)
    return bool(arguments and wrong)


def reports() -> list[dict]:
    """All committed reports: those of the fastest path first, and of these the newest."""
    found = []
    for file in REPORTS.glob("*.json"):
        report = json.loads(file.read_text())
        for problem in problems(report):
            raise SystemExit(f"{file.relative_to(ROOT)}: {problem}")
        if file.stem != name(report):
            raise SystemExit(f"{file.relative_to(ROOT)}: its name should be {name(report)}.json")
        found.append(report)
    found.sort(key=lambda report: report["taken"]["on"], reverse=True)
    return sorted(found, key=lambda report: list(PATHS).index(report["path"]))


def name(report: dict) -> str:
    """The processor, as a file is named by it."""
    return re.sub(r"[^a-z0-9]+", "-", report["machine"]["processor"].lower()).strip("-")


def problems(report: dict):
    """What of a report is not as README.md describes it."""
    if report.get("schema") != SCHEMA:
        yield f"schema {report.get('schema')}, and not {SCHEMA}"
        return
    for member, form in {"machine": dict, "taken": dict, "rows": list, "missing": list, "path": str, "payload_bytes": int}.items():
        if not isinstance(report.get(member), form):
            yield f"{member} is missing, or is no {form.__name__}"
            return
    if report["path"] not in PATHS:
        yield f"{report['path']} is no path"
    if report["taken"].get("rounds", 0) < 7:
        yield "fewer than 7 rounds"
    for row in report["rows"]:
        for spread in (row["micros"], row["times_as_fast"]):
            if not 0 < spread["lower"] <= spread["median"] <= spread["upper"]:
                yield f"{row['peer']}, {row['measure']}: {spread} is no spread"


def written(reports: list[dict]) -> dict[Path, str]:
    """The files that come of the reports, and what they should hold."""
    if not reports:
        raise SystemExit("there is no report in benches/reports: make bench writes one into target/bench")
    first = reports[0]
    grown = growth.committed(name(first))
    readme, guide = ROOT / "README.md", ROOT / "docs" / "performance.md"
    files = {
        readme: with_tables(readme, short_table(first)),
        guide: with_tables(guide, full_table(first), growth.table(grown)),
        PICTURE: svg(first),
        GROWTH: growth.svg(grown),
    }
    for file in (readme, guide):
        if first["machine"]["processor"] not in " ".join(files[file].split()):
            raise SystemExit(f"{file.relative_to(ROOT)} does not say that its figures are of {first['machine']['processor']}")
    return files


def with_tables(file: Path, *tables: str) -> str:
    """The text of a file, with each table in the place of the one that it has with the same first cell."""
    lines = file.read_text().split("\n")
    for table in tables:
        head = table.split("|")[1]
        starts = [i for i, line in enumerate(lines) if line.startswith(f"|{head}|")]
        if len(starts) != 1:
            raise SystemExit(f"{file.relative_to(ROOT)} should have one table that begins with |{head}|, and has {len(starts)}")
        end = next(i for i in range(starts[0], len(lines)) if not lines[i].startswith("|"))
        lines[starts[0] : end] = table.split("\n")
    return "\n".join(lines)


def find(report, measure, how="", peer="ivs-token", language="Rust", **more):
    """The one row that is meant."""
    wanted = {"measure": measure, "how": how, "peer": peer, "language": language} | more
    rows = [
        row
        for row in report["rows"]
        # What was forced is meant only if it is named; on a path that was, the backend is the usual one.
        if all(row.get(key) == value for key, value in wanted.items())
        and (not row.get("forced") or ("path" in more and row.get("backend") == "aws-lc-rs"))
    ]
    if len(rows) != 1:
        raise SystemExit(f"{len(rows)} rows are {wanted}")
    return rows[0]


def short_table(report) -> str:
    """What the README has: microseconds, by what the processor has, beside two peers."""
    table = [
        f"| µs a token, one thread | {PATHS['Ifma']} | {PATHS['Avx2']} alone | jsonwebtoken (Rust) | PyJWT |",
        "|---|---|---|---|---|",
    ]
    peers = {"jsonwebtoken": {"language": "Rust", "backend": "aws-lc-rs"}, "PyJWT": {"language": "Python"}}
    for title, measure, how in (
        ("verify", "verify", ""),
        ("verify, batches of 64", "verify", "batch of 64"),
        ("mint, as it comes", "mint", ""),
        ("mint, after `accelerate()`", "mint", "accelerated"),
        ("mint, the same in batches of 64", "mint", "accelerated, batch of 64"),
    ):
        # Without acceleration the backend signs, on every path.
        paths = ["Ifma", "Ifma" if how == "" and measure == "mint" else "Avx2"]
        ours = [find(report, measure, how, path=path) for path in paths]
        theirs = [find(report, measure, peer=peer, **facts) for peer, facts in peers.items()]
        cells = [figure(row) for row in ours] + [figure(row) if how == "" else "" for row in theirs]
        table.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(table)


def full_table(report) -> str:
    """Every row, fastest first."""
    lines = [
        "| what is measured | mint, µs | times as fast | verify, µs | times as fast |",
        "|---|---|---|---|---|",
    ]
    grouped: dict = {}
    for row in report["rows"]:
        grouped.setdefault(label(row), {})[row["measure"]] = row
    for title, rows in sorted(grouped.items(), key=lambda item: min(row["micros"]["median"] for row in item[1].values())):
        cells = []
        for measure in ("mint", "verify"):
            row = rows.get(measure)
            cells += [spread(row["micros"]), f"{row['times_as_fast']['median']:.2f}"] if row else ["", ""]
        bold = "**" if any(row.get("ours") for row in rows.values()) else ""
        lines.append(f"| {bold}{title}{bold} | {' | '.join(cells)} |")
    lines += [f"| {missing['peer']} ({missing['language']}) | missing: {missing['why']} | | | |" for missing in report["missing"]]
    return "\n".join(lines)


def label(row) -> str:
    """What a row is about, without the measure."""
    version = ".".join(row.get("version", "").split(".")[:2])
    words = [row["peer"] if row.get("ours") or not version else f"{row['peer']} {version}"]
    if row.get("raw"):
        words.append("the signature alone")
    elif row["language"] != "Rust" or not row.get("ours"):
        words.append(row["language"])
    if row.get("ours") and row["language"] == "Rust":
        is_by_engine = row["how"] not in ("", "key not prepared", "a hit in the cache") or (
            row["measure"] == "verify" and row["how"] == ""
        )
        words.append(PATHS[row["path"]] if is_by_engine and row.get("path") else f"by {row['backend']}" if row["how"] != "a hit in the cache" else "")
    elif not row.get("ours") and row.get("backend") and not row.get("raw"):
        words.append(" ".join(row["backend"].split()[:2]))
    words.append(row["how"])
    return ", ".join(word for word in words if word)


def figure(row) -> str:
    return f"{row['micros']['median']:.1f}"


def spread(values) -> str:
    digits = 2 if values["median"] < 10 else 1 if values["median"] < 100 else 0
    return f"{values['median']:.{digits}f} ({values['lower']:.{digits}f}–{values['upper']:.{digits}f})"


def markdown(report) -> str:
    """A report to read."""
    machine, taken = report["machine"], report["taken"]
    return "\n".join(
        [
            f"# {machine['processor']}",
            "",
            f"{machine['model']}, {machine['cores']} cores{', a virtual machine' if machine['virtual'] else ''}, {machine['system']};"
            f" {', '.join(machine['flags'])}. The engine takes {PATHS[report['path']]}. On {taken['on']} at {taken['commit']}, with"
            f" `{taken['command']}`: one thread, a payload of {report['payload_bytes']} bytes, the median (and quartiles) of"
            f" {taken['rounds']} rounds. The reference, aws-lc-rs, differed by {taken['drift'] * 100:.1f} % before and after a turn.",
            "",
            full_table(report),
            "",
        ]
    )


def svg(report) -> str:
    """Bars of tokens a second, to be read on a light page and on a dark one."""
    chosen = {
        "verify": [
            ("verify", "batch of 64", "ivs-token, batches of 64"),
            ("verify", "", "ivs-token"),
            ("verify", "", None),
        ],
        "mint": [
            ("mint", "accelerated, batch of 64", "ivs-token, accelerated, batches of 64"),
            ("mint", "accelerated", "ivs-token, accelerated"),
            ("mint", "", "ivs-token"),
            ("mint", "", None),
        ],
    }
    bars, y = [], 28
    for measure, picks in chosen.items():
        rows = []
        for _, how, title in picks:
            if title:
                rows += [(title, row, True) for row in report["rows"] if row["measure"] == measure and row["how"] == how
                         and row["peer"] == "ivs-token" and row["language"] == "Rust" and not row.get("forced")]
            else:
                rows += [(label(row), row, False) for row in report["rows"] if row["measure"] == measure and row["how"] == ""
                         and not row.get("ours") and not row.get("raw")]
        rows = rows[: len(picks) - 1] + sorted(rows[len(picks) - 1 :], key=lambda item: item[1]["micros"]["median"])
        most = 1e6 / min(row["micros"]["median"] for _, row, _ in rows)
        bars.append(f'<text class="head" x="0" y="{y}">{"Tokens verified" if measure == "verify" else "Tokens minted"} a second, one thread</text>')
        y += 12
        for title, row, is_ours in rows:
            rate = 1e6 / row["micros"]["median"]
            width = max(1, round(rate / most * 400))
            bars.append(f'<text x="292" y="{y + 12}" text-anchor="end">{escape(title)}</text>')
            bars.append(f'<rect class="{"ours" if is_ours else "peer"}" x="300" y="{y + 1}" width="{width}" height="14" rx="2"/>')
            bars.append(f'<text x="{306 + width}" y="{y + 12}">{thousands(rate)}</text>')
            y += 20
        y += 32
    machine = report["machine"]
    bars.append(f'<text class="note" x="0" y="{y - 12}">{escape(machine["processor"])}, {PATHS[report["path"]]}, {report["taken"]["on"]}; a payload of {report["payload_bytes"]} bytes</text>')
    style = (
        "text{font:13px system-ui,sans-serif;fill:#57606a}.head{font-weight:600;fill:#24292f}.note{font-size:12px}"
        ".ours{fill:#0969da}.peer{fill:#8c959f}"
        "@media(prefers-color-scheme:dark){text{fill:#9198a1}.head{fill:#f0f6fc}.ours{fill:#4493f8}.peer{fill:#656c76}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 780 {y}" width="780" height="{y}" role="img">\n'
        f"<title>Tokens minted and verified a second</title>\n<style>{style}</style>\n" + "\n".join(bars) + "\n</svg>\n"
    )


def thousands(rate: float) -> str:
    return f"{round(rate, -1 if rate < 10_000 else -2):,.0f}".replace(",", " ")


def losses(file: Path, percent: float) -> int:
    """Tells what of ours is slower than in the committed report of the same path, relative to the reference."""
    fresh = json.loads(file.read_text())
    committed = [report for report in reports() if report["path"] == fresh["path"]]
    if not committed:
        print(f"no committed report is of the path {fresh['path']}: nothing to compare with", file=sys.stderr)
        return 1
    status = 0
    for row in fresh["rows"]:
        # Finding a token in a cache has nothing to do with the speed of signatures.
        if not row.get("ours") or row["how"] == "a hit in the cache":
            continue
        before = find(committed[0], row["measure"], row["how"])["times_as_fast"]["median"]
        now = row["times_as_fast"]["median"]
        is_loss = now < before * (1 - percent / 100)
        status |= is_loss
        print(f"{'LOSS' if is_loss else 'good'}  {row['measure']:7} {row['how']:26} {before:7.2f} -> {now:6.2f} times the reference")
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
