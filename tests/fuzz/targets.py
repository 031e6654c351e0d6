"""All targets: the tables of the modules that have some."""

from fuzz import bottleneck, selector

MODULES = (selector, bottleneck)

TARGETS = {name: target for module in MODULES for name, target in module.TARGETS.items()}
