"""Runs commands and takes the operating system's own account of each."""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    """One run of a command: seconds, seconds, bytes."""

    wall: float
    cpu: float
    memory: int
    output: bytes


def run(command, cwd=None, env=None, allowed=(0,)):
    """Runs a command; its standard output is kept, its peak memory is that of
    the one process (the floor is this interpreter's own, some 15 MB)."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode not in allowed:
        sys.stdout.buffer.write(output)
        sys.exit(f"{command[0]} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, output)


def spread(values, scale, digits):
    """A median with the least and the greatest value."""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle * scale:.{digits}f} ({low * scale:.{digits}f}-{high * scale:.{digits}f})"


def median(runs, what):
    """The median of one figure of several runs."""
    return statistics.median(getattr(run, what) for run in runs)


def table(rows):
    """Prints rows of texts in columns."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = [text.ljust(width) if at == 0 else text.rjust(width) for at, (text, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
    print()


def figures(runs):
    """The columns of a row: wall, CPU, peak memory."""
    return [
        spread([run.wall for run in runs], 1e3, 1),
        spread([run.cpu for run in runs], 1e3, 1),
        spread([run.memory for run in runs], 1e-6, 0),
    ]


HEAD = ["wall ms", "CPU ms", "peak MB"]


def guidepost_binary(given, repository):
    """The program to measure."""
    binary = given or repository / "target" / "release" / "guidepost"
    if not binary.is_file():
        sys.exit(f"{binary} is not there; run `cargo build --release` first")
    return binary.resolve()


def folders(given, repository):
    """Where corpora go: one folder in memory, where there is one, and one on disk."""
    if given:
        return given
    memory = Path("/dev/shm")
    return ([memory] if memory.is_dir() else []) + [repository / "target"]
