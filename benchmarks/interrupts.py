"""Maximum delay of Ctrl-C in each call.

    python benchmarks/interrupts.py [--only binner] [--limit 20] [--size 1.0]

A signal is handled when the main thread is back in the interpreter, so a compiled loop delays it
by its own duration. Here a timer sends signals continuously. The columns are the longest time
between two handled signals, the line of Python at the time, the total time and the end of the
call. Times are CPU seconds, so that other programs do not count. Each call is interrupted after
some seconds.
"""

import argparse
import signal
import tempfile
import time
import traceback
import warnings
from functools import partial
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from _table import parse_arguments, print_table
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skinfo import (
    EntropyScorer,
    InfoBottleneckSelector,
    InformationBottleneck,
    MutualInfoBinner,
    estimation,
    feature_selection,
    inspection,
    measures,
    metrics,
)
from skinfo.cluster import critical_beta, information_curve

# CPU seconds between two signals.
INTERVAL = 0.02


class Data:
    """Tables for the calls, generated when needed.

    Parameters
    ----------
    size : float
        Factor of the numbers of samples.
    """

    def __init__(self, size):
        self.size = size
        self.rng = np.random.default_rng(0)

    def rows(self, n):
        """Return the number of rows at this size."""
        return max(int(n * self.size), 40)

    def numbers(self, n, p):
        """Return normal columns and binary classes that depend on the first."""
        X = self.rng.normal(size=(self.rows(n), p))
        return X, (X[:, 0] + self.rng.normal(size=len(X)) > 0).astype(int)

    def regression(self, n, p):
        """Return normal columns and a continuous y."""
        X, _ = self.numbers(n, p)
        return X, X[:, 0] + self.rng.normal(size=len(X))

    def levels(self, n, p, n_levels, n_classes=2):
        """Return columns of integers and classes that depend on the first."""
        X = self.rng.integers(0, n_levels, (self.rows(n), p))
        return X, (X[:, 0] + self.rng.integers(0, n_levels, len(X))) * n_classes // (2 * n_levels)

    def text(self, n, p, n_levels):
        """Return a frame of text and classes."""
        X, y = self.levels(n, p, n_levels)
        return pd.DataFrame(
            {f"x{j}": pd.Series(X[:, j]).map("level {}".format) for j in range(p)}
        ), y

    def proportions(self, n, p):
        """Return rows of proportions."""
        return self.rng.dirichlet(np.full(p, 0.3), self.rows(n))

    def counts(self, n, p):
        """Return rows of counts."""
        return self.rng.poisson(1.0, (self.rows(n), p))

    def predictions(self, n, n_classes=2):
        """Return classes and probabilities of them."""
        prob = self.rng.dirichlet(np.ones(n_classes), self.rows(n))
        return (self.rng.random(len(prob)) > prob[:, 0]).astype(int), prob

    def chunks(self, n, p, n_chunks=8):
        """Return a list of chunks."""
        X, y = self.numbers(n, p)
        return list(zip(np.array_split(X, n_chunks), np.array_split(y, n_chunks), strict=True))

    def parquet(self, n, p):
        """Return a frame of numbers and text in a file, with its target."""
        X, y = self.numbers(n, p)
        frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(p)])
        frame["text"] = pd.Series(self.rng.integers(0, 100, len(y))).map("level {}".format)
        file = Path(tempfile.mkdtemp()) / "table.parquet"
        frame.assign(y=y).to_parquet(file)
        return file


def transform_of(estimator, X, y):
    """Return a call of `transform` many times."""
    estimator.fit(X, y)
    return lambda: [estimator.transform(X) for _ in range(10)]


def selector(d, data, **settings):
    """Return a call of a selector's fit."""
    return partial(InfoBottleneckSelector(**settings).fit, *data)


def binner(d, data, **settings):
    """Return a call of a binner's fit."""
    return partial(MutualInfoBinner(**settings).fit, *data)


def bottleneck(d, X, n_clusters, **settings):
    """Return a call of a bottleneck's fit."""
    return partial(InformationBottleneck(n_clusters, random_state=0, **settings).fit, X)


def fitted_bottleneck(d, **settings):
    """Return a bottleneck of 50 clusters, after one round."""
    return bottleneck(d, d.counts(2000, 300), 50, n_init=1, max_iter=1, **settings)()


