"""Memory, threads and open files after thousands of fits, and of a server that runs for minutes.

    python benchmarks/soak.py [--refits 10000] [--minutes 10] [--only binner]

The first part repeats fits: a pipeline 10,000 times, and every estimator, streamed fits, functions
and Displays some hundred times each. The second is an HTTP server of the standard library that
returns `transform` and `predict_proba` of a fitted pipeline in eight threads, of one or more rows,
as JSON; every answer is compared with that of the first call. The columns are the resident memory
and the allocated blocks of Python after a tenth of the repeats, after half and at the end, and the
increase of threads and open files.

Repeated
call      calls  MiB at first  at half  at the end  blocks at first  at half  at the end
--------  -----  ------------  -------  ----------  ---------------  -------  ----------
pipeline  10000  252.6         252.2    252.7       905228           906191   905637
"""

import argparse
import gc
import http.client
import json
import os
import sys
import tempfile
import threading
import time
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from _table import parse_arguments, print_table
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skinfo import EntropyScorer, InfoBottleneckSelector, InformationBottleneck, MutualInfoBinner
from skinfo.cluster import information_curve
from skinfo.estimation import (
    conditional_mutual_info,
    differential_entropy,
    multivariate_info,
    mutual_info,
    mutual_info_test,
    pairwise_interaction,
    pairwise_mutual_info,
    sample_kl_divergence,
)
from skinfo.inspection import (
    DriftDisplay,
    InteractionDisplay,
    JointDistributionDisplay,
    MutualInfoDisplay,
    MutualInfoMatrixDisplay,
    ReliabilityDisplay,
    ScoreDecompositionDisplay,
    SelectionPathDisplay,
    UncertaintyDisplay,
    information_report,
)
from skinfo.metrics import log_loss_decomposition, population_stability
from skinfo.scorecard import Scorecard

N_CLIENTS = 8

# Rows of one request.
BATCHES = (1, 2, 7, 50)


class Holding(NamedTuple):
    """Resources that a process holds.

    Attributes
    ----------
    mebibytes : float
        Resident memory.

    blocks : int
        Allocated blocks of Python.

    threads, files : int
    """

    mebibytes: float
    blocks: int
    threads: int
    files: int

    @classmethod
    def now(cls):
        """Return the resources of this process after a garbage collection."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
        return cls(
            pages * os.sysconf("SC_PAGESIZE") / 2**20,
            sys.getallocatedblocks(),
            threading.active_count(),
            len(os.listdir("/proc/self/fd")),
        )


def table(n=100, p=3):
    """Return a frame of numbers and text, and classes that depend on it."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(n, p)), columns=[f"x{j}" for j in range(p)])
    X["text"] = rng.choice(["a", "b", "c"], n)
    X.iloc[::7, 1] = np.nan
    return X, (X["x0"] + rng.normal(size=n) > 0).to_numpy(int)


def make_model():
    """Return a pipeline that bins, selects and classifies."""
    return make_pipeline(
        MutualInfoBinner(encode="woe", cv=2), InfoBottleneckSelector(), LogisticRegression()
    )


