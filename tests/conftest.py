"""What every test lives under: no network but this machine's; the rest is in tests/settings.py and pyproject."""

import gc
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--first-of-each", action="store_true", help="each test with the first of its parameters alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever asks a database is worth a second run on another server; the rest is not."""
    if config.getoption("first_of_each"):
        by_test = {item.nodeid.partition("[")[0]: item for item in reversed(items)}
        items[:] = [item for item in items if by_test[item.nodeid.partition("[")[0]] is item]
    for item in items:
        asks = {"db", "transactional_db", "empty_database"} & set(getattr(item, "fixturenames", ()))
        if asks or item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.database)


def pytest_collection_finish() -> None:
    """Thousands of tests are there for good: nobody looks through them again and again for what may go."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection to any other machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            pytest.fail(f"connection to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    from config.migrating import models_rendered_one_by_one
    from tests import quick_database

    with pytest.MonkeyPatch.context() as patch, models_rendered_one_by_one():
        quick_database.empty_what_was_filled(patch)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    from tests import shipped

    with django_db_blocker.unblock():
        shipped.keep()


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    """signed_in(user) → a client signed in as that user."""

    def client_of(user: Any) -> Client:
        client = Client()
        client.force_login(user, backend="hospitals.access.PostBackend")
        return client

    return client_of
