"""Tells stories and published figures: `python -m tests.peer [FOLDER] [--only ID[,ID]] [--verbose]`."""

import argparse
import sys
from pathlib import Path

from tests.peer import figures
from tests.peer.run import summary, tell
from tests.peer.stories import folders, load


def main() -> int:
    """Tell all stories, or some, and print what came of them; 1 when one failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.peer", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="instead of HUANCUI_SCENARIOS")
    parser.add_argument("--only", default="", help="ids, with commas between")
    parser.add_argument("--verbose", action="store_true", help="show every first difference")
    chosen = parser.parse_args()
    where = [chosen.folder] if chosen.folder else folders()
    only = set(filter(None, chosen.only.split(",")))
    outcomes = [tell(story) for story in load(where) if not only or story.id in only]
    published = [] if only else list(figures.load(where))
    if not outcomes and not published:
        print(f"no stories in {', '.join(map(str, where))}: set HUANCUI_SCENARIOS to their folder")
        return 0
    for one in outcomes:
        if one.lines and (only or chosen.verbose):
            print(f"{one.story.id} {one.verdict} ({one.story.file}): {one.story.title}")
            print("\n".join(one.lines))
    told = summary(outcomes) if outcomes else ()
    print("\n".join([*told, *figures.summary(published)]))
    failed = any(one.failure for one in outcomes) or any(one.verdict == "failed" for one in published)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