def make_calls(folder):
    """Return the calls that are repeated, by name.

    Parameters
    ----------
    folder : Path
        Folder of the files.
    """
    X, y = table()
    numbers, codes = X[["x0", "x2"]].to_numpy(), np.rint(X[["x0", "x2"]] * 2)
    chunks = [(X[:40], y[:40]), (X[40:], y[40:])]
    counts = np.random.default_rng(0).poisson(2.0, (60, 20))
    file = folder / "table.parquet"
    X.assign(y=y).to_parquet(file)
    model = make_model().fit(X, y)
    prob = model.predict_proba(X)
    selector = InfoBottleneckSelector().fit(codes, y)

    def drawn(make, *args, **kwargs):
        def draw():
            make(*args, **kwargs)
            plt.close("all")

        return draw

    def parts(binner):
        for chunk in chunks:
            binner.partial_fit(*chunk)

    return {
        "pipeline": lambda: make_model().fit(X, y).predict_proba(X),
        "binner": lambda: MutualInfoBinner().fit_transform(X, y),
        "binner, n_jobs=2": lambda: MutualInfoBinner(n_jobs=2).fit(X, y).transform(X),
        "binner, woe": lambda: MutualInfoBinner(encode="woe").fit_transform(X, y),
        "binner, continuous y": lambda: MutualInfoBinner().fit(X, numbers[:, 0]),
        "binner, monotonic": lambda: MutualInfoBinner(monotonic_cst="auto").fit(X, y),
        "binner, partial_fit": lambda: parts(MutualInfoBinner()),
        "binner, chunks": lambda: MutualInfoBinner().fit(chunks, None),
        "binner, files": lambda: MutualInfoBinner().fit(file, "y"),
        "binner, one object": (lambda binner: lambda: binner.fit(X, y))(MutualInfoBinner()),
        "binner, SQL and JSON": lambda: MutualInfoBinner.from_dict(
            MutualInfoBinner().fit(X, y).to_dict()
        ).to_sql(),
        "selector": lambda: InfoBottleneckSelector().fit(X, y),
        "selector, chunks": lambda: InfoBottleneckSelector().fit(chunks, None),
        "selector, files": lambda: InfoBottleneckSelector().fit(file, "y"),
        "selector, interactions": lambda: InfoBottleneckSelector(interactions=2).fit(X, y),
        "selector, predictive": lambda: InfoBottleneckSelector("predictive").fit(codes, y),
        "bottleneck": lambda: InformationBottleneck(3, random_state=0).fit(counts),
        "bottleneck, n_jobs=2": lambda: InformationBottleneck(3, n_jobs=2).fit(counts),
        "bottleneck, iterative": lambda: InformationBottleneck(
            3, algorithm="iterative", beta=5.0, n_init=2
        ).fit(counts),
        "bottleneck, agglomerative": lambda: InformationBottleneck(
            3, algorithm="agglomerative"
        ).fit(counts),
        "information_curve": lambda: information_curve(counts[:8, :5], n_init=1),
        "scorer": lambda: EntropyScorer(LogisticRegression()).fit(numbers, y).transform(numbers),
        "scorecard": lambda: Scorecard().fit(X, y).transform(X),
        "mutual_info": lambda: mutual_info(X, y, discrete_features="auto"),
        "mutual_info_test": lambda: mutual_info_test(codes, y),
        "mutual_info_test, permutation": lambda: mutual_info_test(
            numbers, y, null="permutation", n_permutations=19
        ),
        "conditional_mutual_info": lambda: conditional_mutual_info(numbers, y, numbers[:, :1]),
        "pairwise": lambda: (pairwise_mutual_info(codes), pairwise_interaction(codes, y)),
        "multivariate_info": lambda: multivariate_info(codes, n_permutations=19),
        "differential_entropy": lambda: differential_entropy(numbers),
        "sample_kl_divergence": lambda: sample_kl_divergence(numbers[:50], numbers[50:]),
        "log_loss_decomposition": lambda: log_loss_decomposition(y, prob),
        "population_stability": lambda: population_stability(X[:50], X[50:]),
        "DriftDisplay": drawn(DriftDisplay.from_data, X[:50], X[50:]),
        "InteractionDisplay": drawn(InteractionDisplay.from_data, codes, y),
        "JointDistributionDisplay": drawn(
            JointDistributionDisplay.from_data, numbers[:, 0], numbers[:, 1]
        ),
        "MutualInfoDisplay": drawn(MutualInfoDisplay.from_data, codes, y),
        "MutualInfoMatrixDisplay": drawn(MutualInfoMatrixDisplay.from_data, codes),
        "ReliabilityDisplay": drawn(ReliabilityDisplay.from_predictions, y, prob),
        "ScoreDecompositionDisplay": drawn(ScoreDecompositionDisplay.from_predictions, y, prob),
        "SelectionPathDisplay": drawn(SelectionPathDisplay.from_estimator, selector),
        "UncertaintyDisplay": drawn(UncertaintyDisplay.from_predictions, y, prob),
        "information_report": lambda: information_report(X, y).to_html(),
    }


# Slow calls have a tenth of the repeats.
SLOW = ("information_curve", "Display", "information_report", "predictive", "permutation")


