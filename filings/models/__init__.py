from filings.models.filing import Filing, FilingMaterial
from filings.models.people import InsuredPerson, Participation, SocialSecurityCard
from filings.models.policy import FilingPolicy

__all__ = ["Filing", "FilingMaterial", "FilingPolicy", "InsuredPerson", "Participation", "SocialSecurityCard"]
