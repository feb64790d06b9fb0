"""Jobs that a worker left, and a database that is away: neither needs anybody's hand."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError, connection, connections
from django.test import Client

from hospitals.worker import MOST_ATTEMPTS, take_up_left_jobs
from tests import factories as make

pytestmark = pytest.mark.django_db


def job(status: str, *, attempts: int = 0, lock: str | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, attempts, queueing_lock)"
            " VALUES ('lists', 'some_list', %s, %s, %s) RETURNING id",
            [status, attempts, lock],
        )
        return int(cursor.fetchone()[0])


def status_of(key: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE id = %s", [key])
        found = cursor.fetchone()
    return found and found[0]


def taken_up() -> None:
    try:
        async_to_sync(take_up_left_jobs)()
    finally:
        connections.close_all()


def test_job_of_a_worker_that_is_gone_is_queued_again() -> None:
    left, waiting = job("doing"), job("todo")
    async_to_sync(take_up_left_jobs)()
    assert (status_of(left), status_of(waiting)) == ("todo", "todo")


def test_job_of_a_worker_that_lives_is_left_to_it() -> None:
    key = job("doing")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        cursor.execute("UPDATE procrastinate_jobs SET worker_id = %s", [cursor.fetchone()[0]])
    async_to_sync(take_up_left_jobs)()
    assert status_of(key) == "doing"


@pytest.mark.django_db(transaction=True)
def test_job_whose_like_is_queued_is_done_with() -> None:
    left, waiting = job("doing", lock="uploads"), job("todo", lock="uploads")
    with ThreadPoolExecutor(1) as beside:  # in ours, a browser's loop may be running by now
        beside.submit(taken_up).result()
    assert (status_of(left), status_of(waiting)) == (None, "todo")


def test_job_that_ended_with_its_worker_time_and_again_is_given_up() -> None:
    key = job("doing", attempts=MOST_ATTEMPTS)
    async_to_sync(take_up_left_jobs)()
    assert status_of(key) == "failed"


def test_page_says_that_the_database_is_away() -> None:
    client = Client(raise_request_exception=False)
    with mock.patch("config.shell.connection.cursor", side_effect=OperationalError("server closed the connection")):
        answer = client.get("/healthz")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "数据库暂时没有应答" in answer.content.decode()


def test_session_that_cannot_be_saved_is_no_bad_request() -> None:
    save = SessionStore.save

    def lost(store: SessionStore, must_create: bool = False) -> None:
        if must_create:
            return save(store, must_create)
        try:
            raise OperationalError("server closed the connection")
        except OperationalError:
            raise UpdateError  # noqa: B904 - as Django does

    make.staff("clerk", username="window")
    with mock.patch.object(SessionStore, "save", lost):
        answer = Client().post("/sign-in/", {"username": "window", "password": "demo-portal"})
    assert answer.status_code == 503


def test_other_faults_stay_what_they_are() -> None:
    client = Client(raise_request_exception=False)
    with mock.patch("config.shell.connection.cursor", side_effect=ZeroDivisionError):
        assert client.get("/healthz").status_code == 500
