"""Progress: what callbacks of an estimator hear, and what functions print."""

import inspect
import sys
from itertools import count

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from skinfo import EntropyScorer, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.estimation import (
    conditional_mutual_info,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_interaction,
    pairwise_mutual_info,
)
from skinfo.feature_selection import (
    held_out_information,
    selection_curve,
    selection_stability,
)
from skinfo.preprocessing import _binner
from skinfo.preprocessing._fitting import fit_columns
from skinfo.utils import _progress
from skinfo.utils._parallel import in_threads
from skinfo.utils._progress import (
    PrintedProgress,
    report_pass,
    report_step,
    reported,
    unreported,
)


@pytest.fixture
def table(rng):
    X = rng.integers(0, 4, (200, 3))
    return X, (X[:, 0] + rng.integers(0, 2, 200) > 2).astype(int)


@pytest.fixture
def every_step_is_printed(monkeypatch):
    monkeypatch.setattr(_progress, "PRINT_INTERVAL", 0.0)


def test_a_binner_reports_each_column(table, listener):
    X, y = table
    MutualInfoBinner().set_callbacks(listener).fit(X, y)
    columns = [f"column {j} of 3" for j in (1, 2, 3)]
    assert listener.heard == ["setup", "fit", *columns, "teardown"]


@pytest.mark.parametrize(("encode", "n_fits"), [("ordinal", 1), ("woe", 1 + 3)])
def test_a_binner_reports_each_column_of_each_fold(table, listener, encode, n_fits):
    X, y = table
    MutualInfoBinner(encode=encode, cv=3).set_callbacks(listener).fit_transform(X, y)
    columns = [f"column {j} of 3" for j in (1, 2, 3)]
    assert listener.heard == ["setup", "fit", *columns * n_fits, "teardown"]


def test_a_scorer_reports_its_classifier_and_each_fold(table, listener):
    X, y = table
    scorer = EntropyScorer(LogisticRegression(), cv=3).set_callbacks(listener)
    scorer.fit(X, y)
    assert listener.heard == ["setup", "fit", "classifier", "teardown"]
    listener.heard.clear()
    scorer.fit_transform(X, y)
    folds = [f"fold {k}" for k in (1, 2, 3)]
    assert listener.heard == ["setup", "fit", "classifier", *folds, "teardown"]


def test_a_bar_of_rich(table, capsys):
    callback = pytest.importorskip("sklearn.callback", reason="came with scikit-learn 1.9")
    pytest.importorskip("rich")
    X, y = table
    MutualInfoBinner().set_callbacks(callback.ProgressBar()).fit(X, y)
    assert "MutualInfoBinner" in capsys.readouterr().out


def test_a_failed_fit_tears_down(table, listener, monkeypatch):
    X, y = table
    calls = count()

    def fit_first_fold_only(*args):
        if next(calls):
            raise RuntimeError("no second fold")
        return fit_columns(*args)

    monkeypatch.setattr(_binner, "fit_columns", fit_first_fold_only)
    with pytest.raises(RuntimeError, match="no second fold"):
        MutualInfoBinner(encode="woe").set_callbacks(listener).fit_transform(X, y)
    columns = [f"column {j} of 3" for j in (1, 2, 3)]
    assert listener.heard == ["setup", "fit", *columns, "teardown"]


FUNCTIONS = {
    "mutual_info_test": lambda X, y, **kw: mutual_info_test(
        X, y, null="permutation", n_permutations=5, random_state=0, **kw
    ),
    "mutual_info": mutual_info,
    "conditional_mutual_info": lambda X, y, **kw: conditional_mutual_info(X, y, X[:, 0], **kw),
    "multivariate_info": lambda X, y, **kw: multivariate_info(X, n_permutations=5, **kw),
    "pairwise_mutual_info": lambda X, y, **kw: pairwise_mutual_info(X, **kw),
    "pairwise_interaction": pairwise_interaction,
    "selection_curve": selection_curve,
    "selection_stability": lambda X, y, **kw: selection_stability(X, y, n_pairs=2, **kw),
    "held_out_information": held_out_information,
    "information_curve": lambda X, y, **kw: information_curve(X[:6] + 1, betas=[2, 9], **kw),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.usefixtures("every_step_is_printed")
def test_functions_print_their_steps(table, name, capsys):
    X, y = table
    function = FUNCTIONS[name]
    function(X, y)
    assert capsys.readouterr().out == ""
    function(X, y, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(line.startswith(f"[{name}] ") and line.endswith(" s") for line in lines)


@pytest.mark.usefixtures("every_step_is_printed")
def test_permutations_are_counted(table, capsys):
    FUNCTIONS["mutual_info_test"](*table, verbose=1)
    lines = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()]
    steps = [f"permutation {i} of 5" for i in (1, 2, 3, 4, 5)]
    assert lines[-6:] == [f"[mutual_info_test] {step}" for step in (*steps, "done")]


def test_lines_are_a_second_apart(monkeypatch, capsys):
    # The clock at the start, then at each of ten steps, of which those that print read it twice.
    times = iter(np.arange(0.0, 100.0, 0.4))
    monkeypatch.setattr(_progress, "perf_counter", lambda: next(times))
    with PrintedProgress("f", True):
        for i in range(1, 11):
            report_step("step", i, 10)
    lines = capsys.readouterr().out.splitlines()
    steps = [line.split(",")[0].removeprefix("[f] step ") for line in lines]
    # At .4, .8, 1.2 (prints, at 1.6), 2.0, 2.4, 2.8 (prints, at 3.2), 3.6, 4.0, 4.4 (prints).
    assert steps == ["3 of 10", "6 of 10", "9 of 10", "[f] done"]


def test_passes_and_steps_without_a_number_are_printed(capsys):
    with PrintedProgress("f", True):
        report_pass("counts")
        report_pass("codes")
        list(reported("item", "ab", 2))
    lines = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["[f] pass 1: counts", "[f] pass 2: codes", "[f] done"]


def test_steps_within_a_step_are_not_printed(monkeypatch, capsys):
    monkeypatch.setattr(_progress, "PRINT_INTERVAL", 0.0)
    with PrintedProgress("f", True):
        for _ in reported("outer", range(2), 2):
            with unreported():
                report_step("inner", 1, 1)
    lines = [line.split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert lines == ["[f] outer 1 of 2", "[f] outer 2 of 2", "[f] done"]


def test_a_function_that_fails_is_not_done(capsys):
    with pytest.raises(RuntimeError, match="no"), PrintedProgress("f", True):
        raise RuntimeError("no")
    assert capsys.readouterr().out == ""


def test_nothing_is_reported_outside(capsys):
    report_pass("counts")
    report_step("step", 1, 1)
    with PrintedProgress("f", False):
        report_step("step", 1, 1)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("every_step_is_printed")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_tasks_are_reported_in_the_calling_thread(n_jobs, capsys):
    tasks = [(sum, ([i],), {}) for i in range(3)]
    with PrintedProgress("f", True):
        assert in_threads(tasks, n_jobs=n_jobs, step="task") == [0, 1, 2]
    assert "[f] task 3 of 3" in capsys.readouterr().out


def test_verbose_is_validated(table):
    with pytest.raises(ValueError, match="'verbose' parameter of pairwise_mutual_info"):
        pairwise_mutual_info(table[0], verbose="yes")


def test_functions_that_print_have_the_parameter():
    for name in FUNCTIONS:
        assert "verbose" in inspect.signature(getattr(sys.modules[__name__], name)).parameters