def of_polars(d, n, p, make):
    """Return a call of `make` with a LazyFrame."""
    import polars as pl

    return partial(make, pl.scan_parquet(d.parquet(n, p)), "y")


def of_duckdb(d, n, p, make):
    """Return a call of `make` with a relation of DuckDB."""
    import duckdb

    return partial(make, duckdb.sql(f"SELECT * FROM '{d.parquet(n, p)}'"), "y")


def of_dask(d, n, p, make):
    """Return a call of `make` with a data frame of Dask."""
    import dask.dataframe as dd

    return partial(make, dd.read_parquet(d.parquet(n, p)), "y")


def display(make):
    """Return a call without a screen."""
    mpl.use("Agg")
    return make


BINNERS = {
    "numbers": lambda d: binner(d, d.numbers(2_000_000, 8)),
    "numbers, n_jobs=2": lambda d: binner(d, d.numbers(2_000_000, 8), n_jobs=2),
    "continuous y": lambda d: binner(d, d.regression(2_000_000, 8)),
    "weights": lambda d: binner(d, (*d.numbers(2_000_000, 8), np.full(d.rows(2_000_000), 0.5))),
    "wide": lambda d: binner(d, d.numbers(2_000, 8_000)),
    "50 classes": lambda d: binner(
        d, (d.numbers(200_000, 8)[0], d.rng.integers(0, 50, d.rows(200_000)))
    ),
    "300 classes": lambda d: binner(
        d,
        (d.numbers(200_000, 8)[0], d.rng.integers(0, 300, d.rows(200_000))),
        target_type="multiclass",
    ),
    "all candidates": lambda d: binner(
        d, d.numbers(20_000, 8), max_candidates=None, penalty=None, max_bins=20
    ),
    "all candidates, bic": lambda d: binner(
        d, d.numbers(20_000, 8), max_candidates=None, penalty="bic"
    ),
    "all candidates, continuous y": lambda d: binner(
        d, d.regression(20_000, 8), max_candidates=None, penalty=None, max_bins=20
    ),
    "mdlp": lambda d: binner(d, d.numbers(2_000_000, 8), penalty="mdlp"),
    "monotonic, all candidates": lambda d: binner(
        d, d.numbers(3000, 8), max_candidates=None, monotonic_cst=[1] * 8, penalty=None
    ),
    "peak": lambda d: binner(
        d, d.numbers(20_000, 8), max_candidates=1000, penalty=None, monotonic_cst=["peak"] * 8
    ),
    "differences": lambda d: binner(
        d, d.numbers(20_000, 8), max_candidates=600, penalty=None, max_bins=8, max_p_value=0.05
    ),
    "text": lambda d: binner(d, d.text(2_000_000, 4, 1000), penalty="bic"),
    "text, many levels": lambda d: binner(d, d.text(1_000_000, 4, 100_000)),
    "text, continuous y": lambda d: binner(
        d, (d.text(1_000_000, 4, 100_000)[0], d.rng.normal(size=d.rows(1_000_000)))
    ),
    "text, 50 classes": lambda d: binner(
        d,
        (d.text(500_000, 4, 3000)[0], d.rng.integers(0, 50, d.rows(500_000))),
        target_type="multiclass",
    ),
    "fit_transform woe": lambda d: partial(
        MutualInfoBinner(encode="woe").fit_transform, *d.numbers(1_000_000, 8)
    ),
    "transform": lambda d: transform_of(MutualInfoBinner(), *d.numbers(2_000_000, 8)),
    "transform onehot": lambda d: transform_of(
        MutualInfoBinner(encode="onehot"), *d.numbers(1_000_000, 8)
    ),
    "transform text": lambda d: transform_of(
        MutualInfoBinner(encode="woe"), *d.text(1_000_000, 4, 10_000)
    ),
    "partial_fit": lambda d: lambda: MutualInfoBinner().partial_fit(*d.numbers(2_000_000, 8)),
    "chunks": lambda d: partial(MutualInfoBinner().fit, d.chunks(2_000_000, 8), None),
    "chunks, continuous y": lambda d: partial(
        MutualInfoBinner(target_type="continuous").fit, d.chunks(2_000_000, 8), None
    ),
    "files": lambda d: partial(MutualInfoBinner().fit, d.parquet(2_000_000, 8), "y"),
    "polars": lambda d: of_polars(d, 2_000_000, 8, MutualInfoBinner().fit),
    "duckdb": lambda d: of_duckdb(d, 2_000_000, 8, MutualInfoBinner().fit),
    "dask": lambda d: of_dask(d, 2_000_000, 8, MutualInfoBinner().fit),
}

