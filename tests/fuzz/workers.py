"""Processes that run cases, so that neither a dead nor a hanging one ends the run."""

import faulthandler
import importlib
import multiprocessing
import os
import re
import signal
import tempfile
import time
import warnings
from typing import NamedTuple

from fuzz.cases import make_case, run_case
from fuzz.log import Failure, is_ours, place

# Of a case, in seconds of the processor, which a busy machine does not take from it.
HANG = 10.0
# A case that waits takes none: it has so many times that by the clock.
WAITING = 12


CAN_TIME = hasattr(signal, "setitimer")  # Windows has only the clock


class Report(NamedTuple):
    failures: list[Failure]
    refused: bool
    seconds: float = 0.0  # of the processor


def load(module):
    """Return the TARGETS of a module."""
    return importlib.import_module(module).TARGETS


def serve(connection, module, trace, seconds):
    """Answer each (target, case or seed and number) with a Report, until None comes."""
    os.environ["MPLBACKEND"] = "Agg"
    warnings.simplefilter("ignore")
    file = open(trace, "w")  # noqa: SIM115 (as long as the process)
    faulthandler.enable(file)
    if CAN_TIME:
        faulthandler.register(signal.SIGPROF, file=file, chain=True)  # and die of it
    targets = load(module)
    connection.send("ready")
    while (task := connection.recv()) is not None:
        name, case = task
        limit(seconds, file)
        start = time.process_time()
        if isinstance(case, tuple):
            case = make_case(targets, name, *case)
        log = run_case(targets[name], case)
        limit(0, file)
        connection.send(Report(log.failures, bool(log.refusals), time.process_time() - start))


def limit(seconds, file):
    """Let the process die, and write where it was, after some seconds; 0: let it live."""
    if CAN_TIME:
        signal.setitimer(signal.ITIMER_PROF, seconds)
    if seconds:
        faulthandler.dump_traceback_later(WAITING * seconds, exit=True, file=file)
    else:
        faulthandler.cancel_dump_traceback_later()


class Worker:
    """A process, started again when it is dead."""

    def __init__(self, module, seconds=HANG):
        self.module, self.seconds = module, seconds
        self.process = None

    def start(self):
        context = multiprocessing.get_context("spawn")
        self.trace = tempfile.NamedTemporaryFile(suffix=".trace")  # noqa: SIM115
        self.connection, other = context.Pipe()
        arguments = (other, self.module, self.trace.name, self.seconds)
        self.process = context.Process(target=serve, args=arguments, daemon=True)
        self.process.start()
        other.close()
        self.connection.recv()

    def run(self, name, case):
        """Run a case, or the one of a seed and a number, and return a Report."""
        if self.process is None:
            self.start()
        self.connection.send((name, case))
        try:
            return self.connection.recv()
        except EOFError:
            return Report([self.bury()], False)

    def bury(self):
        """Return of what the process died."""
        self.process.join()
        with open(self.trace.name) as file:
            trace = file.read()
        is_late = trace.startswith("Timeout")
        # That which failed is the current one; the first is that which waits.
        trace = trace[max(trace.find("Current thread"), 0) :]
        frames = re.findall(r'File "(.+?)", line (\d+)', trace)
        frame = next((frame for frame in frames if is_ours(frame[0])), ("?", 0))
        code = self.process.exitcode
        self.process = None
        if is_late or (CAN_TIME and code == -signal.SIGPROF):
            return Failure("hang", place(*frame), f"more than {self.seconds:g} seconds")
        inner = [place(*frame) for frame in frames[:8]]
        return Failure("death", place(*frame), f"exit status {code}: {inner}")

    def stop(self):
        if self.process is not None:
            self.connection.send(None)
            self.process.join()
            self.process = None
