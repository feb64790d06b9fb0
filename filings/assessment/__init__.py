"""Assessment of filings: pure.  A case and the policy in force go in, an answer with its reasons comes out."""

from filings.assessment.answers import ChangeAnswer, FilingAnswer
from filings.assessment.areas import Areas, Place, pool_of, scope_between
from filings.assessment.cases import ChangeCase, FilingCase, Issuer
from filings.assessment.change import assess_change
from filings.assessment.change_days import Days, days_for
from filings.assessment.filing import assess
from filings.assessment.questions import case_of
from filings.assessment.rules import (
    Advice,
    ChannelOffer,
    FilingRules,
    ListedDisease,
    Lock,
    MaterialGroup,
    MeasureRule,
    ProcedureMaterial,
    Rule,
)

__all__ = [
    "Advice",
    "Areas",
    "ChangeAnswer",
    "ChangeCase",
    "ChannelOffer",
    "Days",
    "FilingAnswer",
    "FilingCase",
    "FilingRules",
    "Issuer",
    "ListedDisease",
    "Lock",
    "MaterialGroup",
    "MeasureRule",
    "Place",
    "ProcedureMaterial",
    "Rule",
    "assess",
    "assess_change",
    "case_of",
    "days_for",
    "pool_of",
    "scope_between",
]
