"""Groups of features that are selected together; a feature in no group is its own group."""

from dataclasses import dataclass

import numpy as np

from skinfo.utils._column_params import feature_indices
from skinfo.utils._saved_state import saved_class
from skinfo.utils._text import short_repr


@saved_class
@dataclass(frozen=True)
class FeatureGroups:
    """Groups of a selection, including single features.

    Attributes
    ----------
    names : list of str
        Name of the feature, or of its group.

    members : list of ndarray
        Features of each group, in the order of X.

    costs : ndarray of shape (n_groups,)
        In bits; for a group the maximum cost of a feature, once.

    include, exclude : tuple of int
        Groups that are selected first, and groups that are never selected.
    """

    names: list
    members: list
    costs: np.ndarray
    include: tuple
    exclude: tuple

    def spread(self, values):
        """Return the value of each feature's group, (n_features,)."""
        of_features = np.empty(sum(map(len, self.members)), np.asarray(values).dtype)
        for value, members in zip(values, self.members, strict=True):
            of_features[members] = value
        return of_features


def make_feature_groups(names, groups=None, costs=None, include=None, exclude=None, keys=()):
    """Return the FeatureGroups that parameters of the selector define.

    Parameters
    ----------
    names : list of str
        Feature names.

    groups : dict, sequence or None
        A dict of lists of features by group name; lists of features; or one label per feature.

    costs : dict, array-like of shape (n_features,) or None
        Bits by feature, or one number per feature.

    include, exclude : sequence or None
        Features, by name or index, or a mask.

    keys : sequence, default=()
        Names of the columns in the frame itself, as in `feature_indices`.

    Raises
    ------
    ValueError
        If a feature is not among the names, or is in two groups, or both included and
        excluded; if a cost is negative or not finite.
    """
    named = _named_groups(groups, names, keys)
    grouped = {feature for _, members in named for feature in members}
    named += [(names[j], [j]) for j in range(len(names)) if j not in grouped]
    named.sort(key=lambda group: group[1][0])
    members = [np.array(features) for _, features in named]
    group_of = np.empty(len(names), np.int64)
    for group, features in enumerate(members):
        group_of[features] = group
    of_feature = _costs(costs, names, keys)
    included = _groups_of(include, names, group_of, "must_include", keys)
    excluded = _groups_of(exclude, names, group_of, "must_exclude", keys)
    both = sorted(set(included) & set(excluded))
    if both:
        raise ValueError(
            f"must_include and must_exclude both name {short_repr(named[both[0]][0])}. Drop it "
            "from one."
        )
    return FeatureGroups(
        names=[name for name, _ in named],
        members=members,
        costs=np.array([of_feature[features].max() for features in members]),
        include=included,
        exclude=excluded,
    )


def _named_groups(groups, names, keys):
    """Return a list of (name, features in order)."""
    if groups is None:
        return []
    if isinstance(groups, dict):
        entries = [(str(name), features) for name, features in groups.items()]
    elif all(np.ndim(entry) == 1 and not isinstance(entry, str) for entry in groups):
        entries = [(None, features) for features in groups]
    else:
        entries = _by_label(groups, names)
    for name, features in entries:
        if np.ndim(features) != 1:
            raise ValueError(
                f"groups: {short_repr(name)} must have a list of features, got "
                f"{short_repr(features)}. Write {{{short_repr(name)}: [{short_repr(features)}]}}."
            )
    named, seen = [], {}
    given = [feature for _, features in entries for feature in features]
    indices = iter(feature_indices(given, names, "groups", keys))
    for name, features in entries:
        members = sorted({next(indices) for _ in features})
        if not members:
            raise ValueError(f"groups: {short_repr(name)} has no features. Leave it out.")
        name = name if name is not None else "+".join(names[j] for j in members)
        for feature in members:
            if feature in seen:
                raise ValueError(
                    f"groups: {short_repr(names[feature])} is in both {short_repr(seen[feature])} "
                    f"and {short_repr(name)}. A feature can be in one group."
                )
            seen[feature] = name
        named.append((name, members))
    return named


def _by_label(labels, names):
    """Return a list of (label, features), given one label per feature; None and NaN: no group."""
    if len(labels) != len(names):
        raise ValueError(
            f"groups as labels must have one entry a feature, got {len(labels)} for "
            f"{len(names)} features. A dict of name to features is the other spelling."
        )
    groups = {}
    for feature, label in enumerate(labels):
        if label is not None and label == label:
            groups.setdefault(str(label), []).append(feature)
    return list(groups.items())


def _costs(costs, names, keys):
    """Return the cost of each feature, (n_features,) float64."""
    given = {} if costs is None else costs
    if isinstance(given, dict):
        indices = feature_indices(given, names, "feature_costs", keys)
        by_index = dict(zip(indices, given.values(), strict=True))
        given = [by_index.get(j, 0.0) for j in range(len(names))]
    try:
        values = np.asarray(given, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"feature_costs must be numbers (bits), got {short_repr(costs)}."
        ) from error
    if values.shape != (len(names),):
        raise ValueError(
            f"feature_costs must have one number a feature, got shape {values.shape} for "
            f"{len(names)} features."
        )
    if not np.all(np.isfinite(values) & (values >= 0)):
        worst = int(np.argmin(np.isfinite(values) & (values >= 0)))
        raise ValueError(
            "feature_costs must be finite and not negative (bits), got "
            f"{short_repr(float(values[worst]))} for {short_repr(names[worst])}."
        )
    return values


def _groups_of(features, names, group_of, argument, keys):
    """Return the groups of some features, in the given order."""
    if features is None:
        return ()
    given = features if isinstance(features, list | tuple) else np.asarray(features).tolist()
    if given and all(isinstance(f, bool | np.bool_) for f in given):
        if len(given) != len(names):
            raise ValueError(
                f"{argument} as a mask must have one entry a feature, got {len(given)} for "
                f"{len(names)} features."
            )
        features = np.flatnonzero(given)
    else:
        features = feature_indices(given, names, argument, keys)
    return tuple(dict.fromkeys(int(group_of[feature]) for feature in features))
