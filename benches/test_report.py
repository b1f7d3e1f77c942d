"""The tables and the picture are those of the committed reports; and what is wrong is noticed: python3 benches/test_report.py"""

import contextlib
import copy
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import growth
import instructions
import report


class Written(unittest.TestCase):
    def setUp(self):
        self.reports = report.reports()

    def test_what_is_committed_is_what_the_reports_say(self):
        for file, text in report.written(self.reports).items():
            self.assertEqual(file.read_text(), text, f"{file}: python3 benches/report.py writes it")

    def test_every_measure_of_the_report_is_in_the_guide(self):
        table = report.full_table(self.reports[0])
        for row in self.reports[0]["rows"]:
            self.assertIn(report.spread(row["micros"]), table)
        for missing in self.reports[0]["missing"]:
            self.assertIn(f"| {missing['peer']} ({missing['language']}) | missing: {missing['why']} |", table)

    def test_what_the_readme_of_the_python_package_says_is_in_the_report(self):
        readme = (report.ROOT / "bindings" / "python" / "README.md").read_text()
        self.assertIn("it mints twice as fast as PyJWT, joserfc and python-jose, and verifies 20 times as fast", readme)
        [report_of_ifma] = [one for one in self.reports if one["path"] == "Ifma"]
        rows = [row for row in report_of_ifma["rows"] if row["language"] == "Python" and row["how"] == ""]
        for measure, times in ("mint", 2), ("verify", 20):
            micros = {row["peer"]: row["micros"]["median"] for row in rows if row["measure"] == measure}
            ours = micros.pop("ivs-token")
            self.assertEqual(set(micros), {"PyJWT", "joserfc", "python-jose"})
            self.assertGreater(min(micros.values()), times * ours)

    def test_every_figure_of_growth_is_in_the_guide(self):
        grown = growth.committed(report.name(self.reports[0]))
        guide = (report.ROOT / "docs" / "performance.md").read_text()
        for series in grown["series"]:
            for point in series["points"]:
                self.assertIn(f"{growth.short(point['at'])}: {growth.figure(point['micros'])}", guide)
        self.assertIn(growth.table(grown), guide)
        other = copy.deepcopy(grown)
        other["series"][0]["points"][0]["micros"] += 1
        self.assertNotIn(growth.table(other), guide)
        self.assertNotEqual(growth.svg(other), growth.svg(grown))

    def test_what_the_sentences_about_growth_say_is_what_was_measured(self):
        grown = growth.committed(report.name(self.reports[0]))
        guide = " ".join((report.ROOT / "docs" / "performance.md").read_text().split())

        def micros(by, measure, at):
            series = next(series for series in grown["series"] if (series["by"], series["measure"]) == (by, measure))
            return next(point["micros"] for point in series["points"] if point["at"] == at)

        cost = micros("keys in the ring", "verify", 64) / micros("keys in the ring", "verify", 1) - 1
        self.assertIn(f"reading them costs {100 * cost:.0f} %", guide)
        longer = micros("attribute bytes", "mint", 1024) - micros("attribute bytes", "mint", 0)
        self.assertIn(f"takes {longer:.0f} µs longer than one with none", guide)

    def test_a_report_that_is_none(self):
        for change in (
            lambda bad: bad.update(schema=2),
            lambda bad: bad.pop("machine"),
            lambda bad: bad.update(path="Fast"),
            lambda bad: bad["taken"].update(rounds=6),
            lambda bad: bad["rows"][0]["micros"].update(lower=bad["rows"][0]["micros"]["median"] + 1),
        ):
            bad = copy.deepcopy(self.reports[0])
            self.assertEqual(list(report.problems(bad)), [])
            change(bad)
            self.assertNotEqual(list(report.problems(bad)), [])


class Losses(unittest.TestCase):
    def losses(self, factor, path=None):
        fresh = copy.deepcopy(report.reports()[0])
        fresh["rows"] = [row for row in fresh["rows"] if not row.get("forced") and row["language"] == "Rust"]
        fresh["path"] = path or fresh["path"]
        verify = next(row for row in fresh["rows"] if row.get("ours") and row["measure"] == "verify" and row["how"] == "")
        verify["times_as_fast"]["median"] *= factor
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()) as said:
            file = Path(folder) / "report.json"
            file.write_text(json.dumps(fresh))
            with contextlib.redirect_stderr(said):
                return report.losses(file, 10), said.getvalue()

    def test_a_loss_of_more_than_a_tenth_fails(self):
        status, said = self.losses(0.89)
        self.assertEqual((status, said.count("LOSS")), (1, 1), said)

    def test_less_passes_and_so_does_a_gain(self):
        for factor in (0.91, 1, 1.5):
            self.assertEqual(self.losses(factor)[0], 0)

    def test_a_path_without_a_report_is_an_error(self):
        status, said = self.losses(1, path="Neon")
        self.assertEqual(status, 1)
        self.assertIn("no committed report is of the path Neon", said)


class Instructions(unittest.TestCase):
    def compared(self, factor):
        committed = json.loads(instructions.BOUNDS.read_text())
        counts = {path: {what: int(bound / (1 + instructions.SLACK)) for what, bound in of.items()} for path, of in committed["at_most"].items()}
        self.assertEqual((tuple(counts), *map(tuple, counts.values())), (instructions.PATHS, *[instructions.MEASURES] * len(counts)))
        counts["words"]["verify"] = int(counts["words"]["verify"] * factor)
        with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()):
            return instructions.compared(counts, committed), said.getvalue().count("LOSS")

    def test_three_percent_more_fails(self):
        self.assertEqual(self.compared(1.03), (1, 1))

    def test_what_was_counted_passes(self):
        self.assertEqual(self.compared(1), (0, 0))


if __name__ == "__main__":
    unittest.main()
