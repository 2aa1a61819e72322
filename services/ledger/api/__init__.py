"""The ledger's routes."""

from fastapi import APIRouter

from services.ledger.adapters.lenders import Lenders
from services.ledger.api.borrowers import borrowers_router
from services.ledger.api.cards import cards_router
from services.ledger.api.events import events_router
from services.ledger.api.feed import feed_router
from services.ledger.api.feeds import feeds_router
from services.ledger.api.holders import holders_router
from services.ledger.api.imports import imports_router
from services.ledger.api.journal import journal_router
from services.ledger.api.lenders import lenders_router
from services.ledger.api.loans import loans_router
from services.ledger.api.portfolio import portfolio_router
from services.ledger.api.preview import preview_router
from services.ledger.api.products import products_router
from services.ledger.api.proposals import proposals_router
from services.ledger.api.records import records_router
from services.ledger.api.statements import statements_router
from services.ledger.api.suspense import suspense_router
from services.ledger.api.webhooks import webhooks_router
from shared.service import Service


def ledger_router(service: Service, lenders: Lenders) -> APIRouter:
    """The ledger's routes over one running service."""
    router = APIRouter()
    for one in (
        lenders_router(lenders),
        events_router(),
        loans_router(service),
        products_router(service),
        cards_router(service),
        preview_router(service),
        suspense_router(service),
        proposals_router(service),
        statements_router(service),
        borrowers_router(service),
        records_router(service),
        journal_router(service),
        holders_router(service),
        portfolio_router(service),
        feed_router(service),
        feeds_router(service),
        imports_router(service),
        webhooks_router(service, lenders.settings),
    ):
        router.include_router(one)
    return router
