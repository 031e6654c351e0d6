"""Pairs and triples of features that are informative about y only jointly.

All of them are counted once, without a condition. Those with the largest information beyond that
of their parts are kept, and each step tests these given T. Only if none of them is significant,
all pairs are counted again given T (for triples this would take the most time and find the least:
four features that are informative only jointly).
"""

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

from skinfo._counts._coded_table import Coding, State, TableRequest
from skinfo._counts._evidence import TableEvidence, is_few_outside, tail_bound
from skinfo._counts._grouped_planes import MOST_LEVELS_OF_PLANES, JointMargins
from skinfo.feature_selection._bottleneck import BottleneckVariable
from skinfo.feature_selection._path import SelectionStep

# Number of pairs, or triples, that are kept. The last of 500,000 uninformative pairs is 3.3
# standard deviations from the mean, and 5.4 are significant.
N_KEPT = 256

# Maximum number of states of T for which combinations are counted given T.
FEW_STATES = 4

# Scores are compared in steps of this, so that ties remain ties.
SCORE_STEPS = 1e9

# Number of levels of a column in coarse codes; half of that if joint levels would contain fewer
# samples on average than LEAST_OF_LEVEL. Both are even, so that the median remains a cut.
FEW_LEVELS = 4
LEAST_OF_LEVEL = 8


class Ranked(NamedTuple):
    """Pairs or triples of features in the order of their scores.

    Attributes
    ----------
    features : ndarray of shape (n, order), dtype int64
        In increasing order.

    score : ndarray of shape (n,)
        See `normal_score`.
    """

    features: np.ndarray
    score: np.ndarray

    @classmethod
    def of(cls, features, score, most=N_KEPT):
        """Return the best combinations, at most `most`; ties are ordered by feature."""
        score = np.rint(score * SCORE_STEPS) / SCORE_STEPS
        if len(score) > most:
            least = np.partition(score, len(score) - most)[len(score) - most]
            features, score = features[score >= least], score[score >= least]
        order = np.lexsort((*features.T[::-1], -score))[:most]
        return cls(features[order], score[order])


def normal_score(information, null_mean):
    """Return the normal score of information by the Wilson-Hilferty approximation.

    It is treated as a gamma variable with equal mean and variance, as in large tables, so that
    pairs with many and with few levels are comparable.
    """
    mean = np.maximum(null_mean, 1e-6)
    root = np.cbrt(np.maximum(information, 0.0) / mean)
    return np.where(null_mean > 1e-6, (root - 1.0 + 1.0 / (9.0 * mean)) * 3.0 * np.sqrt(mean), 0.0)


