"""Search problem of a selector and data: columns, target and settings."""

from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np

from skinfo._counts._coded_chunks import code_table
from skinfo._counts._coded_table import CodedTable, CodesInMemory
from skinfo._counts._discretised_target import DiscretisedTarget, as_source_of_classes
from skinfo._counts._source import InMemory
from skinfo.feature_selection._candidates import CandidateFeatures
from skinfo.feature_selection._criteria import CRITERIA
from skinfo.feature_selection._crossfit import (
    CrossFit,
    best_number,
    half_sample_shares,
)
from skinfo.feature_selection._feature_groups import (
    FeatureGroups,
    make_feature_groups,
)
from skinfo.feature_selection._rankers import make_ranker
from skinfo.feature_selection._search import SearchSettings, greedy_search, selected_features
from skinfo.feature_selection._stopping import keep_all, until_elbow, until_proportion
from skinfo.utils._parallel import ThreadPool
from skinfo.utils._text import short_repr
from skinfo.utils._validation import LARGEST_COUNT, match_name

# Number of splits into two halves, for the stability.
N_PAIRS = 25


@dataclass(frozen=True)
class SearchProblem:
    """Input of a search.

    Attributes
    ----------
    table : CodedTable
        A column for each group.

    groups : FeatureGroups

    settings : SearchSettings

    criterion : str

    discretised : DiscretisedTarget

    n_jobs : int or None

    is_predictive : bool
        Whether the number of features is selected by prediction.
    """

    table: CodedTable
    groups: FeatureGroups
    settings: SearchSettings
    criterion: str
    discretised: DiscretisedTarget
    n_jobs: int | None
    is_predictive: bool = False

    def search(self, beta, on_select=None):
        """Return the SelectionResult; see `greedy_search`."""
        with ThreadPool(self.n_jobs) as threads:
            settings, held_out = self.settings, None
            if self.is_predictive:
                held_out = self._best_number(beta, threads)
                settings = replace(settings, n_to_select=held_out.best)
            candidates = CandidateFeatures(self.table, threads)
            ranker = make_ranker(self.criterion, beta)
            result = greedy_search(candidates, ranker, settings, on_select)
        return replace(result, held_out=held_out)

    def held_out(self, selected, beta):
        """Return the information of selected groups on held-out samples; see `CrossFit.corrected`.

        Parameters
        ----------
        selected : list of int

        beta : float or None
        """
        self._check_in_memory()
        with ThreadPool(self.n_jobs) as threads:
            crossfit = CrossFit(self.table, self.searcher(beta), threads)
            return crossfit.corrected(np.array(selected, np.int64))

    def stability(self, n_selected, beta, n_pairs=N_PAIRS):
        """Return the proportion of half-samples that select each group, (n_groups,)."""
        self._check_in_memory()
        with ThreadPool(self.n_jobs) as threads:
            search = self.searcher(beta)
            return half_sample_shares(self.table, search, n_selected, n_pairs, threads)

    def _check_in_memory(self):
        if not isinstance(self.table, CodesInMemory):
            raise ValueError(
                "Held-out information and stability need X in memory, and X comes in chunks: "
                "samples that are equal must be found to be split into folds. Pass a sample of "
                "the rows."
            )

    def searcher(self, beta):
        """Return a function that selects a number of candidates, for `CrossFit`."""

        def search(candidates, n_features):
            settings = replace(self.settings, n_to_select=n_features)
            return selected_features(candidates, make_ranker(self.criterion, beta), settings)

        return search

    def _best_number(self, beta, threads):
        """Return the HeldOutCurve that determines the number of features."""
        settings = self.settings
        return best_number(
            CrossFit(self.table, self.searcher(beta), threads),
            self.table.n,
            settings.costs,
            len(settings.include),
            len(self.groups.names) - len(settings.exclude),
            settings.alpha,
        )


def prepare_search(selector, X, y, sample_weight):
    """Return the SearchProblem of a selector with data.

    Parameters
    ----------
    selector : InfoBottleneckSelector

    X, y, sample_weight
        As in `fit` of the selector.
    """
    criterion = criterion_of(selector)
    if selector.beta is not None and criterion != "bottleneck":
        raise ValueError(
            f"beta={selector.beta} only applies to criterion='bottleneck', got "
            f"criterion={short_repr(selector.criterion)}. Leave beta at None."
        )
    source, discretised = as_source_of_classes(
        X, y, sample_weight, estimator=selector, target_type=selector.target_type
    )
    is_predictive = selector.n_features_to_select == "predictive"
    if is_predictive and not isinstance(source, InMemory):
        raise ValueError(
            "n_features_to_select='predictive' needs X in memory, and X comes in chunks: samples "
            "that are equal must be found to be split into folds. Leave it at 'auto', or ask for "
            "a number."
        )
    groups = make_feature_groups(
        source.names,
        selector.groups,
        selector.feature_costs,
        selector.must_include,
        selector.must_exclude,
        source.keys,
    )
    settings = SearchSettings(
        n_to_select=_n_to_select(selector, groups),
        alpha=selector.alpha,
        n_kept=_n_kept(selector),
        max_states=min(selector.max_states, LARGEST_COUNT),
        costs=groups.costs,
        include=groups.include,
        exclude=groups.exclude,
        interactions=_n_together(selector.interactions),
    )
    table = code_table(
        source,
        discretised.target,
        ordered_classes=discretised.target_type == "continuous",
        binner=selector.binner,
        n_jobs=selector.n_jobs,
    )
    if len(groups.members) < table.n_features:
        table = table.joined(groups.members)
    return SearchProblem(
        table,
        groups,
        settings,
        criterion,
        discretised,
        selector.n_jobs,
        is_predictive,
    )


def _n_together(interactions):
    """Return the maximum number of features that are tested jointly; True is a pair."""
    return int(interactions) if interactions > 1 else 1 + bool(interactions)


def criterion_of(selector):
    """Return the name of the criterion in `CRITERIA`."""
    names = ["bottleneck", *CRITERIA]
    return match_name(
        selector.criterion, names, parameter="criterion", caller="InfoBottleneckSelector"
    )


def _n_to_select(selector, groups):
    """Return the number of groups to select, None for all significant ones."""
    wanted, n_groups = selector.n_features_to_select, len(groups.names)
    if isinstance(wanted, str):
        return None
    if not isinstance(wanted, Integral):
        wanted = max(int(wanted * n_groups), 1, len(groups.include))
    n_open = n_groups - len(groups.exclude)
    if wanted > n_open:
        what = "features" if n_groups == selector.n_features_in_ else "features and groups"
        raise ValueError(
            f"n_features_to_select={selector.n_features_to_select} must be at most the number of "
            f"{what} that may be selected, got n_features={n_open}. Ask for fewer, or for "
            "'auto'."
        )
    if wanted < len(groups.include):
        raise ValueError(
            f"must_include names {len(groups.include)} features, but n_features_to_select="
            f"{selector.n_features_to_select}. Ask for at least as many."
        )
    return int(wanted)


def _n_kept(selector):
    """Return the rule for the number of features to keep."""
    if selector.information is None:
        return until_elbow if selector.n_features_to_select == "elbow" else keep_all
    if selector.n_features_to_select != "auto":
        raise ValueError(
            f"information={selector.information} limits the number of features, and so does "
            f"n_features_to_select={short_repr(selector.n_features_to_select)}. Leave that at "
            "'auto'."
        )
    return until_proportion(selector.information)
