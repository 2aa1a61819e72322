"""`python -m benchmarks [NAME …] [--json FILE] [--short]`."""

import argparse
import signal
import sys
from pathlib import Path

from benchmarks.run import BENCHES, UnknownBench, run
from cli.stack.process import StackError


def main() -> int:
    """Exit status 0 when every goal was met, 1 when one was not, 2 when nothing could be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed and size.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(BENCHES)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    parser.add_argument("--short", action="store_true", help="less work, once: a look, not a measurement")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the servers and their data go in every case
    try:
        return 0 if run(asked.names, file=asked.json, short=asked.short) else 1
    except (UnknownBench, StackError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