def repeated(call, n):
    """Return the resources of the process after a tenth of n more calls, half of n, and all.

    A cache, which is filled once, grows in the first half alone; a leak in both.
    """
    held = []
    for n_calls in (max(n // 10, 3), n // 2, n - n // 2):
        for _ in range(n_calls):
            call()
        held.append(Holding.now())
    return held


def refits(n_refits, only):
    """Print the growth of resources in repeated fits."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, call in make_calls(Path(folder)).items():
            if only not in name:
                continue
            n = n_refits if name == "pipeline" else n_refits // 20
            n = max(n // 10, 10) if any(word in name for word in SLOW) else n
            start = time.perf_counter()
            held = repeated(call, n)
            rows.append((name, n, *growth(held), time.perf_counter() - start))
            print(*rows[-1], sep="  ", flush=True)
    title = f"Repeated calls: {n_refits:,} of the pipeline, fewer of the others"
    print_table(title, ["call", "calls", *GROWTH, "seconds"], rows)


GROWTH = (
    "memory at first (MiB)",
    "memory at half (MiB)",
    "memory at the end (MiB)",
    "blocks at first",
    "blocks at half",
    "blocks at the end",
    "threads added",
    "files added",
)


def growth(held):
    """Return the columns `GROWTH`."""
    return (
        *(holding.mebibytes for holding in held),
        *(holding.blocks for holding in held),
        held[-1].threads - held[0].threads,
        held[-1].files - held[0].files,
    )


class Server(ThreadingHTTPServer):
    """Predictions of a model for rows in JSON; each connection has its own thread."""

    daemon_threads = True

    def __init__(self, model):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = {
            "/transform": model[:-1].transform,
            "/predict_proba": model.predict_proba,
        }


class Handler(BaseHTTPRequestHandler):
    """Persistent connection."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        """Answer the rows of a request."""
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.answers[self.path](pd.DataFrame(rows))
        body = json.dumps(np.asarray(answer).tolist()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Print nothing."""


class Client(threading.Thread):
    """Thread that sends the same requests until the end, and compares the answers.

    Parameters
    ----------
    port : int

    questions : list of (str, bytes, list)
        Paths, bodies, and the right answers.

    end : Event
    """

    def __init__(self, port, questions, end):
        super().__init__()
        self.n_asked = self.n_wrong = 0
        self._port, self._questions, self._end = port, questions, end

    def run(self):
        """Send requests."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        while not self._end.is_set():
            path, body, right = self._questions[self.n_asked % len(self._questions)]
            connection.request("POST", path, body)
            self.n_wrong += json.loads(connection.getresponse().read()) != right
            self.n_asked += 1
        connection.close()


def questions_of(model, X):
    """Return paths, bodies and right answers."""
    frames = [X[start : start + size] for size in BATCHES for start in range(0, 50, 25)]
    return [
        (path, json.dumps(frame.to_dict("records")).encode(), np.asarray(answer(frame)).tolist())
        for frame in frames
        for path, answer in Server(model).answers.items()
    ]


def serve(minutes):
    """Print the resources of a server while it answers."""
    X, y = table()
    X = X.fillna({"x1": 0.5})
    model = make_model().fit(X, y)
    with Server(model) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        end = threading.Event()
        questions = questions_of(model, X)
        clients = [Client(server.server_port, questions, end) for _ in range(N_CLIENTS)]
        for client in clients:
            client.start()
        rows = []
        for tenth in range(1, 11):
            time.sleep(minutes * 6)
            holding = Holding.now()
            n_asked = sum(client.n_asked for client in clients)
            rows.append((tenth * minutes / 10, n_asked, *holding))
            print(*rows[-1], sep="  ", flush=True)
        end.set()
        for client in clients:
            client.join()
        server.shutdown()
    print_table(
        f"Server: {N_CLIENTS} threads",
        ["minutes", "answers", "memory (MiB)", "blocks", "threads", "files"],
        rows,
    )
    n_answers, n_wrong = (
        sum(getattr(c, name) for c in clients) for name in ("n_asked", "n_wrong")
    )
    title = f"Answers of the server: {N_CLIENTS} threads, {minutes:g} minutes"
    print_table(title, ["answers", "wrong answers"], [[n_answers, n_wrong]])


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--refits", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--only", default="")
    args = parse_arguments(parser)
    warnings.simplefilter("ignore")
    if args.minutes:
        serve(args.minutes)
    if args.refits:
        refits(args.refits, args.only)


if __name__ == "__main__":
    main()
