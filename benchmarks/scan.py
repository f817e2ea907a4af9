"""Time and memory of a whole scan: python benchmarks/scan.py CORPUS [flags of datagov scan]

Runs `datagov scan CORPUS` into a folder of its own and prints what the run said, and the peak of
the memory of all its processes together, looked at once a second: where the system tells it,
what processes share counts once (proportional set size).
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil


def main():
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "release"
        command = [sys.executable, "-m", "datagov.cli", "scan", *sys.argv[1:], "--out", str(out)]
        run = subprocess.Popen(command)
        tree = psutil.Process(run.pid)
        peak = 0
        while run.poll() is None:
            peak = max(peak, resident(tree))
            time.sleep(1)
    print(f"peak memory of the process tree {peak / 1e6:,.0f} MB; exit code {run.returncode}")


def resident(tree):
    total = 0
    for process in [tree, *tree.children(recursive=True)]:
        try:
            memory = process.memory_full_info()
            total += getattr(memory, "pss", memory.rss)
        except psutil.Error:
            continue
    return total


if __name__ == "__main__":
    main()
