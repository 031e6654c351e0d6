"""Packages that some tests use and that need not be installed: those tests are skipped then."""

import importlib

import pytest


class Absent:
    """Stands for a package, or for what is in it: whoever calls it is skipped."""

    def __init__(self, name):
        self.__name__ = name

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Absent(f"{self.__name__}.{attribute}")

    def __bool__(self):
        return False

    def __repr__(self):
        return self.__name__

    def __call__(self, *args, **kwargs):
        pytest.skip(f"{self.__name__} is not installed")


def optional(name):
    """Return a module, or what stands for it."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return Absent(name)


duckdb = optional("duckdb")
polars = optional("polars")
pyarrow = optional("pyarrow")

# Of Spark sessions in tests: one machine, no pages, no network.
SPARK_SETTINGS = {
    "spark.ui.enabled": False,
    "spark.ui.showConsoleProgress": False,
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": 2,
}