class InteractionSearch:
    """Search for the pair, or triple, that is most informative about y given T.

    Pairs are counted twice, by all codes and by coarse codes of each column: the parity of many
    levels needs all of them, and interactions of numbers are detected by coarse codes with far
    fewer degrees of freedom. Triples are counted by coarse codes.

    Parameters
    ----------
    candidates : CandidateFeatures

    order : {2, 3}
        Number of features of a combination.
    """

    def __init__(self, candidates, order):
        self.order = order
        self._candidates = candidates
        self._families = None

    def best(self, remaining, path, alpha, is_worth):
        """Return the SelectionStep of the best combination that is significant, or None.

        Parameters
        ----------
        remaining : ndarray of shape (n_remaining,), dtype int64

        path : SelectionPath

        alpha : float
            Level of the joint test of all combinations.

        is_worth : callable
            Whether a SelectionStep exceeds its costs.
        """
        if len(remaining) < self.order:
            return None
        if self._families is None:
            self._families = self._make_families(remaining)
        level = alpha / (math.comb(len(remaining), self.order) * len(self._families))
        codings = [coding for family in self._families for coding in family.codings(remaining)]
        step = self._best_significant(codings, path.state, level, is_worth)
        if step is None and self.order == 2 and path.state.n_states > 1:
            codings = self._families[-1].codings_given(remaining, path.bottleneck)
            step = self._best_significant(codings, path.state, level, is_worth)
        return step

    def _best_significant(self, codings, state, level, is_worth):
        """Return the SelectionStep of the best of some combinations that is significant, or None.

        Parameters
        ----------
        codings : list of list of Coding

        state : State

        level : float
            Level of the test of one combination.

        is_worth : callable
        """
        found = evaluate_all(self._candidates, codings, state)
        found = [of_one for of_one in found if of_one.evidence.pvalue[0] <= level]
        for of_one in sorted(found, key=lambda found: -round(found.gain, 12)):
            step = of_one.step(self._candidates, state)
            if step.pvalue <= level and is_worth(step):
                return step
        return None

    def _make_families(self, features):
        table = self._candidates.table
        full = {feature: table.coding(feature) for feature in features.tolist()}
        table.count_ahead([TableRequest(State(), features)])
        few = {feature: self._few_levels(feature) for feature in full}
        if self.order > 2:
            of_families = [few]
        elif any(coding.groups is not None for coding in few.values()):
            of_families = [full, few]
        else:
            of_families = [full]
        return [Family(self._candidates, self.order, codings) for codings in of_families]

    def _few_levels(self, feature):
        """Return the codes of a feature, or runs of neighbouring ones of about equal weight.

        They do not depend on y.
        """
        table, coding = self._candidates.table, self._candidates.table.coding(feature)
        is_small = table.n < LEAST_OF_LEVEL * FEW_LEVELS**self.order
        most = FEW_LEVELS // 2 if is_small else FEW_LEVELS
        if coding.n_groups <= most:
            return coding
        sizes = table.counts(coding, State(), of_target=False).ravel()
        middle = np.cumsum(sizes) - sizes / 2
        _, groups = np.unique(middle * most // table.n, return_inverse=True)
        return Coding(feature, int(groups.max()) + 1, groups.astype(np.uint8), of_codes=True)


class Family:
    """Pairs, or triples, of columns of codes, of which the best are kept.

    Parameters
    ----------
    candidates : CandidateFeatures

    order : {2, 3}

    codings : dict of int to Coding
        By feature.
    """

    def __init__(self, candidates, order, codings):
        self._candidates = candidates
        self._best = BEST_OF_ORDER[order]
        self._codings = codings
        self._kept = None

    def codings(self, remaining):
        """Return the codings of each combination that is kept, all of remaining features.

        If fewer than half of them are left, the remaining features are counted again.
        """
        if self._kept is None or self._is_worn(remaining):
            nothing = BottleneckVariable.constant(self._candidates.table)
            self._kept = self._count(remaining, nothing)
        return self._codings_of(self._kept[self._is_left(remaining)])

    def codings_given(self, remaining, bottleneck):
        """Return the codings of the best combinations of remaining features given T.

        For this search T has few states, because the time to count is proportional to these.
        """
        return self._codings_of(self._count(remaining, bottleneck.coarser(FEW_STATES)))

    def _count(self, features, bottleneck):
        some = [self._codings[feature] for feature in features.tolist()]
        return self._best(JointCounts(self._candidates, some, bottleneck)).features

    def _codings_of(self, combinations):
        return [[self._codings[feature] for feature in some] for some in combinations.tolist()]

    def _is_worn(self, remaining):
        return len(self._kept) == N_KEPT and self._is_left(remaining).mean() < 0.5

    def _is_left(self, remaining):
        return np.isin(self._kept, remaining).all(axis=1)


# Counts ----------------------------------------------------------------------------------------


class JointCounts:
    """Information of combinations of columns about y, given T, in N nats.

    Columns are counted by bit planes if samples are in memory without weights, otherwise from the
    tables of one or two columns with each of the others.

    Parameters
    ----------
    candidates : CandidateFeatures

    codings : list of Coding
        The columns, in the order of their features.

    bottleneck : BottleneckVariable
    """

    def __init__(self, candidates, codings, bottleneck):
        self._candidates = candidates
        self._table = table = candidates.table
        self._codings = codings
        self.features = np.array([coding.feature for coding in codings])
        self._n_levels = np.array([coding.n_groups for coding in codings])
        self._state = bottleneck.state
        self._margins = JointMargins(bottleneck.counts, table.is_whole, table.n_samples)
        self._sample = table.grouped_sample(self._state)
        self._groups = code_groups(table, codings)

    def singles(self):
        """Return the PairInformation of each column alone."""
        self._table.count_ahead([TableRequest(self._state, self.features)])
        return self._given(self._state, self.features)

    def pairs(self, use):
        """Return the results of a function for all pairs, in blocks.

        Parameters
        ----------
        use : callable
            ``use((first, second), pairs)``, with columns by their index and a PairInformation.
        """
        places = np.arange(len(self.features))
        few = places[self._n_levels <= MOST_LEVELS_OF_PLANES]
        if self._sample is None:
            few = few[:0]
        results = self._pairs_of_planes(few, use) if len(few) > 1 else []
        many = np.setdiff1d(places, few)
        # Each pair once: a column of many levels with all of few, and with later ones of many.
        others = [np.append(few, many[many > first]) for first in many]
        requests = [
            TableRequest(self._joint([first]), self.features[some])
            for first, some in zip(many, others, strict=True)
        ]
        for first, some, request in zip(
            many, others, self._table.counted_ahead(requests), strict=True
        ):
            if len(some):
                both = np.sort([np.full(len(some), first), some], axis=0)
                results.append(use(tuple(both), self._given(request.state, request.features)))
        return results

    def _pairs_of_planes(self, few, use):
        sample = self._sample
        columns = self._pack([self._codings[place] for place in few])
        blocks = columns.blocks()

        def pairs_of(i):
            parts = [sample.information(columns, blocks[i], columns, b) for b in blocks[i:]]
            first, second = np.arange(*blocks[i]), np.arange(blocks[i][0], len(few))
            chosen = first[:, None] < second
            of_chosen = (np.concatenate(part, axis=1)[chosen] for part in zip(*parts, strict=True))
            rows, others = np.nonzero(chosen)
            return use((few[first[rows]], few[second[others]]), type(parts[0])(*of_chosen))

        return self._candidates.in_threads(pairs_of, range(len(blocks)))

    def triples(self, use):
        """Return the results of a function for all triples, as in `pairs`."""
        if self._sample is not None:
            return self._triples_of_planes(use)
        n = len(self.features)
        pairs = [(i, j) for i, j in combinations(range(n), 2) if j + 1 < n]
        requests = (TableRequest(self._joint([i, j]), self.features[j + 1 :]) for i, j in pairs)
        results = []
        for (i, j), request in zip(pairs, self._table.counted_ahead(requests), strict=True):
            third = np.arange(j + 1, n)
            columns = np.full(len(third), i), np.full(len(third), j), third
            results.append(use(columns, self._given(request.state, request.features)))
        return results

    def _triples_of_planes(self, use):
        sample, n = self._sample, len(self.features)
        codes = self._table.columns(self._codings)
        columns = sample.pack(codes, self._n_levels)
        blocks = columns.blocks()

        def triples_of(i):
            # Column i with each that follows it is one column, and is paired with later ones.
            second = np.arange(i + 1, n - 1)
            joint = codes[i] * self._n_levels[second, None].astype(np.uint8) + codes[second]
            products = sample.pack(joint, self._n_levels[i] * self._n_levels[second])
            information, null_mean = np.zeros((2, len(second), n))
            for a in products.blocks():
                for b in blocks:
                    if b[1] > a[0] + i + 2:
                        part = sample.information(products, a, columns, b, i + 2)
                        information[slice(*a), slice(*b)] = part.information
                        null_mean[slice(*a), slice(*b)] = part.null_mean
            chosen = second[:, None] < np.arange(n)
            rows, third = np.nonzero(chosen)
            pairs = type(part)(information[chosen], null_mean[chosen])
            return use((np.full(len(rows), i), second[rows], third), pairs)

        return self._candidates.in_threads(triples_of, range(n - 2))

    def _pack(self, codings):
        n_levels = np.array([coding.n_groups for coding in codings])
        return self._sample.pack(self._table.columns(codings), n_levels)

    def _joint(self, places):
        """Return T split by all levels of some columns, also those that do not occur."""
        state = self._state
        for place in places:
            coding = self._codings[place]
            groups = np.arange(coding.n_groups) if coding.groups is None else coding.groups
            split = np.arange(state.n_states)[:, None] * coding.n_groups + groups
            state = state.split(self._table.coding(coding.feature), split)
        return state

    def _given(self, state, features):
        """Return the PairInformation of a state with each of some features."""
        within = np.arange(state.n_states) // (state.n_states // self._state.n_states)
        parts = []
        for batch in self._table.batches(state, features):
            tables = self._table.tables(state, batch)
            parts += self._candidates.split_over_threads(
                lambda some, tables=tables: self._margins.information(
                    tables(some), some, within, self._groups
                ),
                batch,
            )
        return type(parts[0])(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def code_groups(table, codings):
    """Return the group of each code, (n_features, n_codes); (0, 0) where none are grouped."""
    if all(coding.groups is None for coding in codings):
        return np.empty((0, 0), np.uint8)
    groups = np.zeros((table.n_features, int(table.n_levels.max())), np.uint8)
    for coding in codings:
        of_codes = np.arange(coding.n_groups) if coding.groups is None else coding.groups
        groups[coding.feature, : len(of_codes)] = of_codes
    return groups


def best_pairs(columns):
    """Return the Ranked pairs with the largest information beyond the sum of both alone."""
    alone = columns.singles()

    def best(places, pairs):
        beyond = (
            of_pairs - of_one[places[0]] - of_one[places[1]]
            for of_pairs, of_one in zip(pairs, alone, strict=True)
        )
        return Ranked.of(columns.features[np.stack(places, axis=1)], normal_score(*beyond))

    return best_of_all(columns.pairs(best))


def best_triples(columns):
    """Return the Ranked triples with the largest information beyond that of their parts.

    The parts are a pair and a single column, the most informative of the three possibilities.
    """
    n = len(columns.features)
    alone = columns.singles()
    of_pair = type(alone)(np.zeros((n, n)), np.zeros((n, n)))

    def store(places, pairs):
        for stored, values in zip(of_pair, pairs, strict=True):
            stored[places] = values

    columns.pairs(store)

    def best(places, triples):
        i, j, k = places
        parts = [
            type(alone)(*(pair[a, b] + one[c] for pair, one in zip(of_pair, alone, strict=True)))
            for a, b, c in ((i, j, k), (i, k, j), (j, k, i))
        ]
        most = np.argmax([part.information - part.null_mean for part in parts], axis=0)
        beyond = (
            of_triples - np.choose(most, of_parts)
            for of_triples, of_parts in zip(triples, zip(*parts, strict=True), strict=True)
        )
        return Ranked.of(columns.features[np.stack(places, axis=1)], normal_score(*beyond))

    return best_of_all(columns.triples(best))


def best_of_all(parts):
    """Return the best of several Ranked."""
    return Ranked.of(*(np.concatenate(part) for part in zip(*parts, strict=True)))


BEST_OF_ORDER = {2: best_pairs, 3: best_triples}


# Tests -----------------------------------------------------------------------------------------


class Combination(NamedTuple):
    """A pair or triple given T.

    Attributes
    ----------
    codings : list of Coding

    tables : list of ndarray of shape (n_joint_levels, n_classes)
        One for each state of T.

    evidence : TableEvidence
    """

    codings: list
    tables: list
    evidence: TableEvidence

    @property
    def gain(self):
        """I(X,W;Y|T) minus its null mean, in N nats."""
        return float(self.evidence.excess[0])

    def step(self, candidates, state):
        """Return the SelectionStep.

        Its p-value is that of `tail_bound` if few samples are outside the largest joint level or
        class: the tail of a gamma distribution is then too thin.
        """
        table = candidates.table
        parts = [self.codings[:n] for n in range(1, len(self.codings))]
        gains = [evaluate(table, part, state).gain for part in parts]
        shares = np.diff([0.0, *gains, self.gain]) / table.n
        pvalue = self.evidence.pvalue[0]
        if table.is_whole and is_few_outside(self.tables):
            pvalue = tail_bound(self.tables)
        features = tuple(coding.feature for coding in self.codings)
        return SelectionStep(features, tuple(shares), pvalue, self.codings)


def evaluate_all(candidates, combinations, state):
    """Return the Combination of some codings each, given a state."""
    table = candidates.table
    if table.counts_ahead:
        for n in range(len(combinations[0]) if combinations else 0):
            table.count_ahead(
                [
                    request_of(table.split(state, codings[:n])[0], codings[n])
                    for codings in combinations
                ]
            )
    return [evaluate(table, codings, state) for codings in combinations]


def request_of(state, coding):
    """Return the TableRequest of a state and a coding."""
    if coding.groups is None:
        return TableRequest(state, np.array([coding.feature]))
    return TableRequest(state, np.empty(0, np.int64), [coding])


def evaluate(table, codings, state):
    """Return the Combination of some codings given a state."""
    joint, within = table.split(state, codings[:-1])
    counts = table.counts(codings[-1], joint)
    tables = [counts[within == t].reshape(-1, table.n_classes) for t in range(state.n_states)]
    tables = [of_state[of_state.any(axis=1)] for of_state in tables]
    evidence = TableEvidence.of_tables(tables, table.is_whole)
    return Combination(codings, tables, evidence)
