"""Tables as they are in a company: codes for missing values, text, dates, and rules about them."""

import numpy as np
import pandas as pd

from fuzz.columns import Column, pick, with_gaps
from fuzz.settings import by_column
from fuzz.tables import Table

LEVELS = ["A", "B", "C", "D", "E", "other", "unknown"]
NO_DATE = pd.Timestamp("1900-01-01")
CODES = {
    "num": [-999],
    "int": [-999, 9999, 0],
    "txt": ["unknown", "other", "E"],
    "date": [NO_DATE],
}


def text_column(rng, z):
    places = np.clip(z + 3 + rng.normal(size=len(z)), 0, 6).astype(int)
    return with_gaps(np.array(LEVELS, object)[places], rng, None, 0.1)


def date_column(rng, z):
    days = np.datetime64("2020-01-01", "us") + (10 * z).astype(int).astype("m8[D]")
    days = with_gaps(days, rng, np.datetime64("NaT", "us"), 0.1)
    return with_gaps(days, rng, np.datetime64("1900-01-01"), 0.1)


def number_column(rng, z):
    values = np.round(z + rng.normal(size=len(z)), pick(rng, [0, 1, 2]))
    return with_gaps(with_gaps(values, rng, np.nan, 0.15), rng, -999.0, 0.2)


def integer_column(rng, z):
    values = rng.integers(-5, 6, len(z)) + (2 * z).astype(int)
    return with_gaps(values, rng, pick(rng, [-999, 9999, 0]), 0.2)


KINDS = {
    "num": number_column,
    "int": integer_column,
    "txt": text_column,
    "date": date_column,
}


def draw_plain_table(rng, kinds=tuple(KINDS), rows=(2, 5, 12, 40, 80, 200)):
    """Return a table, and a number for each row that its columns tell something about."""
    n = pick(rng, rows)
    z = rng.normal(size=n)
    names = [kind for kind in kinds if rng.random() < 0.6] or [kinds[0]]
    columns = tuple(Column(name, KINDS[name](rng, z)) for name in names)
    return Table(columns, tuple(names), "pandas", n), z + rng.normal(size=n)


def new_rows(rng, table, levels):
    """Return rows with values that were not in the table."""
    dates = np.array(["1900-01-01", "2020-01-05", "2050-01-01", "NaT"], "M8[us]")
    values = {
        "num": rng.choice([-999.0, np.nan, np.inf, -np.inf, -2, 0, 0.5, 1, 9e9, -998.9], 20),
        "int": rng.choice([-999, 9999, 0, 1, -1, 2, 100_000, -998], 20),
        "txt": rng.choice(np.array([*levels, None], object), 20),
        "date": rng.choice(dates, 20),
    }
    return pd.DataFrame({name: values[name] for name in table.names})


def draw_codes(rng, names):
    """Return special values in one of the forms that are taken."""
    form = pick(rng, ["list", "dict", "named"])
    if form == "list":
        codes = [-999] if {"num", "int"} & set(names) else []
        return [*codes, *(["unknown"] if "txt" in names else [])] or None
    if form == "dict":
        return {name: CODES[name] for name in names if rng.random() < 0.8}
    named = {name: {"no 'x'": CODES[name][0]} for name in names}
    for name in names:
        if len(CODES[name]) > 1:
            named[name]["rest"] = CODES[name][1:]
    return named


def draw_rules(rng, table, target_type):
    """Return parameters of a binner, those that say what bins have to be like."""
    names, numbers = table.names, [name for name in table.names if name in ("num", "int")]
    fixed = {
        name: sorted({float(cut) for cut in rng.choice([-2, -0.5, 0, 1, 3, 50], 2)})
        for name in numbers
    }
    if "date" in names:
        fixed["date"] = [pd.Timestamp("2020-01-01")]
    shapes = ["peak", "valley", "ascending", "descending", "auto", 0]
    options = {
        "special_values": (0.6, draw_codes(rng, names)),
        "closed": (0.5, "right"),
        "fixed_edges": (0.3, fixed),
        "candidate_edges": (0.2, {name: [-2.0, -1.0, 0.0, 1.0, 2.0] for name in numbers}),
        "max_bins": (0.3, by_column(rng, table, [2, 3, 5, "auto"])),
        "min_samples_bin": (0.4, by_column(rng, table, [1, 2, 5, 0.05, 0.2, 0.3])),
        "min_rate_difference": (0.25, by_column(rng, table, [0.0, 0.05, 0.3])),
        "max_p_value": (0.2, by_column(rng, table, [None, 0.05, 0.5])),
        "min_frequency": (0.4, by_column(rng, table, [None, 2, 5, 0.05, 0.15])),
        "infrequent_label": (0.2, pick(rng, ["rare", "A", "missing"])),
        "max_candidates": (0.15, pick(rng, [2, 5, 16])),
    }
    if target_type != "multiclass":
        ordered = [name for name in names if name != "txt"]
        options["monotonic_cst"] = (0.35, {name: pick(rng, shapes) for name in ordered})
    if "txt" in names:
        order = [LEVELS[i] for i in rng.permutation(len(LEVELS))]
        options["level_order"] = (0.2, {"txt": order})
    return {name: value for name, (share, value) in options.items() if rng.random() < share} | {
        "target_type": target_type,
        "penalty": pick(rng, ["auto", "auto", "modl", "mdlp", "bic", None, 0.5, 2.0]),
        "missing": pick(rng, ["separate", "separate", "merge"]),
        "encode": pick(rng, ["ordinal", "ordinal", "onehot", "onehot-dense", "woe", "posterior"]),
    }
