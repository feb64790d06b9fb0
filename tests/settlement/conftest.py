import pytest

from tests.settlement.office import Office, open_office


@pytest.fixture
def office(db: None) -> Office:
    return open_office()


@pytest.fixture
def clerk(office, signed_in):
    return signed_in(office.clerk)
