"""Assessments of cards: by the committed models, or by a rule where a history is too short."""

from functools import lru_cache

from services.hardship.adapters.risk_model import Model, load
from services.hardship.domain.risk.assessing import Assessment, Basis, by_rule, reasons_of
from services.hardship.domain.risk.facts import Account
from services.hardship.domain.risk.features import ACCOUNT_FEATURES, of_account

MISSES, CURES = "card-misses", "card-cures"
_NAMES = [one.name for one in ACCOUNT_FEATURES]


@lru_cache(maxsize=2)
def _model(name: str) -> Model:
    """Read when it is asked first: many processes never do."""
    return load(name, ACCOUNT_FEATURES)


def assess_account(account: Account) -> Assessment:
    """How probable it is that the next payment is missed; of somebody late, that it comes without help."""
    ruled = by_rule(account)
    if ruled is not None:
        return ruled
    figures, misses = of_account(account), _model(MISSES)
    risk = misses.calibration.probability(misses.raw([figures])[0])
    cure = None
    if account.late_now:
        cures = _model(CURES)
        cure = cures.calibration.probability(cures.raw([figures])[0])
    return Assessment(Basis.MODEL, MISSES, risk, cure, reasons_of(_NAMES, misses.shares(figures)))
