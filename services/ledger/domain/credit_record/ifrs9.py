"""The impairment stage of IFRS 9, with the presumptions about days past due as backstops, not as first
triggers.
"""

from dataclasses import dataclass

from services.ledger.domain.credit_record.standing import Coded, Rule, Standing, contract_days

IMPAIRED = Rule("st.ifrs9.impaired", "IFRS 9, Appendix A: credit-impaired financial asset")
DEFAULT = Rule("st.ifrs9.default", "IFRS 9, B5.5.37: default not later than 90 days past due")
RAISED = Rule("st.ifrs9.risk_raised", "IFRS 9, 5.5.3: significant increase in credit risk")
PRESUMED = Rule("st.ifrs9.presumed", "IFRS 9, 5.5.11: more than 30 days past due")
FORBORNE = Rule("st.ifrs9.forborne", "IFRS 9, B5.5.17(m) and B5.5.27: changed terms are no cure", ours=True)
PERFORMING = Rule("st.ifrs9.performing", "IFRS 9, 5.5.5")


@dataclass(frozen=True, slots=True)
class Policy:
    """The first days past due on which a stage is presumed. Both may be rebutted, with evidence, by later
    days.
    """

    stage_2_days: int = 31
    """5.5.11 says more than 30."""
    stage_3_days: int = 90
    """B5.5.37 says not later than 90."""


def stage(standing: Standing, policy: Policy = Policy()) -> Coded:
    """1: losses of twelve months are expected; 2: of the whole life; 3: credit-impaired.

    A loan under forbearance stays in stage 2 at least while its forborne mark lasts (our reading).
    """
    days = contract_days(standing)
    if standing.credit_impaired or standing.written_off:
        return Coded("3", IMPAIRED)
    if days >= policy.stage_3_days:
        return Coded("3", DEFAULT)
    if days >= policy.stage_2_days:
        return Coded("2", PRESUMED)
    if standing.risk_raised:
        return Coded("2", RAISED)
    if standing.exposure.forborne_since is not None:
        return Coded("2", FORBORNE)
    return Coded("1", PERFORMING)
