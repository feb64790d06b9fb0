from filings.models.changes import FilingChange
from filings.models.filing import Filing, FilingMaterial
from filings.models.imports import PeopleListImport, PeopleListRow
from filings.models.people import IdDisclosure, InsuredPerson, Participation, SocialSecurityCard
from filings.models.policy import FilingPolicy
from filings.models.policy_lists import FilingDisease, FilingMeasure, FilingProcedure
from filings.models.policy_rows import FilingChannel, FilingClause, FilingLock, FilingRule, RequiredMaterial

__all__ = [
    "Filing",
    "FilingChange",
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
    "SocialSecurityCard",
]
