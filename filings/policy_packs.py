"""The filing policies shipped with the portal."""

from pathlib import Path

from filings.assessment.packs import read_pack
from filings.models import FilingPolicy
from hospitals.policy_packs import PackReport, load_packs

SHIPPED = Path(__file__).parent / "policies"


def load(directory: Path = SHIPPED) -> PackReport:
    """Publish every pack of a directory that is not there yet.  Refused where one cannot be; then none is."""
    return load_packs(FilingPolicy, sorted(directory.glob("*.toml")), read_pack)
