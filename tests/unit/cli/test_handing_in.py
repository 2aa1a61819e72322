"""Files handed in over HTTP: in pieces, to be taken up again, nothing twice."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli import handing_in
from cli.handing_in import HandIn, measure, repeated_loans
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.events.takeover import LoanMigrated
from shared.events.wire import encode_value, event_of
from tests.unit.cli.test_operate import a_layout
from tests.unit.ledger.takeovers import a_card_taken_over


@dataclass
class Ledger:
    """A ledger's imports, in a few lines: it takes lines in order, and fails as a test wants."""

    lines: list[bytes] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    failing: list[Callable[["Ledger"], httpx.Response | None]] = field(default_factory=list)
    finished: bool = False
    begun: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        status = "finished" if self.finished else "running"
        return {"import_id": "i-1", "lines_read": len(self.lines), "lines_total": 9, "status": status}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/")
        if path == "imports":
            self.begun.append(json.loads(request.content))
            self.keys.append(request.headers["Idempotency-Key"])
        elif path == "imports/lines":
            if self.failing and (answer := self.failing.pop(0)(self)) is not None:
                return answer
            if int(request.url.params["first"]) != len(self.lines) + 1:
                return httpx.Response(409, json={"title": "Go on elsewhere"})
            given = request.content.split(b"\n")
            self.lines += given
            self.requests.append(len(given))
            if self.failing and (answer := self.failing.pop(0)(self)) is not None:
                return answer
        elif path.endswith("/finish"):
            self.finished = True
        return httpx.Response(200, json=self.shown())


def lost(_: Ledger) -> httpx.Response | None:
    raise httpx.ReadTimeout("lost")


def away(_: Ledger) -> httpx.Response | None:
    return httpx.Response(503, json={"title": "Away"})


def served(_: Ledger) -> httpx.Response | None:
    return None


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return a_layout(tmp_path)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(handing_in, "CHUNK_LINES", 4)
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join(b'{"n": %d}\r\n' % n for n in range(8)) + b'{"n": 8}')
    return path


def handing(layout: Layout, ledger: Ledger, pauses: list[float] | None = None) -> HandIn:
    waited: list[float] = [] if pauses is None else pauses
    return HandIn(layout, "acme", httpx.MockTransport(ledger), waited.append)


EXPECTED = [b'{"n": %d}' % n for n in range(9)]


def test_a_file_is_handed_in_piece_by_piece_and_finished(layout: Layout, file: Path) -> None:
    ledger, told = Ledger(), []
    done = handing(layout, ledger).run(file, lambda now: told.append(now["lines_read"]))
    assert ledger.lines == EXPECTED
    assert ledger.requests == [4, 4, 1]
    assert (told, done["status"]) == ([0, 4, 8, 9], "finished")
    assert ledger.begun == [{"lender": "acme", "kind": "events", "dry_run": False, "lines_total": 9}]


def test_an_answer_that_was_lost_is_no_reason_to_hand_in_twice(layout: Layout, file: Path) -> None:
    """The lines counted, and the answer did not arrive."""
    pauses: list[float] = []
    ledger = Ledger(failing=[served, lost])
    handing(layout, ledger, pauses).run(file, lambda _: None)
    assert ledger.lines == EXPECTED
    assert pauses == [1]


def test_a_piece_that_counted_half_is_handed_in_from_its_middle(layout: Layout, file: Path) -> None:
    def half(ledger: Ledger) -> httpx.Response:
        ledger.lines += EXPECTED[4:6]
        raise httpx.ReadError("killed")

    ledger = Ledger(failing=[served, served, half])
    handing(layout, ledger).run(file, lambda _: None)
    assert ledger.lines == EXPECTED


def test_a_ledger_that_is_away_is_asked_again_for_a_while(layout: Layout, file: Path) -> None:
    pauses: list[float] = []
    ledger = Ledger(failing=[away, lost, away])
    handing(layout, ledger, pauses).run(file, lambda _: None)
    assert ledger.lines == EXPECTED
    assert pauses == [1, 2, 4]
    gone = Ledger(failing=[away] * 100)
    with pytest.raises(StackError, match="cannot take it now: 503 Away"):
        handing(layout, gone).run(file, lambda _: None)


def test_the_same_file_again_goes_on_where_it_stopped_and_a_finished_one_is_left(
    layout: Layout, file: Path
) -> None:
    ledger = Ledger(lines=EXPECTED[:6])
    handing(layout, ledger).run(file, lambda _: None)
    assert ledger.lines == EXPECTED
    assert ledger.requests == [3]
    handing(layout, ledger).run(file, lambda _: None)
    assert ledger.requests == [3]
    assert ledger.keys[0] == ledger.keys[1]
    dry = Ledger()
    handing(layout, dry).run(file, lambda _: None, dry=True)
    handing(layout, dry).run(file, lambda _: None, dry=True)
    assert len(set(dry.keys)) == 2


def test_what_the_ledger_refuses_is_not_tried_again(layout: Layout, file: Path) -> None:
    ledger = Ledger(failing=[lambda _: httpx.Response(403, json={"title": "Not you"})])
    with pytest.raises(StackError, match="refused: 403 Not you"):
        handing(layout, ledger).run(file, lambda _: None)


def test_lines_of_a_takeover_are_wrapped_as_events_and_empty_ones_keep_their_place(
    layout: Layout, tmp_path: Path
) -> None:
    path = tmp_path / "book.jsonl"
    path.write_bytes(b'{"loan_reference": "L-1"}\n\n{"loan_reference": "L-2"}\n')
    ledger = Ledger()
    handing(layout, ledger).run(path, lambda _: None, takeover=True)
    first, empty, last = ledger.lines
    assert json.loads(first) == {"type": "LoanMigrated", "data": {"loan_reference": "L-1"}}
    assert empty == b""
    assert json.loads(last)["data"] == {"loan_reference": "L-2"}
    assert ledger.begun[0]["kind"] == "takeover"


def test_a_card_of_a_takeover_arrives_at_the_ledger_as_it_stands_in_the_file(
    layout: Layout, tmp_path: Path
) -> None:
    card = a_card_taken_over()
    path = tmp_path / "cards.jsonl"
    path.write_bytes(encode_value(card) + b"\n")
    ledger = Ledger()
    handing(layout, ledger).run(path, lambda _: None, takeover=True, dry=True)
    (line,) = ledger.lines
    told = json.loads(line)
    assert event_of(told["type"], told["data"], {LoanMigrated.__name__: LoanMigrated}) == card
    assert ledger.begun[0]["dry_run"] is True


def test_a_file_is_measured_by_its_lines_and_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "x"
    seen = set()
    for content, lines in ((b"", 0), (b"a", 1), (b"a\n", 1), (b"a\nb", 2), (b"\n\n", 2)):
        path.write_bytes(content)
        measured = measure(path)
        assert measured.lines == lines
        seen.add(measured.digest)
    assert len(seen) == 5


def test_loans_that_a_book_names_twice_are_told(tmp_path: Path) -> None:
    path = tmp_path / "book"
    path.write_text('{"loan_reference": "A"}\n{"loan_reference": "B"}\nnonsense\n{"loan_reference": "A"}\n')
    assert list(repeated_loans(path)) == ["line 4: the loan A is in line 1 too"]