SELECTORS = {
    "numbers": lambda d: selector(d, d.numbers(1_000_000, 20)),
    "continuous y": lambda d: selector(d, d.regression(1_000_000, 20)),
    "levels": lambda d: selector(d, d.levels(1_000_000, 20, 30), n_features_to_select=10),
    "wide": lambda d: selector(d, d.levels(5_000, 10_000, 3), n_features_to_select=20),
    "many levels": lambda d: selector(d, d.levels(300_000, 6, 50_000), n_features_to_select=3),
    "300 classes": lambda d: selector(
        d, d.levels(100_000, 20, 30, 300), target_type="multiclass", n_features_to_select=5
    ),
    **{
        criterion: partial(
            lambda criterion, d: selector(
                d, d.levels(20_000, 1000, 6), criterion=criterion, n_features_to_select=50
            ),
            criterion,
        )
        for criterion in ("mrmr", "jmi", "cmim", "jmim", "mifs", "disr")
    },
    "interactions": lambda d: selector(d, d.levels(20_000, 600, 3), interactions=2),
    "interactions of three": lambda d: selector(d, d.levels(5_000, 150, 3), interactions=3),
    "weights": lambda d: selector(
        d, (*d.levels(1_000_000, 20, 30), d.rng.random(d.rows(1_000_000)))
    ),
    "heavy weights": lambda d: selector(d, ([[0], [1]], [0, 1], [1, 1e12])),
    "predictive": lambda d: selector(
        d, d.levels(200_000, 20, 5), n_features_to_select="predictive"
    ),
    "elbow": lambda d: selector(d, d.levels(500_000, 20, 5), n_features_to_select="elbow"),
    "beta": lambda d: selector(d, d.levels(500_000, 20, 10), beta=5.0),
    "selection_curve": lambda d: partial(
        feature_selection.selection_curve, *d.levels(200_000, 20, 10)
    ),
    "held_out_information": lambda d: partial(
        feature_selection.held_out_information, *d.levels(200_000, 20, 10)
    ),
    "selection_stability": lambda d: partial(
        feature_selection.selection_stability, *d.levels(50_000, 20, 10)
    ),
    "transform": lambda d: transform_of(InfoBottleneckSelector(), *d.numbers(500_000, 20)),
    "chunks": lambda d: partial(InfoBottleneckSelector().fit, d.chunks(1_000_000, 10), None),
    "files": lambda d: partial(InfoBottleneckSelector().fit, d.parquet(1_000_000, 10), "y"),
    "polars": lambda d: of_polars(d, 1_000_000, 10, InfoBottleneckSelector().fit),
    "duckdb": lambda d: of_duckdb(d, 1_000_000, 10, InfoBottleneckSelector().fit),
    "dask": lambda d: of_dask(d, 1_000_000, 10, InfoBottleneckSelector().fit),
}

CLUSTERS = {
    "agglomerative": lambda d: bottleneck(d, d.counts(30_000, 300), 5, algorithm="agglomerative"),
    "agglomerative, 256 rows": lambda d: bottleneck(
        d, d.counts(256, 20_000), 5, algorithm="agglomerative"
    ),
    "sequential": lambda d: bottleneck(d, d.counts(30_000, 300), 100, n_init=1),
    "sequential, n_jobs=2": lambda d: bottleneck(d, d.counts(30_000, 300), 100, n_jobs=2),
    "iterative": lambda d: bottleneck(
        d, d.proportions(8000, 1000), 50, algorithm="iterative", beta=20.0, tol=0.0
    ),
    "predict": lambda d: partial(fitted_bottleneck(d).predict, d.counts(200_000, 300)),
    "transform": lambda d: partial(fitted_bottleneck(d).transform, d.counts(200_000, 300)),
    "transform, iterative": lambda d: partial(
        fitted_bottleneck(d, algorithm="iterative", beta=20.0).transform, d.counts(200_000, 300)
    ),
    "information_curve": lambda d: partial(information_curve, d.proportions(600, 60), tol=0.0),
    "information_curve, wide": lambda d: partial(information_curve, d.proportions(2000, 4000)),
    "critical_beta": lambda d: partial(critical_beta, d.proportions(4000, 4000)),
    "critical_beta, 100,000 rows": lambda d: partial(critical_beta, d.proportions(100_000, 500)),
}

