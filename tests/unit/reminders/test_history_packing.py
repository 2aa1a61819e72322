"""A history is the same after it was packed and read again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.reminders.domain.contact import Channel, Place, Purpose
from services.reminders.domain.history import NOTHING_YET, History, Outcome, Record
from services.reminders.store.history_packing import pack, unpack

DAYS = st.dates(min_value=datetime(2020, 1, 1).date(), max_value=datetime(2040, 1, 1).date())
RECORDS = st.builds(
    Record,
    st.uuids(),
    st.integers(0, 10**15).map(lambda us: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)),
    DAYS,
    DAYS,
    st.sampled_from(Channel),
    st.sampled_from(Purpose),
    st.sampled_from(Outcome),
    st.sampled_from(["mail:a", "phone:b", ""]),
    st.sampled_from(["acme", "other"]),
    st.sampled_from(["acme", "agency"]),
    st.frozensets(st.uuids(), max_size=2),
    st.frozensets(st.uuids(), max_size=2),
    st.integers(0, 15),
    st.integers(0, 30),
    st.none() | st.uuids(),
    st.sampled_from(Place),
)


@given(st.lists(RECORDS, max_size=8, unique_by=lambda one: one.id))
def test_a_history_is_the_same_after_packing(records: list[Record]) -> None:
    history = History.of(records)
    assert unpack(pack(history)) == history


def test_what_records_have_in_common_is_written_once() -> None:
    def record(number: int) -> Record:
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        loans = frozenset({UUID(int=1)})
        return Record(
            UUID(int=number),
            at,
            at.date(),
            at.date(),
            Channel.MAIL,
            Purpose.HELP,
            Outcome.SENT,
            "mail:a",
            "acme",
            "acme",
            loans,
        )

    few, many = (len(pack(History.of(map(record, range(count))))) for count in (100, 200))
    assert many - few < 100 * 45
    assert unpack(pack(NOTHING_YET)) == NOTHING_YET
