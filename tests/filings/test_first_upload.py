"""Filings that came into the database without the outbox are told once."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from filings.models import Upload
from tests import factories as make

pytestmark = pytest.mark.django_db


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("upload_filings", "--area", make.WEIFANG, *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def untold(db: Any) -> None:
    """Two in effect, one that waits, one of another area, as an import by COPY leaves them; and one that was told."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for area, status in (
            (make.WEIFANG, "active"),
            (make.WEIFANG, "active"),
            (make.WEIFANG, "pending"),
            (make.TIELING, "active"),
        ):
            make.FilingFactory(person__area__code=area, status=status)
        cursor.execute("SET session_replication_role = origin")
    make.FilingFactory(person__area__code=make.WEIFANG)


def test_filings_in_effect_are_told_once(untold: None) -> None:
    assert "2 件有效备案从未上报" in told()
    assert Upload.objects.count() == 1
    assert "2 件备案已列入上报" in told("--apply")
    assert Upload.objects.filter(area=make.WEIFANG, infno="A501").count() == 3
    assert "0 件备案已列入上报" in told("--apply")
    assert "0 件有效备案从未上报" in told()


def test_area_has_to_be_one(db: Any) -> None:
    with pytest.raises(CommandError, match="没有统筹区"):
        call_command("upload_filings", "--area", "999999")
