"""What is chosen as one: a feature, or a group of features that enter and leave together."""

from dataclasses import dataclass

import numpy as np

from skinfo.utils._column_params import feature_index


@dataclass(frozen=True)
class Units:
    """The units of a selection.

    Attributes
    ----------
    names : list of str
        A feature's own name, or that of its group.

    members : list of ndarray
        Features of each unit, in the order of X.

    costs : ndarray of shape (n_units,)
        Bits that each costs: of a group the most that one of its features costs, paid once.

    include, exclude : tuple of int
        Units chosen before all others, and never.
    """

    names: list
    members: list
    costs: np.ndarray
    include: tuple
    exclude: tuple

    def of_features(self, values):
        """Return the value of each feature's unit, (n_features,)."""
        spread = np.empty(sum(map(len, self.members)), np.asarray(values).dtype)
        for value, members in zip(values, self.members, strict=True):
            spread[members] = value
        return spread


def make_units(names, groups=None, costs=None, include=None, exclude=None, keys=()):
    """Return the Units that the selector's parameters speak of.

    Parameters
    ----------
    names : list of str
        Feature names.

    groups : dict, sequence or None
        Group names to lists of features; lists of features; or a label a feature.

    costs : dict, array-like of shape (n_features,) or None
        Bits by feature, or a number a feature.

    include, exclude : sequence or None
        Features, by name or index, or a mask.

    keys : sequence, default=()
        What the frame itself calls its columns, as in `feature_index`.

    Raises
    ------
    ValueError
        If a feature is not among the names, or is in two groups, or both included and
        excluded; if a cost is negative or not finite.
    """
    families = _families(groups, names, keys)
    grouped = {feature for _, members in families for feature in members}
    families += [(names[j], [j]) for j in range(len(names)) if j not in grouped]
    families.sort(key=lambda family: family[1][0])
    members = [np.array(features) for _, features in families]
    unit_of = np.empty(len(names), np.int64)
    for unit, features in enumerate(members):
        unit_of[features] = unit
    of_feature = _costs(costs, names, keys)
    included = _units_of(include, names, unit_of, "must_include", keys)
    excluded = _units_of(exclude, names, unit_of, "must_exclude", keys)
    both = sorted(set(included) & set(excluded))
    if both:
        raise ValueError(
            f"must_include and must_exclude both name {families[both[0]][0]!r}. Drop it from one."
        )
    return Units(
        names=[name for name, _ in families],
        members=members,
        costs=np.array([of_feature[features].max() for features in members]),
        include=included,
        exclude=excluded,
    )


def _families(groups, names, keys):
    """Return a list of (name, features in order)."""
    if groups is None:
        return []
    if isinstance(groups, dict):
        entries = [(str(name), features) for name, features in groups.items()]
    elif all(np.ndim(entry) == 1 and not isinstance(entry, str) for entry in groups):
        entries = [(None, features) for features in groups]
    else:
        entries = _by_label(groups, names)
    families, seen = [], {}
    for name, features in entries:
        members = sorted({feature_index(f, names, "groups", keys) for f in features})
        if not members:
            raise ValueError(f"groups: {name!r} has no features. Leave it out.")
        name = name if name is not None else "+".join(names[j] for j in members)
        for feature in members:
            if feature in seen:
                raise ValueError(
                    f"groups: {names[feature]!r} is in both {seen[feature]!r} and {name!r}. "
                    "A feature can be in one group."
                )
            seen[feature] = name
        families.append((name, members))
    return families


def _by_label(labels, names):
    """Return a list of (label, features) from one label a feature; None and NaN mean none."""
    if len(labels) != len(names):
        raise ValueError(
            f"groups as labels must have one entry a feature, got {len(labels)} for "
            f"{len(names)} features. A dict of name to features is the other spelling."
        )
    families = {}
    for feature, label in enumerate(labels):
        if label is not None and label == label:
            families.setdefault(str(label), []).append(feature)
    return list(families.items())


def _costs(costs, names, keys):
    """Return the cost of each feature, (n_features,) float64."""
    given = {} if costs is None else costs
    if isinstance(given, dict):
        by_place = {
            feature_index(f, names, "feature_costs", keys): cost for f, cost in given.items()
        }
        given = [by_place.get(place, 0.0) for place in range(len(names))]
    try:
        values = np.asarray(given, np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"feature_costs must be numbers (bits), got {costs!r}.") from error
    if values.shape != (len(names),):
        raise ValueError(
            f"feature_costs must have one number a feature, got shape {values.shape} for "
            f"{len(names)} features."
        )
    if not np.all(np.isfinite(values) & (values >= 0)):
        worst = int(np.argmin(np.isfinite(values) & (values >= 0)))
        raise ValueError(
            f"feature_costs must be finite and not negative (bits), got {float(values[worst])!r} "
            f"for {names[worst]!r}."
        )
    return values


def _units_of(features, names, unit_of, argument, keys):
    """Return the units of some features, in the order given."""
    if features is None:
        return ()
    chosen = features if isinstance(features, list | tuple) else np.asarray(features).tolist()
    if chosen and all(isinstance(f, bool | np.bool_) for f in chosen):
        if len(chosen) != len(names):
            raise ValueError(
                f"{argument} as a mask must have one entry a feature, got {len(chosen)} for "
                f"{len(names)} features."
            )
        places = np.flatnonzero(chosen)
    else:
        places = [feature_index(f, names, argument, keys) for f in chosen]
    return tuple(dict.fromkeys(int(unit_of[place]) for place in places))
