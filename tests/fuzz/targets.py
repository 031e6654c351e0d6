"""All targets: the tables of the modules that have some."""

from fuzz import bottleneck, selector, sources

MODULES = (selector, bottleneck, sources)

TARGETS = {name: target for module in MODULES for name, target in module.TARGETS.items()}