E = estimation
ESTIMATES = {
    "mutual_info, ross": lambda d: partial(E.mutual_info, *d.numbers(1_000_000, 4)),
    "mutual_info, ksg": lambda d: partial(E.mutual_info, *d.regression(500_000, 4)),
    "mutual_info, ties": lambda d: partial(
        E.mutual_info,
        np.rint(d.regression(500_000, 2)[0] * 3),
        d.rng.normal(size=d.rows(500_000)),
        discrete_features=False,
    ),
    "mutual_info, levels": lambda d: partial(
        E.mutual_info,
        d.rng.integers(0, 100_000, (d.rows(500_000), 2)),
        d.rng.integers(0, 100_000, d.rows(500_000)),
        discrete_features=True,
        discrete_target=True,
    ),
    "mutual_info, joint": lambda d: partial(E.mutual_info, *d.regression(100_000, 3), joint=True),
    "mutual_info, weights": lambda d: partial(
        E.mutual_info,
        *d.levels(1_000_000, 4, 50),
        sample_weight=d.rng.random(d.rows(1_000_000)),
        discrete_features=True,
    ),
    "mutual_info, chunks": lambda d: partial(
        E.mutual_info,
        [(np.rint(X), y) for X, y in d.chunks(2_000_000, 4)],
        None,
        discrete_features=True,
    ),
    **{
        f"mutual_info, {name}": partial(
            lambda name, d: partial(
                E.mutual_info,
                *d.levels(1_000_000, 4, 2000),
                estimator=name,
                discrete_features=True,
            ),
            name,
        )
        for name in ("emi", "nsb", "chao_shen", "jackknife", "grassberger", "minimax")
    },
    "mutual_info_test": lambda d: partial(E.mutual_info_test, *d.numbers(1_000_000, 4)),
    "mutual_info_test, levels": lambda d: partial(
        E.mutual_info_test, *d.levels(500_000, 4, 3000, 50), discrete_features=True
    ),
    "mutual_info_test, heavy weights": lambda d: partial(
        E.mutual_info_test,
        [[0], [1], [2]],
        [0, 1, 1],
        sample_weight=[1e12, 3, 5],
        discrete_features=True,
    ),
    "mutual_info_test, permutation": lambda d: partial(
        E.mutual_info_test, *d.numbers(500_000, 2), null="permutation"
    ),
    "mutual_info_test, permutation of levels": lambda d: partial(
        E.mutual_info_test, *d.levels(1_000_000, 2, 30), null="permutation", discrete_features=True
    ),
    "conditional_mutual_info": lambda d: partial(
        E.conditional_mutual_info, *(d.rng.normal(size=(d.rows(200_000), n)) for n in (1, 1, 6))
    ),
    "conditional_mutual_info, one Z": lambda d: partial(
        E.conditional_mutual_info, *(d.rng.normal(size=(d.rows(200_000), n)) for n in (3, 1, 1))
    ),
    "conditional_mutual_info, levels": lambda d: partial(
        E.conditional_mutual_info, *d.levels(1_000_000, 4, 30), d.levels(1_000_000, 2, 30)[0]
    ),
    "conditional_mutual_info, levels of Z": lambda d: partial(
        E.conditional_mutual_info, *d.numbers(500_000, 3), d.levels(500_000, 1, 5)[0]
    ),
    "pairwise_mutual_info": lambda d: partial(
        E.pairwise_mutual_info, d.levels(200_000, 150, 20)[0]
    ),
    "pairwise_mutual_info, many levels": lambda d: partial(
        E.pairwise_mutual_info, d.levels(500_000, 6, 50_000)[0]
    ),
    "pairwise_mutual_info, chunks": lambda d: partial(
        E.pairwise_mutual_info, [pd.DataFrame(d.levels(250_000, 40, 20)[0]) for _ in range(2)]
    ),
    "pairwise_interaction": lambda d: partial(E.pairwise_interaction, *d.levels(100_000, 150, 10)),
    "pairwise_interaction, many levels": lambda d: partial(
        E.pairwise_interaction, *d.levels(300_000, 6, 3000), discrete_features=True
    ),
    "multivariate_info": lambda d: partial(E.multivariate_info, d.levels(200_000, 6, 5)[0]),
    "multivariate_info, numbers": lambda d: partial(E.multivariate_info, d.numbers(50_000, 4)[0]),
    "discrete_entropy": lambda d: partial(
        E.discrete_entropy, d.rng.integers(0, 10_000_000, d.rows(5_000_000)), estimator="nsb"
    ),
    "differential_entropy": lambda d: partial(
        E.differential_entropy, d.rng.normal(size=(d.rows(400_000), 6))
    ),
    "differential_entropy, ties": lambda d: partial(
        E.differential_entropy, np.rint(d.rng.normal(size=(d.rows(200_000), 3)) * 5)
    ),
    "differential_entropy, one column": lambda d: partial(
        E.differential_entropy, d.rng.normal(size=(d.rows(5_000_000), 1))
    ),
    "pointwise_mutual_info": lambda d: partial(E.pointwise_mutual_info, *d.regression(500_000, 3)),
    "pointwise_entropy": lambda d: partial(
        E.pointwise_entropy, d.rng.integers(0, 1_000_000, d.rows(5_000_000))
    ),
    "sample_kl_divergence": lambda d: partial(
        E.sample_kl_divergence, *(d.rng.normal(size=(d.rows(300_000), 5)) for _ in range(2))
    ),
    "sample_cross_entropy": lambda d: partial(
        E.sample_cross_entropy, *(d.rng.normal(size=(d.rows(300_000), 5)) for _ in range(2))
    ),
    "sample_js_divergence": lambda d: partial(
        E.sample_js_divergence, *(d.rng.normal(size=(d.rows(300_000), 5)) for _ in range(2))
    ),
    "sample_js_divergence, levels": lambda d: partial(
        E.sample_js_divergence, *(d.rng.integers(0, 100_000, d.rows(1_000_000)) for _ in range(2))
    ),
}

