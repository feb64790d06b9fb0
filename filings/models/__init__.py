from filings.models.cards import CardReplacement, CardTest, SocialSecurityCard
from filings.models.changes import FilingChange
from filings.models.chronic import ChronicQualification
from filings.models.commitments import Commitment, CommitmentItem
from filings.models.filing import Filing, FilingMaterial
from filings.models.home_care import HomeCareProof
from filings.models.imports import PeopleListImport, PeopleListRow
from filings.models.people import IdDisclosure, InsuredPerson, Participation
from filings.models.policy import FilingPolicy
from filings.models.policy_lists import FilingAdvice, FilingDisease, FilingMeasure, FilingProcedure
from filings.models.policy_rows import FilingChannel, FilingClause, FilingLock, FilingRule, RequiredMaterial
from filings.models.registrations import InpatientRegistration
from filings.models.rosters import RosterImport, RosterRow
from filings.models.sanctions import Sanction
from filings.models.scans import Scan
from filings.models.upload import PlatformLine, Upload, UploadRefusal

__all__ = [
    "CardReplacement",
    "CardTest",
    "ChronicQualification",
    "Commitment",
    "CommitmentItem",
    "Filing",
    "FilingAdvice",
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
    "HomeCareProof",
    "IdDisclosure",
    "InpatientRegistration",
    "InsuredPerson",
    "Participation",
    "PeopleListImport",
    "PeopleListRow",
    "PlatformLine",
    "RequiredMaterial",
    "RosterImport",
    "RosterRow",
    "Sanction",
    "Scan",
    "SocialSecurityCard",
    "Upload",
    "UploadRefusal",
]
