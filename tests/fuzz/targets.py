"""All targets: the tables of the modules that have some."""

from fuzz import bottleneck, functions, selector, sources

MODULES = (selector, bottleneck, functions, sources)

TARGETS = {name: target for module in MODULES for name, target in module.TARGETS.items()}
