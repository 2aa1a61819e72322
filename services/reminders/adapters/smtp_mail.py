"""Mail by SMTP. Each mail has the id of its send as Message-ID, by which a repeated one is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from uuid import UUID

import aiosmtplib

from shared.messaging.sends import NeverTaken, TryLater

_NOT_OURS = frozenset({530, 534, 535, 538})
"""Our own log-in was refused: that is no fault of the address."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail is handed in, and whom it is from. `stop_to`, if any, takes the mails of those who press the
    button of their mail program to hear no more (RFC 2369).
    """

    host: str
    port: int
    sender: str
    reply_to: str
    stop_to: str | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    use_tls: bool = False
    """TLS from the first byte on (port 465)."""
    start_tls: bool | None = None
    """None: where the server offers it."""
    answers_within_s: float = 15.0


class Mailer:
    """Hands mail in, one connection for each."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    async def send(
        self, send_id: UUID, to: str, sender_name: str, subject: str, text: str, language: str
    ) -> str:
        """Hand one mail in; its Message-ID. Raises TryLater, or NeverTaken where the address is refused."""
        mail, settings = self._mail(send_id, to, sender_name, subject, text, language), self._settings
        try:
            await aiosmtplib.send(
                mail,
                hostname=settings.host,
                port=settings.port,
                username=settings.user,
                password=settings.password,
                use_tls=settings.use_tls,
                start_tls=settings.start_tls,
                timeout=settings.answers_within_s,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            raise _outcome([one.code for one in refused.recipients]) from None
        except aiosmtplib.SMTPResponseException as refused:
            raise _outcome([refused.code]) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise TryLater(type(error).__name__) from None
        return str(mail["Message-ID"])

    def _mail(
        self, send_id: UUID, to: str, sender_name: str, subject: str, text: str, language: str
    ) -> EmailMessage:
        settings, mail = self._settings, EmailMessage(policy=SMTP)
        try:
            mail["From"] = Address(sender_name, addr_spec=settings.sender)
            mail["To"] = Address(addr_spec=to)
            mail["Subject"] = subject
        except (ValueError, IndexError):
            # What cannot stand in a header is no address, or would make headers of its own.
            raise NeverTaken("malformed") from None
        mail["Reply-To"] = settings.reply_to
        mail["Message-ID"] = f"<{send_id}@{settings.sender.rpartition('@')[2]}>"
        mail["Content-Language"] = language
        if settings.stop_to is not None:
            mail["List-Unsubscribe"] = f"<mailto:{settings.stop_to}?subject=STOP>"
        mail.set_content(text)
        mail.add_alternative(_as_html(text, language), subtype="html")
        return mail


def _outcome(codes: Sequence[int]) -> Exception:
    code = max(codes, default=0)
    if code >= 500 and code not in _NOT_OURS:
        return NeverTaken(f"refused {code}")
    return TryLater(f"refused {code}")


def _as_html(text: str, language: str) -> str:
    paragraphs = "\n".join(f"<p>{escape(one).replace(chr(10), '<br>')}</p>" for one in text.split("\n\n"))
    head = f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
    return f"{head}<body>\n{paragraphs}\n</body></html>"
