"""Figures of performance in README.md and docs, from the stored results of a release.

python benchmarks/performance.py [--measure [RUN ...]]

With ``--measure`` the benchmarks of `RUNS` (all, or those that are named) are run one after the
other, and what they write is stored in ``benchmarks/results/<version>.json``, each run with its
machine, versions and date. Then, and without ``--measure``, the pages of `PAGES` are written from
that file. Nobody else should use the machine meanwhile. All runs take less than an hour.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import NamedTuple

import skinfo

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / f"{skinfo.__version__}.json"

# Name of a run: the script and its arguments.
SPEED = {
    "discrete": "mutual_info_discrete.py",
    "continuous": "mutual_info_continuous.py",
    "binner": "binner.py",
    "selector": "selector_speed.py --part floats",
    "pairwise": "pairwise.py",
    "log_loss": "log_loss_speed.py",
    "decomposition": "decomposition.py --part speed",
    "bottleneck": "bottleneck_speed.py",
    "curve": "information_curve.py",
    "start_up": "start_up.py",
}
QUALITY = {
    "selection": "selection_quality.py --part real --quick --repeats 1",
    "recall": "selection_quality.py --part known --samples 4",
    "stopping": "selection_stopping.py --repeats 40",
    "coverage": "decomposition.py --part classes",
    "vocabulary": "bottleneck_uses.py --part vocabulary",
}
RUNS = SPEED | QUALITY


class Cell(NamedTuple):
    """A number of a table: of the row that begins with some cells.

    Attributes
    ----------
    run : str

    table : str
        Beginning of its title.

    row : tuple

    column : str
    """

    run: str
    table: str
    row: tuple
    column: str = "seconds"


class Comparison(NamedTuple):
    """Seconds of a call, and of what it is compared with.

    Attributes
    ----------
    task, size : str

    ours : Cell

    others : dict of str to Cell
        By name, of the same run.
    """

    task: str
    size: str
    ours: Cell
    others: dict


def compared(task, size, run, table, ours, others, column="seconds"):
    """Return a Comparison of rows of one table; rows are tuples of their first cells."""
    cells = {name: Cell(run, table, row, column) for name, row in others.items()}
    return Comparison(task, size, Cell(run, table, ours, column), cells)


COMPARISONS = [
    compared(
        "`mutual_info`, discrete",
        "1M x 50, 2 classes",
        "discrete",
        "Discrete columns: n=1,000,000, p=50 uint8 columns of 10 levels, 2 classes",
        ("mutual_info",),
        {
            "`mutual_info_classif`": ("sklearn mutual_info_classif",),
            "a loop of `np.bincount`": ("np.bincount loop",),
        },
    ),
    compared(
        "`mutual_info`, continuous, 2 classes",
        "100k x 20",
        "continuous",
        "Continuous columns",
        ("two classes", "auto"),
        {"`mutual_info_classif`": ("two classes", "sklearn mutual_info_classif")},
    ),
    compared(
        "`mutual_info`, both continuous",
        "100k x 20",
        "continuous",
        "Continuous columns",
        ("continuous y", "auto"),
        {"`mutual_info_regression`": ("continuous y", "sklearn mutual_info_regression")},
    ),
    compared(
        "`MutualInfoBinner.fit`",
        "100k x 50",
        "binner",
        "Fit of a table",
        ("skinfo penalty='auto'",),
        {
            "quantiles of `KBinsDiscretizer`": ("KBinsDiscretizer quantiles",),
            "a tree per column": ("trees, column by column",),
        },
    ),
    *(
        compared(
            f"`MutualInfoBinner.fit`, one column, {shape}",
            "1M",
            "binner",
            "One column",
            (shape, "skinfo penalty=None"),
            {
                "an entropy tree": (shape, "entropy tree"),
                "one boosted tree": (shape, "one boosted tree"),
            },
        )
        for shape in ("linear", "wave")
    ),
    compared(
        "`MutualInfoBinner.transform`",
        "100k x 50",
        "binner",
        "Transform of a table",
        ("skinfo",),
        {
            "`KBinsDiscretizer`": ("KBinsDiscretizer",),
            "`np.searchsorted` per column": ("np.searchsorted per column",),
        },
    ),
    compared(
        "`InfoBottleneckSelector(10).fit` of floats, 2 threads",
        "100k x 100",
        "selector",
        "Fit on floats",
        ("InfoBottleneckSelector(10)",),
        {"`SelectKBest(mutual_info_classif)`": ("SelectKBest(mutual_info_classif), 10 features",)},
    ),
    compared(
        "`pairwise_mutual_info`, 10 levels",
        "10k x 300",
        "pairwise",
        "Mutual information of all pairs: n=10,000, p=300 columns of 10 levels",
        ("pairwise_mutual_info, emi, n_jobs=1",),
        {
            "a loop of `mutual_info_score`": ("sklearn mutual_info_score",),
            "of `np.bincount`": ("np.bincount loop",),
            "one-hot matrix product": ("one-hot matrix product",),
        },
    ),
    compared(
        "`pairwise_interaction` with p-values, 10 levels",
        "10k x 300",
        "pairwise",
        "Interactions of all pairs: n=10,000, p=300 columns of 10 levels",
        ("pairwise_interaction, n_jobs=1",),
        {
            "a loop of `np.bincount`, plug-in without p-values": (
                "np.bincount loop, plug-in alone",
            )
        },
    ),
    Comparison(
        "`cross_entropy_loss`",
        "1M x 10",
        Cell("log_loss", "", ("float64",), "skinfo (s)"),
        {"`sklearn.metrics.log_loss`": Cell("log_loss", "", ("float64",), "other (s)")},
    ),
    Comparison(
        "`log_loss_decomposition` with errors and p-values",
        "1M x 2",
        Cell("decomposition", "Speed", (1_000_000, 2), "log_loss_decomposition (s)"),
        {},
    ),
    *(
        Comparison(
            f"`InformationBottleneck.fit`, ten starts, {table}",
            size,
            Cell("bottleneck", "Ten starts", (table,), "skinfo (s)"),
            {"sib-clustering": Cell("bottleneck", "Ten starts", (table,), "sib (s)")},
        )
        for table, size in {
            "documents": "10k x 2k sparse, 20 clusters",
            "categories": "500 x 20, 10 clusters",
        }.items()
    ),
    *(
        compared(
            "`information_curve`, 30 betas",
            table,
            "curve",
            "Given betas",
            (table, "skinfo"),
            {"embo": (table, "embo")},
        )
        for table in ("20 x 10", "4 x 3")
    ),
]


class Claim(NamedTuple):
    """A row of README's table.

    Attributes
    ----------
    task, compared_with : str

    result : str
        With a field in braces for each value.

    values : function
        From a `Results` to the values.

    run : str
        Its script is named.
    """

    task: str
    compared_with: str
    result: str
    values: Callable
    run: str


CLAIMS = [
    Claim(
        "selecting 10 of 100 columns of 100,000 floats",
        "`SelectKBest(mutual_info_classif)`",
        "{} times faster",
        lambda found: found.ratios("`InfoBottleneckSelector(10).fit` of floats"),
        "selector",
    ),
    Claim(
        "5 to 20 features chosen, {n_sets} data sets, 3 classifiers",
        "ten published criteria, two scores of single columns",
        "mean rank by log loss {:.1f}, the next {:.1f}",
        lambda found: found.first_and_next("selection", "Mean rank by log loss", "rank", min),
        "selection",
    ),
    Claim(
        "features chosen where the relevant ones are known, 12 rules",
        "the same, and fastcan",
        "recall {:.2f}, the next {:.2f}",
        lambda found: found.first_and_next("recall", "Recall", "mean", max),
        "recall",
    ),
    Claim(
        "selections from noise, {n_noise:,} tables",
        "the level of 5%",
        "something selected in {:.1%}",
        lambda found: [found.noise()],
        "stopping",
    ),
    Claim(
        "binning a column of a million",
        "an entropy tree, one boosted tree",
        "{} and {} times faster",
        lambda found: found.ratios("`MutualInfoBinner.fit`, one column"),
        "binner",
    ),
    Claim(
        "binning 100,000 x 50",
        "quantiles of `KBinsDiscretizer`",
        "{} times faster to fit, {} times to transform",
        lambda found: [
            found.ratios("`MutualInfoBinner.fit`")[0],
            found.ratios("`MutualInfoBinner.transform`")[0],
        ],
        "binner",
    ),
    Claim(
        "log loss, 1,000,000 x 10",
        "`sklearn.metrics.log_loss`",
        "{} times faster, {:.0f} MB more memory, not {:.0f}",
        lambda found: [
            *found.ratios("`cross_entropy_loss`"),
            found[Cell("log_loss", "", ("float64",), "skinfo (MB)")],
            found[Cell("log_loss", "", ("float64",), "other (MB)")],
        ],
        "log_loss",
    ),
    Claim(
        "95% intervals of miscalibration, 2 to 10 classes, 100 rows, 200 runs",
        "the nominal level",
        "coverage {:.0%} to {:.0%}; calibrated models are rejected in {:.0%} to {:.0%}",
        lambda found: found.coverage(),
        "coverage",
    ),
    Claim(
        "bottleneck of 10,000 x 2,000 counts",
        "sib-clustering (C++)",
        "{} times faster on one thread",
        lambda found: found.ratios("`InformationBottleneck.fit`, ten starts, documents"),
        "bottleneck",
    ),
    Claim(
        "20 clusters of words, 5,694 words",
        "20 words by chi2",
        "log loss {:.2f} bits, not {:.2f}",
        lambda found: [
            found[Cell("vocabulary", "Vocabulary", (20, method), "log loss (bits)")]
            for method in ("clusters of words", "words by chi2")
        ],
        "vocabulary",
    ),
]


class Results:
    """The stored runs of a release.

    Parameters
    ----------
    runs : dict of str to dict
    """

    def __init__(self, runs):
        self.runs = runs

    def __getitem__(self, cell):
        """Return the number of a Cell."""
        table = self.table(cell.run, cell.table)
        column = table["header"].index(cell.column)
        rows = [row for row in table["rows"] if tuple(row[: len(cell.row)]) == cell.row]
        if len(rows) != 1:
            raise LookupError(f"{cell} is in {len(rows)} rows")
        return rows[0][column]

    def table(self, run, title):
        """Return the table of a run whose title begins so."""
        tables = [t for t in self.runs[run]["tables"] if t["title"].startswith(title)]
        if len(tables) != 1:
            raise LookupError(f"{len(tables)} tables of {run} begin with {title!r}")
        return tables[0]

    def column(self, run, title, column):
        """Return the numbers of a column."""
        table = self.table(run, title)
        j = table["header"].index(column)
        return [row[j] for row in table["rows"]]

    def ratios(self, task):
        """Return how many times faster the comparisons of a task are, one text for each other."""
        chosen = [each for each in COMPARISONS if each.task.startswith(task)]
        exact = [each for each in chosen if each.task == task]
        ratios = {}
        for comparison in exact or chosen:
            ours = self[comparison.ours]
            for name, cell in comparison.others.items():
                ratios.setdefault(name, []).append(self[cell] / ours)
        return [_span(values) for values in ratios.values()]

    def first_and_next(self, run, title, column, best):
        """Return the number of the first row, and the best of the others."""
        first, *others = self.column(run, title, column)
        return [first, best(others)]

    def noise(self):
        """Return the proportion of tables of noise in which something is selected."""
        proportions = self.column("stopping", "Noise only: ", "proportion")
        return sum(proportions) / len(proportions)

    def coverage(self):
        """Return extremes of coverage, and of false alarms for calibrated models, 100 rows."""
        table = self.table("coverage", "Classes")
        names = table["header"]
        rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]
        rows = [row for row in rows if row["n"] == 100]
        covered = [row["coverage of MCB"] for row in rows]
        alarms = [row["p <= 0.05"] for row in rows if row["MCB (bits)"] == 0]
        return [min(covered), max(covered), min(alarms), max(alarms)]

    def counts(self):
        """Return the numbers that stand in the tasks of claims."""
        ranks = self.table("selection", "Mean rank by log loss")["title"]
        noise = self.table("stopping", "Noise only: ")
        per_row = int(re.search(r"(\d+) runs per row", noise["title"])[1])
        return {
            "n_sets": int(re.search(r"(\d+) data sets", ranks)[1]),
            "n_noise": per_row * len(noise["rows"]),
        }


def _span(values):
    low, high = (f"{value:.2g}" if value < 10 else f"{value:.0f}" for value in _ends(values))
    return low if low == high else f"{low} to {high}"


def _ends(values):
    return min(values), max(values)


def page_table(results):
    """Return the table of docs/guide/scale.md."""
    lines = ["| Task | Size | Seconds | Compared with |", "|---|---|---|---|"]
    for task, size, ours, others in COMPARISONS:
        seconds = results[ours]
        beside = [
            f"{name}: {results[cell]:.2g} ({_span([results[cell] / seconds])} times)"
            for name, cell in others.items()
        ]
        lines.append(f"| {task} | {size} | {seconds:.2g} | {', '.join(beside)} |")
    later = max(results.column("start_up", "Calls", "difference (ms)"))
    start_up = (
        "Nothing is compiled at run time: a first call takes at most "
        f"{ceil(later)} milliseconds longer than the next one (`start_up.py`)."
    )
    return "\n".join(["", *lines, "", _measured_on(results, SPEED), start_up, ""])


def readme_table(results):
    """Return the table of README.md."""
    lines = ["| Task | Compared with | Result | Script in `benchmarks/` |", "|---|---|---|---|"]
    counts = results.counts()
    for task, compared_with, result, values, run in CLAIMS:
        text = result.format(*values(results))
        lines.append(f"| {task.format(**counts)} | {compared_with} | {text} | `{RUNS[run]}` |")
    return "\n".join(["", *lines, "", _measured_on(results, RUNS), ""])


def front_page_number(results):
    """Return the number of docs/index.md."""
    return results.ratios("`InfoBottleneckSelector(10).fit` of floats")[0]


def _measured_on(results, names):
    """Return a sentence on machines, versions and dates of some runs."""
    runs = [results.runs[name] for name in names]
    machines = dict.fromkeys(
        f"{run['machine']['processor']}, {run['machine']['cores']} cores" for run in runs
    )
    dates = [run["date"] for run in runs]
    versions = runs[0]["versions"]
    packages = ", ".join(
        f"{name} {versions[key]}"
        for name, key in {
            "Python": "python",
            "NumPy": "numpy",
            "scikit-learn": "scikit-learn",
        }.items()
    )
    days = " to ".join(dict.fromkeys(_ends(dates)))
    return f"Measured on {' and '.join(machines)} ({days}; {packages})."


PAGES = {
    ROOT / "README.md": readme_table,
    ROOT / "docs" / "guide" / "scale.md": page_table,
    ROOT / "docs" / "index.md": front_page_number,
}
MARKS = "<!-- performance -->", "<!-- end of performance -->"


def with_generated(text, generated):
    """Return a page with another text between its marks."""
    before, rest = text.split(MARKS[0])
    after = rest.split(MARKS[1])[1]
    return f"{before}{MARKS[0]}{generated}{MARKS[1]}{after}"


def measure(names):
    """Run benchmarks and store what they write."""
    for name in names:
        script, *arguments = RUNS[name].split()
        print(f"== {RUNS[name]}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "run.json"
            command = [sys.executable, str(ROOT / "benchmarks" / script), *arguments]
            subprocess.run([*command, "--json", str(file)], check=True)
            run = json.loads(file.read_text())
        stored = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
        stored[name] = run
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n")


def main():
    """Measure if asked to, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--measure", nargs="*", choices=RUNS, metavar="RUN")
    arguments = parser.parse_args()
    if arguments.measure is not None:
        measure(arguments.measure or RUNS)
    results = Results(json.loads(RESULTS.read_text()))
    for page, text_of in PAGES.items():
        page.write_text(with_generated(page.read_text(), text_of(results)))


if __name__ == "__main__":
    main()
