"""From a table and a target to the bins of every column: what each is to be, and fitting it."""

from copy import copy, deepcopy
from numbers import Integral

import numpy as np
from joblib import delayed
from joblib import hash as joblib_hash

from skinfo._counts._sorted_column import SortedColumn
from skinfo._counts._summaries import CategoricalSummary, NumericSummary
from skinfo._counts._target import ClassTarget
from skinfo.preprocessing._cuts import candidate_edges
from skinfo.preprocessing._fitted_column import fit_level_profile, fit_number_profile, fit_numbers
from skinfo.preprocessing._partition import Settings
from skinfo.preprocessing._penalties import PENALTY_NAMES, resolve_penalty
from skinfo.preprocessing._target_statistics import statistics_of, target_type_of
from skinfo.utils._column_params import categorical_mask, directions, given_edges
from skinfo.utils._parallel import in_threads
from skinfo.utils._validation import match_name

# Parameters that the first chunk fixes: what was counted depends on them.
FIXED = ("categorical_features", "target_type", "max_candidates", "candidate_edges")

# Those that may change between chunks: bins are found again from all counts.
FREE = (
    "max_bins",
    "penalty",
    "encode",
    "min_samples_bin",
    "monotonic_cst",
    "missing",
    "n_jobs",
)


class ColumnReader:
    """Reads the columns of one table after another, under the parameters of a binner.

    Parameters
    ----------
    binner : MutualInfoBinner
    """

    def __init__(self, binner):
        self._opened = False
        self._profiles = None
        self._weight = 0.0
        self._fixed = None
        self.target = None
        self._take_parameters(binner)

    def following(self, binner):
        """Return a copy with the parameters as they are now, for the next chunk."""
        reader = copy(self)
        reader._take_parameters(binner)
        for name, before in self._fixed.items():
            if _content(reader._params[name]) != before:
                raise ValueError(
                    f"{name} was changed to {reader._params[name]!r} between two calls of "
                    "partial_fit, and what was counted depends on it. Set it back, or begin again "
                    "with fit or a clone."
                )
        return reader

    def _take_parameters(self, binner):
        # Attributes, not get_params: a subclass may have fewer parameters.
        self._params = {name: getattr(binner, name) for name in FIXED + FREE}
        if isinstance(self._params["penalty"], str):
            self._params["penalty"] = match_name(
                self._params["penalty"],
                PENALTY_NAMES,
                parameter="penalty",
                caller="MutualInfoBinner",
            )

    @property
    def kind(self):
        """The type of the target."""
        return target_type_of(self.target.classes)

    @property
    def is_classes(self):
        """Whether y holds classes."""
        return self.target.classes is not None

    @property
    def is_new(self):
        """Whether no table has been opened yet."""
        return not self._opened

    @property
    def rows(self):
        """The rows of positive weight of the open table, as a mask."""
        return self._keep

    @property
    def least_weight(self):
        """Least weight of a bin."""
        least = self._params["min_samples_bin"]
        return float(least) if isinstance(least, Integral) else least * self._weight

    def facts(self):
        """Return the task, the classes, the type of target, and the cuts to choose from."""
        edges = self._edges
        if self._profiles is not None:
            edges = [getattr(profile, "edges", None) for profile in self._profiles]
        return self.task, self.target.classes, self.kind, edges

    def name_classes(self, classes):
        """Fix the classes before any row is seen, or compare them with those that were fixed."""
        if classes is None:
            return
        classes = np.unique(classes)
        if self.target is None:
            empty = np.empty(0)
            self.target = ClassTarget(empty.astype(np.int32), classes, empty, False)
        elif not np.array_equal(classes, self.target.classes):
            raise ValueError(
                f"classes={classes.tolist()} differ from those of the first call of partial_fit, "
                f"{np.asarray(self.target.classes).tolist()}. Leave them out, or begin again with "
                "fit or a clone."
            )

    def known_type(self, target_type):
        """Return what y is to be taken for: what it was before, if it was."""
        if self.target is None:
            return target_type
        return "multiclass" if self.is_classes else "continuous"

    def open(self, table, target, keep):
        """Take a table, the target of its rows of positive weight, and the mask of those."""
        self._table, self.target, self._keep = table, target, keep
        self.task = statistics_of(target)
        self._weight += target.weights.sum()
        self._refuse_contradictions()
        params = self._params
        if not self._opened:
            self._categorical = categorical_mask(params["categorical_features"], table)
            self._edges = given_edges(params["candidate_edges"], table, self._categorical)
            self._kinds = [
                None if is_level else table.kind_of_numbers(j)
                for j, is_level in enumerate(self._categorical)
            ]
            self._opened = True
        self._signs = directions(params["monotonic_cst"], table, self._categorical)

    def closed(self):
        """Return this without the table and y of any row, ready for the next."""
        self._table = self._keep = None
        self.target = self.target.take(np.empty(0, np.int64))
        self._fixed = {name: _content(self._params[name]) for name in FIXED}
        return self

    def fit_columns(self, rows=None):
        """Return the FittedColumn of every column, of some rows or all, weight zero aside."""
        target, rows = self._rows_of_weight(rows)
        weight = target.weights.sum()
        return self._side_by_side(lambda j: self._fit_column(j, target, rows, weight))

    def fit_profiles(self):
        """Add the table to what was seen before, and return the FittedColumn of every column."""
        target, rows = self._rows_of_weight(None)

        def add_and_fit(j):
            if self._profiles is None:
                profile = self._new_profile(j, target, rows)
            else:
                # A copy: a chunk that fails must not be half counted, and a profile that was
                # loaded from a memory map cannot be written to.
                profile = deepcopy(self._profiles[j])
            self._add(profile, j, target, rows)
            return profile, self._fit_profile(profile, j, self._weight)

        self._profiles, columns = zip(*self._side_by_side(add_and_fit), strict=True)
        return columns

    def _side_by_side(self, function):
        tasks = (delayed(function)(j) for j in range(self._table.shape[1]))
        return in_threads(tasks, n_jobs=self._params["n_jobs"])

    def _rows_of_weight(self, rows):
        """Return the target of some rows and where they are; a slice where that is everywhere."""
        if rows is None:
            everywhere = self._keep.all()
            return self.target, slice(None) if everywhere else np.flatnonzero(self._keep)
        rows = rows[self._keep[rows]]
        place = np.cumsum(self._keep) - 1
        return self.target.take(place[rows]), rows

    def _fit_column(self, j, target, rows, weight):
        if self._categorical[j] or self._edges[j] is not None:
            profile = self._new_profile(j, target, rows)
            self._add(profile, j, target, rows)
            return self._fit_profile(profile, j, weight)
        values = self._table.numbers(j)[rows]
        settings = self._settings(j, weight)
        return fit_numbers(values, target, settings, self._kinds[j], self._params["missing"])

    def _new_profile(self, j, target, rows):
        if self._categorical[j]:
            return CategoricalSummary(target.n_sums)
        edges, kind = self._edges[j], self._kinds[j]
        if edges is None:
            values = self._table.numbers(j)[rows]
            column = SortedColumn(values, target)
            edges = candidate_edges(column, self._params["max_candidates"], kind)
        return NumericSummary(edges, target.n_sums, kind)

    def _add(self, profile, j, target, rows):
        if self._categorical[j]:
            codes, levels = self._table.levels(j)
            profile.add(codes[rows], levels, target)
        else:
            profile.add(self._table.numbers(j)[rows], target)

    def _fit_profile(self, profile, j, weight):
        fit = fit_level_profile if self._categorical[j] else fit_number_profile
        return fit(profile, self._settings(j, weight), self._params["missing"])

    def _settings(self, j, weight):
        params = self._params
        least = params["min_samples_bin"]
        return Settings(
            task=self.task,
            max_bins=params["max_bins"],
            penalty=resolve_penalty(
                params["penalty"],
                "classes" if self.is_classes else "continuous",
                ordered=not self._categorical[j],
            ),
            min_weight=float(least) if isinstance(least, Integral) else least * weight,
            max_candidates=params["max_candidates"],
            signs=self._signs[j],
        )

    def _refuse_contradictions(self):
        """Raise where the parameters do not go with the target or with each other."""
        params = self._params
        if params["target_type"] == "binary" and self.kind != "binary":
            raise ValueError(
                f"target_type='binary' needs two classes, got {len(self.target.classes)}: "
                f"{self.target.classes[:5].tolist()}... Leave it at 'auto'."
            )
        if params["monotonic_cst"] is not None and self.kind == "multiclass":
            raise ValueError(
                f"monotonic_cst={params['monotonic_cst']!r} is about one rate or mean, and y has "
                f"{len(self.target.classes)} classes. Leave it at None, or bin one class "
                "against the rest."
            )
        if params["monotonic_cst"] is not None and params["penalty"] == "mdlp":
            raise ValueError(
                "penalty='mdlp' splits greedily and knows no monotonic_cst, got "
                f"monotonic_cst={params['monotonic_cst']!r}. Use penalty='modl'."
            )
        if params["encode"] == "woe" and self.kind == "continuous":
            raise ValueError(
                "encode='woe' is the weight of evidence for a class, and y is continuous. Use "
                "encode='posterior', the mean of y in the bin."
            )


def _content(parameter):
    """Return a text that is the same for the same content, in memory or mapped from a file."""
    return joblib_hash(parameter, coerce_mmap=True)
