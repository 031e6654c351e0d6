"""All targets: the tables of the modules that have some."""

from fuzz import (
    binner,
    bottleneck,
    curves,
    displays,
    functions,
    models,
    rules,
    scores,
    selector,
    sources,
)

MODULES = (
    *(binner, rules, selector, bottleneck, models, displays, functions, curves, sources),
    scores,
)

TARGETS = {name: target for module in MODULES for name, target in module.TARGETS.items()}
