"""Print the version of the package, which stands in one place only: skinfo/__init__.py."""

import re
from pathlib import Path

text = (Path(__file__).parents[1] / "skinfo" / "__init__.py").read_text(encoding="utf-8")
print(re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE)[1])
