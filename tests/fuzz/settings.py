"""Settings: some valid ones of many, now and then one that makes no sense."""

from fuzz.columns import pick

HOSTILE = [
    *[None, -1, 0, 1.5, float("nan"), float("inf"), "bogus", [], {}, True, 10**30, b"x", (1, 2)],
    *["auto", -3, [None], [1.5], {"zz": 1}, 2**40, complex(1, 2), object],
]

# So much work, or memory, would have been asked for.
WORK = {
    "n_jobs",
    "n_permutations",
    "n_init",
    "max_iter",
    "n_resamples",
    "n_repeats",
    "n_subsamples",
}


def draw_settings(rng, valid, share=0.35, hostile=0.06):
    """Return some settings of `valid`, {name: options}; a share of the cases has a hostile one."""
    params = {name: pick(rng, options) for name, options in valid.items() if rng.random() < share}
    if rng.random() < hostile:
        name = pick(rng, list(valid))
        params[name] = pick(rng, HOSTILE)
        if name in WORK and isinstance(params[name], int) and params[name] > 10**6:
            params[name] = -3
    return params


def by_column(rng, table, options):
    """Return one value, one for each column, or one for some columns by their number."""
    p = len(table.columns)
    form = pick(rng, ["one", "one", "each", "some"])
    if form == "one":
        return pick(rng, options)
    if form == "each":
        return [pick(rng, options) for _ in range(p)]
    return {j: pick(rng, options) for j in range(p) if rng.random() < 0.6}
