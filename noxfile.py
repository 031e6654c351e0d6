"""Checks of the project, each in an environment of its own.

    nox --list
    nox -s lint tests-3.13

`.ci/run` calls them in fresh environments, and checks the compiled kernels, in two lanes.
"""

import shutil
import tempfile
from pathlib import Path

import nox

nox.options.sessions = ["lint", "typing", "tests-3.13"]

DEV = nox.project.load_toml("pyproject.toml")["project"]["optional-dependencies"]["dev"]
NIGHTLY_WHEELS = "https://pypi.anaconda.org/scientific-python-nightly-wheels/simple"
# What the tests need where packages of tables, clusters and figures are missing.
PLAIN_TESTS = ["array-api-strict", "hypothesis", "mpmath", "numpydoc", "pytest"]
# Percent of lines and branches of the modules in Python.
COVERAGE_FLOOR = 95


def pinned(name):
    """Return the requirement of a tool with the version that the extra `dev` has."""
    return next(entry for entry in DEV if entry.startswith(f"{name}=="))


@nox.session
def lint(session):
    """Check style and format."""
    session.install(pinned("ruff"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def typing(session):
    """Check types."""
    session.install(".[test]", pinned("mypy"))
    session.run("mypy")


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def tests(session):
    """Run the tests with the latest packages."""
    session.install(".[test]")
    session.run("pytest", *session.posargs)


@nox.session(python="3.11")
def oldest(session):
    """Run the tests with the oldest supported packages."""
    session.install(".[test]", "-c", ".ci/oldest.txt")
    session.run("pytest", *session.posargs)


@nox.session(name="pandas-2", python="3.13")
def pandas_2(session):
    """Run the tests with the latest pandas 2."""
    session.install(".[test]", "pandas<3")
    session.run("pytest", *session.posargs)


@nox.session(python="3.14")
def nightly(session):
    """Run the tests with nightly builds of NumPy, SciPy, scikit-learn and pandas."""
    session.install(".[test]")
    packages = ["numpy", "scipy", "scikit-learn", "pandas"]
    options = ["--pre", "--upgrade", "--only-binary", ":all:", "--extra-index-url"]
    session.install(*options, NIGHTLY_WHEELS, *packages)
    session.run("pytest", *session.posargs)


@nox.session(name="no-optional", python="3.13")
def no_optional(session):
    """Run the tests without optional packages, on kernels built without a C compiler (Linux)."""
    # Not `create_tmp`, which moves the temporary files of the tests to a folder with a long name,
    # that servers of SQL may not read.
    with tempfile.TemporaryDirectory() as tools:
        for name in ["env", "sh"]:
            Path(tools, name).symlink_to(shutil.which(name))
        # The programs of the environment, and these two.
        session.install(".", env={"PATH": tools})
    session.install(*PLAIN_TESTS)
    session.run("pytest", *session.posargs)


@nox.session(name="free-threaded", python="3.14t")
def free_threaded(session):
    """Run the tests on a Python without the GIL, for which not all of `test` has wheels."""
    session.install(".", "matplotlib", *PLAIN_TESTS)
    session.run("pytest", *session.posargs)


@nox.session(python="3.13")
def fuzz(session):
    """Run random cases of estimators; arguments are those of `tests/fuzz`."""
    session.install(".[test]")
    session.run("python", "tests/fuzz", *(session.posargs or ["2000", "--seed", "today"]))


@nox.session(python="3.14")
def coverage(session):
    """Run the tests with lines and branches counted, and fail below a floor."""
    session.install(".[test]", "pytest-cov")
    session.run("pytest", "--cov", f"--cov-fail-under={COVERAGE_FLOOR}", *session.posargs)


@nox.session(python="3.13")
def history(session):
    """Measure seconds and memory of fits; `-- --compare FILE` compares with an earlier run."""
    session.install(".")
    session.run("python", "benchmarks/history.py", *session.posargs)


@nox.session
def docs(session):
    """Build the site; `-- -D plot_gallery=0` leaves the gallery unrun."""
    session.install(".[dask,docs,torch]")
    session.run("sphinx-build", "-W", "--keep-going", *session.posargs, "docs", "docs/_build/html")


@nox.session
def wheel(session):
    """Build the source distribution and a wheel from it, and test the kernels of the wheel."""
    folder = session.create_tmp()
    session.install("build")
    session.run("python", "-m", "build", "--outdir", folder)
    (built,) = Path(folder).glob("*.whl")
    session.install(str(built), *PLAIN_TESTS)
    session.run("pytest", "tests/kernels", *session.posargs)