M = metrics
METRICS = {
    "log_loss_decomposition": lambda d: partial(
        M.log_loss_decomposition, *d.predictions(2_000_000)
    ),
    "log_loss_decomposition, 20 classes": lambda d: partial(
        M.log_loss_decomposition, *d.predictions(500_000, 20)
    ),
    "log_loss_decomposition, groups": lambda d: partial(
        M.log_loss_decomposition,
        *d.predictions(1_000_000),
        groups=d.rng.integers(0, 1000, d.rows(1_000_000)),
    ),
    "compare_log_loss": lambda d: partial(
        M.compare_log_loss, *d.predictions(2_000_000), d.predictions(2_000_000)[1]
    ),
    "calibration_error": lambda d: partial(M.calibration_error, *d.predictions(2_000_000)),
    "reliability_curve": lambda d: partial(M.reliability_curve, *d.predictions(1_000_000)),
    "risk_coverage_curve": lambda d: partial(M.risk_coverage_curve, *d.predictions(2_000_000)),
    "cross_entropy_loss": lambda d: partial(M.cross_entropy_loss, *d.predictions(500_000, 100)),
    "binary_cross_entropy": lambda d: partial(
        M.binary_cross_entropy, *d.predictions(5_000_000)[:1], d.rng.random(d.rows(5_000_000))
    ),
    "uncertainty_decomposition": lambda d: partial(
        M.uncertainty_decomposition, np.stack([d.predictions(500_000, 10)[1] for _ in range(5)])
    ),
    "population_stability": lambda d: partial(
        M.population_stability, d.numbers(1_000_000, 10)[0], d.numbers(1_000_000, 10)[0]
    ),
    "EntropyScorer": lambda d: partial(
        EntropyScorer(LogisticRegression()).fit, *d.numbers(1_000_000, 20)
    ),
    "Scorecard": lambda d: partial(
        make_pipeline(MutualInfoBinner(encode="woe"), LogisticRegression()).fit,
        *d.numbers(1_000_000, 8),
    ),
    "measures.mutual_information": lambda d: partial(
        measures.mutual_information, d.rng.random((d.rows(4000), 4000)), normalize=True
    ),
}

