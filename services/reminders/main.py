"""Reminders' wiring."""

from base64 import b64decode

from fastapi import FastAPI

from services.reminders.adapters.articles import load_articles
from services.reminders.adapters.calendars import VERSION, EveryCalendar
from services.reminders.adapters.composer import Composer
from services.reminders.adapters.gateways import AppGateway, AppSettings, SmsGateway, SmsSettings
from services.reminders.adapters.helplines import Helplines
from services.reminders.adapters.packs import read_packs
from services.reminders.adapters.smtp_mail import Mailer, MailSettings
from services.reminders.adapters.templates import Templates
from services.reminders.adapters.tone import load_tones
from services.reminders.adapters.treatments import load_catalogue
from services.reminders.adapters.zones import zones_of_country
from services.reminders.api import Tools, reminders_router
from services.reminders.domain.outgoing import judge
from services.reminders.domain.packs import Policies
from services.reminders.domain.reference import Reference
from services.reminders.domain.settling import ContactSettled
from services.reminders.flow import FLOW
from services.reminders.sending import HOLDS, Alarm, Channels, Outgoing, Sending
from services.reminders.settings import MIGRATIONS, RemindersSettings
from shared.asking import Peer
from shared.main import make_app
from shared.messaging.sends import Dispatcher, DispatchSettings
from shared.sealed import read_sealer
from shared.service import Service, Source

SOURCES = (
    Source(
        "",
        topics=["clock", "ledger-events", "hardship-events", "mediation-events", "care-events"],
        per_lender=["loan-events", "borrowers"],
    ),
    # Of its own, so that a hold waits behind nothing else.
    Source(HOLDS, topics=["holds"]),
)
"""What reminders reads."""
FIRST_YEAR, LAST_YEAR = 2015, 2045
"""Holidays are known for these years."""
TONES = load_tones()


def _harsh(text: str) -> tuple[str, ...]:
    return judge(text, TONES).kinds


REFERENCE = Reference(
    Policies(read_packs(), EveryCalendar(FIRST_YEAR, LAST_YEAR), VERSION),
    load_catalogue(),
    zones_of_country,
    _harsh,
)
"""What its decisions look up."""


def channels_of(settings: RemindersSettings) -> Channels:
    """The channels that are configured."""
    mail = sms = app = None
    if settings.mail_host is not None:
        password = settings.mail_password
        mail = Mailer(
            MailSettings(
                settings.mail_host,
                settings.mail_port,
                settings.mail_sender,
                settings.mail_reply_to or settings.mail_sender,
                settings.mail_stop_to,
                settings.mail_user,
                password.get_secret_value() if password is not None else None,
                settings.mail_use_tls,
            )
        )
    if settings.sms_url is not None:
        token = settings.sms_token
        sms = SmsGateway(
            SmsSettings(
                settings.sms_url,
                settings.sms_sender,
                token.get_secret_value() if token is not None else None,
            )
        )
    if settings.app_url is not None and settings.app_secret is not None:
        secret = b64decode(settings.app_secret.get_secret_value())
        app = AppGateway(AppSettings(settings.app_url, (secret,)))
    return Channels(mail, sms, app, settings.dry_channels)


def webhook_secrets(settings: RemindersSettings) -> tuple[bytes, ...]:
    """The secrets by which gateways sign, the newest first."""
    if settings.webhook_secrets is None:
        return ()
    return tuple(b64decode(one) for one in settings.webhook_secrets.get_secret_value().split(","))


def dispatcher_of(
    running: Service, channels: Channels, ledger: Peer, learn_url: str, settings: DispatchSettings
) -> Outgoing:
    """What hands contacts out."""
    composer = Composer(Templates(), load_articles(), TONES, learn_url)
    sending = Sending(running, channels, composer, ledger, Helplines())
    dispatcher = Dispatcher(
        running.engine,
        running.door,
        running.clock,
        sending.deliveries,
        ContactSettled,
        sending.permit,
        settings,
    )
    return Outgoing(dispatcher, Alarm(running))


def make(settings: RemindersSettings | None = None) -> tuple[Service, FastAPI]:
    """The service and its application. Raises SealingKeyMissing."""
    settings = settings or RemindersSettings()
    ledger = Peer(settings.ledger_url, settings.service_token_file, settings.ledger_within_s)
    channels = channels_of(settings)

    def dispatcher(running: Service) -> Outgoing:
        return dispatcher_of(running, channels, ledger, settings.learn_url, DispatchSettings())

    service = Service(
        FLOW, settings, SOURCES, reference=REFERENCE, dispatcher=dispatcher, migrations=MIGRATIONS
    )
    tools = Tools(read_sealer(settings.sealing_key_file), TONES, load_articles(), webhook_secrets(settings))
    app = make_app(
        service,
        title="Huancui reminders",
        description="Contact that listens: who is spoken to, when, by which way, and what they answered.",
        routers=[reminders_router(service, tools)],
    )
    return service, app
