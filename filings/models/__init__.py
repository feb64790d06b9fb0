from filings.models.filing import Filing, FilingMaterial
from filings.models.imports import PeopleListImport, PeopleListRow
from filings.models.people import IdDisclosure, InsuredPerson, Participation, SocialSecurityCard
from filings.models.policy import FilingPolicy
from filings.models.policy_rows import FilingChannel, FilingClause, FilingLock, FilingRule, RequiredMaterial
from filings.models.rosters import RosterImport, RosterRow

__all__ = [
    "Filing",
    "FilingChannel",
    "FilingClause",
    "FilingLock",
    "FilingMaterial",
    "FilingPolicy",
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
