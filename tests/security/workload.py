"""Hostile text in all that skinfo does, twice: what the second time asks of the system is printed.

The first time loads modules, fonts and tables. An audit hook of Python reports the second: files
that are opened, processes, connections, code that is compiled from text.
"""

import json
import pickle
import sys
import warnings

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.estimation import mutual_info, mutual_info_test
from skinfo.inspection import BinningDisplay, MutualInfoDisplay, information_report
from skinfo.scorecard import Scorecard

# Each would be seen if anything evaluated, formatted, looked up or ran it.
HOSTILE = (
    "__import__('os').system('touch owned')",
    "$(touch owned) `touch owned` ; | touch owned",
    "@open('owned', 'w') and `x`",
    "%s %(name)s {0.__class__} {{7*7}} ${{jndi:ldap://127.0.0.1/a}}",
    "<script>fetch('http://127.0.0.1/')</script>",
    "$\\frac{1}{2 & _^",
    "'; DROP TABLE x; --",
    "http://127.0.0.1/a.csv",
    "../../../etc/passwd",
)


def work(round_, file):
    """Do all that the package does with names, levels and labels."""
    import matplotlib.pyplot as plt  # pytest reads this file where it is not installed, too

    rng = np.random.default_rng(round_)
    n = 150
    levels = [f"{text}{round_}" for text in HOSTILE]
    columns = {f"{text} {round_}": rng.normal(size=n) for text in HOSTILE[:3]}
    columns |= {HOSTILE[j]: rng.choice(levels, n) for j in (4, 7)}
    X = pd.DataFrame(columns)
    score = X.iloc[:, 0] + X.iloc[:, 1]
    y = np.where(score > 0, HOSTILE[0], HOSTILE[4])
    binner = MutualInfoBinner(encode="woe", penalty=None)
    binner.fit_transform(X, y)
    binner.to_sql(dialect="duckdb")
    binner.bin_table(HOSTILE[4])
    binner._repr_html_()
    pickle.loads(
        pickle.dumps(MutualInfoBinner.from_dict(json.loads(json.dumps(binner.to_dict()))))
    )
    InfoBottleneckSelector(2).fit(X, y).report()
    InformationBottleneck(2, random_state=0).fit(rng.integers(1, 9, (20, 3)))
    mutual_info(X, y)
    mutual_info_test(X, y)
    Scorecard().fit(X, y).to_sql()
    three = X.iloc[:, :3]
    numbers = three.to_numpy()
    EntropyScorer().fit(numbers, y).score(numbers, y)
    make_pipeline(MutualInfoBinner(), LogisticRegression()).fit(three, y).predict(three)
    BinningDisplay.from_estimator(binner, HOSTILE[4]).plot()
    MutualInfoDisplay.from_data(X, y).plot()
    plt.gcf().canvas.draw()
    plt.close("all")
    information_report(X, y, title=HOSTILE[4]).html()
    MutualInfoBinner().fit(file, "label")
    for text in HOSTILE:
        refuse(lambda text=text: MutualInfoBinner().fit(text, "label"))
        refuse(lambda text=text: MutualInfoBinner(encode=text).fit(X, y))
        refuse(lambda text=text: binner.to_sql(f"{text}?"))
        refuse(lambda text=text: binner.to_sql(dialect=text))
        refuse(lambda text=text: MutualInfoBinner.from_dict(binner.to_dict() | {"format": text}))


def refuse(call):
    try:
        call()
    except (ValueError, TypeError, FileNotFoundError):
        return
    raise AssertionError("taken")


HEARD = []

WATCHED = ("socket", "subprocess", "os.", "urllib", "http", "ftplib", "smtplib", "webbrowser")
WATCHED += ("ctypes", "compile", "exec", "import", "marshal", "shutil", "tempfile", "open")

# Looking for files of that name.
HARMLESS = ("os.scandir", "os.listdir")


def hear(event, arguments):
    if not event.startswith(WATCHED) or event in HARMLESS:
        return
    # Named tuples, of which pandas makes rows of our own tables, are compiled from text.
    if sys._getframe(1).f_globals.get("__name__") != "collections":
        HEARD.append([event, *map(str, arguments)])


def main():
    warnings.simplefilter("ignore")
    work(0, sys.argv[1])
    sys.addaudithook(hear)
    work(1, sys.argv[1])
    print(json.dumps(list(HEARD)))


if __name__ == "__main__":
    main()
