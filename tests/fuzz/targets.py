"""All targets: the tables of the modules that have some."""

from fuzz import binner, bottleneck, displays, functions, models, rules, selector, sources

MODULES = (binner, rules, selector, bottleneck, models, displays, functions, sources)

TARGETS = {name: target for module in MODULES for name, target in module.TARGETS.items()}
