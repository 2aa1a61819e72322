"""Runs the peer's stories: `python -m tests.peer [FOLDER] [--only ID[,ID]] [--verbose]`."""

import argparse
import sys
from pathlib import Path

from tests.peer.run import summary, tell
from tests.peer.stories import folder, load


def main() -> int:
    """Tell all stories, or some, and print what came of them; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.peer", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=folder())
    parser.add_argument("--only", default="", help="ids, with commas between")
    parser.add_argument("--verbose", action="store_true", help="show every first difference")
    chosen = parser.parse_args()
    if not list(chosen.folder.glob("*.json")):
        print(f"no stories in {chosen.folder}")
        return 0
    only = set(filter(None, chosen.only.split(",")))
    outcomes = [tell(story) for story in load(chosen.folder) if not only or story.id in only]
    for one in outcomes:
        if one.lines and (only or chosen.verbose):
            print(f"{one.story.id} {one.verdict} ({one.story.file}): {one.story.title}")
            print("\n".join(one.lines))
    print("\n".join(summary(outcomes)))
    return 1 if any(one.failure for one in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
