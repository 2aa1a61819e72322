"""Webhooks: which addresses may be called, how requests are signed, when to try again."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from uuid import UUID, uuid4

import pytest

from services.ledger.adapters.webhook_http import (
    AddressRefused,
    check_addresses,
    check_url,
    derived_secret,
    networks_of,
)
from services.ledger.domain.webhooks import (
    DisabledReason,
    Failure,
    Webhook,
    WebhookStatus,
    deliveries,
    failed,
)
from shared.signatures import written

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAYS = timedelta(days=5)


def a_webhook(**fields: object) -> Webhook:
    values: dict[str, object] = {
        "id": UUID(int=7),
        "lender": "acme",
        "url": "https://hooks.example.com",
        "types": (),
        "events_max": 1,
        "secret_number": 1,
        "former_secret_until": None,
        "status": WebhookStatus.ACTIVE,
        "reason": None,
        "after": 0,
        "created_at": NOW,
    }
    return Webhook(**{**values, **fields})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Placed:
    number: int
    name: str = "PaymentApplied"


# -- addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/a",
        "ftp://hooks.example.com/a",
        "https://user:word@hooks.example.com/a",
        "https://hooks.example.com/a#b",
        "https:///a",
        "hooks.example.com",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/\r\nHost: inside",
        "https://[::1",
        "https://127.0.0.1/",
        "https://10.0.0.1:8443/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://" + "a" * 2_000,
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url, ())


def test_public_addresses_and_those_of_allowed_networks_may_be_called() -> None:
    check_url("https://hooks.example.com:8443/a?b=c", ())
    check_url("https://93.184.215.14/", ())
    ours = networks_of("127.0.0.0/8, 10.2.0.0/16")
    check_url("http://127.0.0.1:9000/", ours)
    check_url("https://10.2.3.4/", ours)
    with pytest.raises(AddressRefused):
        check_url("https://10.3.0.1/", ours)


def test_one_private_address_among_a_hosts_addresses_is_enough_to_refuse_it() -> None:
    mixed = [ip_address("93.184.215.14"), ip_address("192.168.1.1")]
    with pytest.raises(AddressRefused):
        check_addresses(mixed, (), plain=False)
    with pytest.raises(AddressRefused, match="https"):
        check_addresses([ip_address("93.184.215.14")], networks_of("127.0.0.0/8"), plain=True)


# -- secrets -------------------------------------------------------------------------------------------------


def test_secrets_follow_from_the_ledgers_key_and_are_as_long_as_the_specification_asks() -> None:
    first = derived_secret(b"k" * 32, UUID(int=1), 1)
    assert 24 <= len(first) <= 64
    assert written(first).startswith("whsec_")
    others = {
        derived_secret(b"k" * 32, UUID(int=1), 2),
        derived_secret(b"k" * 32, UUID(int=2), 1),
        derived_secret(b"q" * 32, UUID(int=1), 1),
    }
    assert len(others - {first}) == 3


def test_the_former_secret_signs_as_well_until_its_time_is_over() -> None:
    webhook = a_webhook(secret_number=3, former_secret_until=NOW)
    assert webhook.secret_numbers(NOW - timedelta(seconds=1)) == (3, 2)
    assert webhook.secret_numbers(NOW) == (3,)
    assert a_webhook().secret_numbers(NOW) == (1,)


# -- trying again --------------------------------------------------------------------------------------------


def test_pauses_grow_to_an_hour() -> None:
    pauses = [
        (failed(a_webhook(failures=n), NOW, DAYS, gone=False).next_try_at - NOW).total_seconds()
        for n in range(14)
    ]
    assert pauses[:5] == [2, 4, 8, 16, 32]
    assert pauses[-1] == 3600
    assert pauses == sorted(pauses)


def test_the_receiver_may_ask_for_a_longer_pause_of_a_day_at_most() -> None:
    def pause(wait_s: float) -> timedelta:
        return failed(a_webhook(), NOW, DAYS, gone=False, wait_s=wait_s).next_try_at - NOW

    assert pause(120) == timedelta(seconds=120)
    assert pause(1) == timedelta(seconds=2)
    assert pause(10**9) == timedelta(days=1)


def test_a_webhook_is_given_up_after_days_of_failures_and_at_once_where_the_address_is_gone() -> None:
    for days, status in ((4.99, WebhookStatus.ACTIVE), (5, WebhookStatus.DISABLED)):
        failing = a_webhook(failures=100, failing_since=NOW - timedelta(days=days))
        assert failed(failing, NOW, DAYS, gone=False).status is status
    assert failed(a_webhook(), NOW, DAYS, gone=True) == Failure(
        WebhookStatus.DISABLED, DisabledReason.GONE, NOW
    )


# -- what a request brings -----------------------------------------------------------------------------------


def test_events_come_one_by_one_or_in_lists_and_unwanted_ones_are_passed_by() -> None:
    page = [Placed(1), Placed(2, "PaymentMissed"), Placed(4), Placed(7), Placed(9, "PaymentMissed")]

    def asked(types: tuple[str, ...], most: int) -> list[tuple[list[int], int]]:
        return [([e.number for e in one.events], one.after) for one in deliveries(page, types, most)]

    assert asked((), 1) == [([n], n) for n in (1, 2, 4, 7, 9)]
    assert asked((), 2) == [([1, 2], 2), ([4, 7], 7), ([9], 9)]
    assert asked(("PaymentApplied",), 2) == [([1, 4], 4), ([7], 7), ([], 9)]
    assert asked(("LoanRepaid",), 1) == [([], 9)]
    assert deliveries([], (), 1) == []


@pytest.mark.parametrize("most", [1, 2, 3, 50])
def test_nothing_is_left_out_or_brought_twice(most: int) -> None:
    page = [Placed(n, "A" if uuid4().int % 2 else "B") for n in range(1, 40)]
    for types in ((), ("A",), ("B",)):
        made = deliveries(page, types, most)
        brought = [event for one in made for event in one.events]
        assert brought == [event for event in page if not types or event.name in types]
        assert [one.after for one in made] == sorted({one.after for one in made})
        assert made[-1].after == 39