D = inspection
DISPLAYS = {
    "ReliabilityDisplay": lambda d: display(
        partial(D.ReliabilityDisplay.from_predictions, *d.predictions(500_000))
    ),
    "MutualInfoDisplay": lambda d: display(
        partial(D.MutualInfoDisplay.from_data, *d.numbers(500_000, 10))
    ),
    "MutualInfoMatrixDisplay": lambda d: display(
        partial(D.MutualInfoMatrixDisplay.from_data, d.levels(200_000, 80, 20)[0])
    ),
    "InteractionDisplay": lambda d: display(
        partial(D.InteractionDisplay.from_data, *d.levels(100_000, 60, 10))
    ),
    "DistributionDisplay": lambda d: display(
        partial(D.DistributionDisplay.from_data, d.rng.integers(0, 50, d.rows(5_000_000)))
    ),
    "JointDistributionDisplay": lambda d: display(
        partial(D.JointDistributionDisplay.from_data, *d.rng.normal(size=(2, d.rows(500_000))))
    ),
    "DriftDisplay": lambda d: display(
        partial(D.DriftDisplay.from_data, d.numbers(500_000, 10)[0], d.numbers(500_000, 10)[0])
    ),
    "ScoreDecompositionDisplay": lambda d: display(
        partial(D.ScoreDecompositionDisplay.from_predictions, *d.predictions(500_000))
    ),
    "UncertaintyDisplay": lambda d: display(
        partial(D.UncertaintyDisplay.from_predictions, *d.predictions(500_000))
    ),
    "InformationPlaneDisplay": lambda d: display(
        partial(D.InformationPlaneDisplay.from_data, d.proportions(300, 40))
    ),
    "information_report": lambda d: display(
        partial(
            D.information_report,
            pd.DataFrame(d.numbers(300_000, 12)[0]).add_prefix("x"),
            d.numbers(300_000, 1)[1],
        )
    ),
}

CALLS = {
    f"{group}: {name}": make
    for group, calls in {
        "binner": BINNERS,
        "selector": SELECTORS,
        "cluster": CLUSTERS,
        "estimation": ESTIMATES,
        "metrics": METRICS,
        "inspection": DISPLAYS,
    }.items()
    for name, make in calls.items()
}


class Waits:
    """Times between handled signals.

    Parameters
    ----------
    limit : float
        CPU seconds after which the work is interrupted.
    """

    def __init__(self, limit):
        self.longest, self.where = 0.0, ""
        self._limit = limit
        self._began = self._last = time.process_time()

    def __call__(self, number, frame):
        """Handle a signal."""
        now = time.process_time()
        if now - self._last > self.longest:
            self.longest, self.where = now - self._last, _place(frame)
        self._last = now
        if now - self._began > self._limit:
            self._limit = float("inf")
            raise KeyboardInterrupt

    @property
    def seconds(self):
        """Seconds since the beginning."""
        return time.process_time() - self._began


def _place(frame):
    """Return the innermost line of the package."""
    lines = [
        line for line in traceback.extract_stack(frame) if "skinfo" in Path(line.filename).parts
    ]
    return f"{Path(lines[-1].filename).name}:{lines[-1].lineno}" if lines else ""


def longest_wait(work, limit):
    """Return the Waits of a call, and how it ended."""
    waits = Waits(limit)
    before = signal.signal(signal.SIGPROF, waits)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        work()
        end = "finished"
    except KeyboardInterrupt:
        end = "interrupted"
    except Exception as error:
        end = f"{type(error).__name__}: {error}"[:90]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
    return waits, end


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=float, default=20.0)
    parser.add_argument("--size", type=float, default=1.0)
    args = parse_arguments(parser)
    warnings.simplefilter("ignore")
    rows = []
    for name, make in CALLS.items():
        if args.only in name:
            waits, end = longest_wait(make(Data(args.size)), args.limit)
            rows.append((name, waits.longest, waits.where, waits.seconds, end))
            print(*rows[-1], sep="  ", flush=True)
    rows.sort(key=lambda row: -row[1])
    title = f"Longest delay of a signal: limit {args.limit:g} s, size {args.size:g}"
    print_table(title, ["call", "longest delay (CPU s)", "line", "call (CPU s)", "end"], rows)


if __name__ == "__main__":
    main()
