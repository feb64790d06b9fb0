import pytest

from tests import factories as make
from tests.settlement.office import Office, open_office
from tests.settlement.platform import JINAN, SHENYANG, Ward, a_hospital
from tests.shipped import policies


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


@pytest.fixture
def clerk(office, signed_in):
    return signed_in(office.clerk)


@pytest.fixture
def ward(db: None) -> Ward:
    """A hospital in Beijing that is opened for everything, and the five agencies' policies."""
    policies(*make.HOMES, make.BEIJING, SHENYANG, JINAN)
    a_hospital()
    return Ward()
