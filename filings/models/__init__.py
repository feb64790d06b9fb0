from filings.models.chronic import ChronicQualification
from filings.models.filing import Filing, FilingMaterial
from filings.models.home_care import HomeCareProof
from filings.models.imports import PeopleListImport, PeopleListRow
from filings.models.people import IdDisclosure, InsuredPerson, Participation, SocialSecurityCard
from filings.models.policy import FilingPolicy
from filings.models.policy_lists import FilingDisease, FilingMeasure, FilingProcedure
from filings.models.policy_rows import FilingChannel, FilingClause, FilingLock, FilingRule, RequiredMaterial
from filings.models.rosters import RosterImport, RosterRow

__all__ = [
    "ChronicQualification",
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
    "HomeCareProof",
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
