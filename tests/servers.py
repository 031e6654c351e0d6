"""Database servers of Debian's packages, each for one session of tests, on a socket of its own.

They are of ``postgresql`` and ``mariadb-server``; where these are not installed, tests that ask
for them are skipped.
"""

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

# Neither server is run by root.
IS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0
USER = {"user": "nobody", "group": "nogroup", "extra_groups": []} if IS_ROOT else {}


@contextmanager
def postgresql():
    """Start a PostgreSQL server, and give the command line of its client."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version)
    search = os.pathsep.join([*map(str, reversed(programs)), os.environ["PATH"]])
    initdb, server, psql = (_program(each, search) for each in ("initdb", "postgres", "psql"))
    with _folder() as folder:
        data = folder / "data"
        locale = ("--encoding=UTF8", "--locale=C.UTF-8")
        _run([initdb, "-D", data, "-U", "test", "-A", "trust", "--no-sync", *locale], folder)
        in_memory = ("-F", "-c", "listen_addresses=", "-c", "shared_buffers=16MB")
        client = [psql, "-h", folder, "-U", "test", "-XqAt", "-F", "\t", "-d", "postgres"]
        client += ["-v", "ON_ERROR_STOP=1"]
        with _started([server, "-D", data, "-k", folder, *in_memory], folder, client):
            yield client


@contextmanager
def mariadb():
    """Start a MariaDB server, and give the command line of its client."""
    search = os.pathsep.join([os.environ["PATH"], "/usr/sbin"])
    names = ("mariadb-install-db", "mariadbd", "mariadb")
    install, server, client = (_program(each, search) for each in names)
    with _folder() as folder:
        options = ["--no-defaults", f"--datadir={folder / 'data'}"]
        _run([install, *options, "--auth-root-authentication-method=normal"], folder)
        socket = f"--socket={folder / 'socket'}"
        here = [socket, f"--pid-file={folder / 'pid'}", "--skip-networking"]
        client = [client, "--no-defaults", socket, "-uroot", "-NB", "--database=test"]
        client += ["--default-character-set=utf8mb4"]
        with _started([server, *options, *here], folder, client):
            yield client


def ask(client, statements):
    """Return what a client prints of some statements, which it reads as UTF-8."""
    done = subprocess.run(client, input=statements, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def _program(name, search):
    path = shutil.which(name, path=search)
    return path or pytest.skip(f"{name} is not installed")


def _version(folder):
    return int(folder.parent.name)


@contextmanager
def _folder():
    """Make a folder of the server's user: those of tests are closed, and of long paths."""
    folder = Path(tempfile.mkdtemp(prefix="skinfo-"))
    try:
        if USER:
            shutil.chown(folder, USER["user"], USER["group"])
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(command, folder):
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True, **USER)


@contextmanager
def _started(command, folder, client):
    """Run a server until it is left."""
    with open(folder / "log", "w+b") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, **USER)
        try:
            for _ in range(300):
                if subprocess.run(client, input=b"SELECT 1;", capture_output=True).returncode == 0:
                    break
                time.sleep(0.1)
            else:
                log.seek(0)
                raise RuntimeError(log.read().decode(errors="replace")[-2000:])
            yield
        finally:
            server.terminate()
            server.wait(timeout=60)
