"""Run cases of targets in worker processes and report what fails."""

import argparse
import collections
import datetime
import os
import sys
import threading
from pathlib import Path

# Threads of kernels beside the workers would only wait for each other.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import fuzz
from fuzz.cases import make_case, shrink
from fuzz.workers import HANG, Worker, load

MODULE = "fuzz.targets"


class Run:
    """Cases handed out to workers, and what came of them."""

    def __init__(
        self, names, n_cases, seed, module=MODULE, out=print, start=0, hang=HANG, patience=6.0
    ):
        self.targets = load(module)
        self.module, self.seed, self.out = module, seed, out
        self.hang, self.patience = hang, patience  # seconds of a case, and of shrinking one
        self.counts = {name: max(1, round(n_cases * self.targets[name].share)) for name in names}
        self.cases = ((name, i) for name in names for i in range(start, start + self.counts[name]))
        self.lock = threading.Lock()
        self.seconds, self.refused = collections.Counter(), collections.Counter()
        self.found = collections.Counter()

    def work(self):
        """Run cases in one worker until there are no more."""
        worker = Worker(self.module, self.hang)
        while (task := self.next()) is not None:
            name, index = task
            report = worker.run(name, (self.seed, index))
            with self.lock:
                self.seconds[name] += report.seconds
                self.refused[name] += report.refused
            for failure in report.failures:
                self.add(name, index, failure, worker)
        worker.stop()

    def next(self):
        with self.lock:
            return next(self.cases, None)

    def add(self, name, index, failure, worker):
        """Count a failure; shrink and show the first of its kind."""
        with self.lock:
            self.found[name, *failure.signature] += 1
            first = self.found[name, *failure.signature] == 1
        if not first:
            return
        # A pause of the machine, or a compilation, is no hang.
        if failure.kind == "hang" and failure.kind not in {
            again.kind for again in worker.run(name, (self.seed, index)).failures
        }:
            del self.found[name, *failure.signature]
            return
        case = make_case(self.targets, name, self.seed, index)
        if failure.kind != "hang":
            case = shrink(
                case, failure, lambda smaller: worker.run(name, smaller).failures, self.patience
            )
        kind, cause, detail = failure
        self.out(
            f"{kind} in {name}: {cause} | {detail} | {case} "
            f"| python tests/fuzz --seed {self.seed} --case {name}:{index}"
        )

    def summary(self):
        """Return a line for each target, and one for each kind of failure."""
        for name, n_cases in self.counts.items():
            yield (
                f"{name:20} {n_cases:7} cases, {n_cases - self.refused[name]:7} with no refusal, "
                f"{self.seconds[name]:7.1f} s"
            )
        for (name, kind, cause), count in self.found.most_common():
            yield f"{count:7} x {kind} in {name}: {cause}"
        n_cases = sum(self.counts.values())
        yield f"seed {self.seed}: {n_cases} cases, {len(self.found)} kinds of failure"


def fuzz_targets(names, n_cases, seed, jobs=1, **options):
    """Fuzz some targets in processes, print what fails, and return the exit status."""
    run = Run(names, n_cases, seed, **options)
    threads = [threading.Thread(target=run.work, daemon=True) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for line in run.summary():
        run.out(line)
    return 1 if run.found else 0


def seed_of(text):
    """Return the seed of the day, or the number that is given."""
    return (
        int(datetime.datetime.now(datetime.UTC).strftime("%Y%m%d"))
        if text == "today"
        else int(text)
    )


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="python tests/fuzz",
        description=fuzz.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("cases", type=int, nargs="?", default=200, help="cases of each target")
    parser.add_argument("--seed", type=seed_of, default=0, help="a number, or 'today'")
    parser.add_argument("--only", help="names of targets, with commas between them")
    parser.add_argument("--case", metavar="TARGET:I", help="run one case and show it")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    given = parser.parse_args(arguments)
    if given.case:
        name, index = given.case.rsplit(":", 1)
        print(make_case(load(MODULE), name, given.seed, int(index)))
        return fuzz_targets([name], 1, given.seed, start=int(index))
    names = given.only.split(",") if given.only else list(load(MODULE))
    return fuzz_targets(names, given.cases, given.seed, given.jobs)


if __name__ == "__main__":
    sys.exit(main())
