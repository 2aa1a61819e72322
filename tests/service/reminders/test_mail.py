"""Mail, handed to a real SMTP server."""

import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast
from uuid import UUID

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.reminders.adapters.smtp_mail import Mailer, MailSettings
from shared.messaging.sends import NeverTaken, TryLater

SEND = UUID(int=5)


class Mailbox:
    """A server that keeps what it takes, and refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refuses = ""

    async def handle_RCPT(  # noqa: N802  # aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = cast(bytes, envelope.content)
        self.taken.append(cast(EmailMessage, message_from_bytes(content, policy=cast(Any, default))))
        return "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, Mailer]]:
    box, loop = Mailbox(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(box, hostname="localhost"), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    settings = MailSettings(
        "127.0.0.1", port, "help@acme.example", "answers@acme.example", "stop@acme.example"
    )
    yield box, Mailer(settings)
    server.close()


async def send(mailer: Mailer, to: str = "li@example.org", subject: str = "Let us find a way") -> str:
    return await mailer.send(SEND, to, "Acme", subject, "Dear 李伟,\n\nwe <can> help\nyou.", "en")


async def test_a_mail_arrives_with_its_text_and_the_id_of_its_send(mailbox: tuple[Mailbox, Mailer]) -> None:
    box, mailer = mailbox
    reference = await send(mailer)
    (mail,) = box.taken
    assert mail["Message-ID"] == reference == f"<{SEND}@acme.example>"
    assert (mail["To"], mail["Subject"]) == ("li@example.org", "Let us find a way")
    assert mail["List-Unsubscribe"] == "<mailto:stop@acme.example?subject=STOP>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().split() == ["Dear", "李伟,", "we", "<can>", "help", "you."]
    assert "<p>we &lt;can&gt; help<br>you.</p>" in html.get_content()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("550 no such user", NeverTaken), ("450 try later", TryLater), ("530 log in first", TryLater)],
)
async def test_a_refused_address_is_never_tried_again_and_a_busy_server_is(
    mailbox: tuple[Mailbox, Mailer], answer: str, outcome: type[Exception]
) -> None:
    box, mailer = mailbox
    box.refuses = answer
    with pytest.raises(outcome):
        await send(mailer)


async def test_what_would_make_headers_of_its_own_is_never_sent(mailbox: tuple[Mailbox, Mailer]) -> None:
    box, mailer = mailbox
    for to, subject in (
        ("li@example.org\nBcc: all@example.org", "A"),
        ("li@example.org", "A\nBcc: b"),
        ("li", "A"),
    ):
        with pytest.raises(NeverTaken, match="malformed"):
            await send(mailer, to, subject)
    assert box.taken == []


async def test_a_server_that_is_away_is_tried_later() -> None:
    mailer = Mailer(MailSettings("127.0.0.1", 1, "a@acme.example", "b@acme.example", answers_within_s=2))
    with pytest.raises(TryLater):
        await send(mailer)
