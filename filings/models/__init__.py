from filings.models.filing import Filing, FilingMaterial
from filings.models.imports import PeopleListImport, PeopleListRow
from filings.models.people import IdDisclosure, InsuredPerson, Participation, SocialSecurityCard
from filings.models.policy import FilingPolicy
from filings.models.policy_lists import FilingDisease, FilingMeasure, FilingProcedure
from filings.models.policy_rows import FilingChannel, FilingClause, FilingLock, FilingRule, RequiredMaterial
from filings.models.rosters import RosterImport, RosterRow

__all__ = [
    "Filing",
    "FilingChannel",
    "FilingClause",
    "FilingDisease",
    "FilingLock",
    "FilingMaterial",
    "FilingMeasure",
    "FilingPolicy",
    "FilingProcedure",
    "FilingRule",
    "IdDisclosure",
    "InsuredPerson",
    "Participation",
    "PeopleListImport",
    "PeopleListRow",
    "RequiredMaterial",
    "RosterImport",
    "RosterRow",
    "SocialSecurityCard",
]
