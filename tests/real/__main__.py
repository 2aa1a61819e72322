"""Replays real loans and prints what matches: `python -m tests.real [FOLDER] [--sample] [--verbose]`."""

import argparse
import sys
from pathlib import Path

from tests.real.run import found, replay_all
from tests.real.sources import folder


def main() -> int:
    """Replay the data sets of a folder and print the share that matches, for each figure compared."""
    parser = argparse.ArgumentParser(prog="python -m tests.real", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=folder())
    parser.add_argument("--sample", action="store_true", help="only a fixed sample of the rows")
    parser.add_argument("--verbose", action="store_true", help="show some of what does not match")
    chosen = parser.parse_args()
    if not found(chosen.folder):
        print(f"no data sets in {chosen.folder}: set HUANCUI_REAL_DATA to their folder")
        return 0
    for tally in replay_all(chosen.folder, sample=chosen.sample):
        print("\n".join(tally.lines(chosen.verbose)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
