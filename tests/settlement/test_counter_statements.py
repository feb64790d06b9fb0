"""The counter in one request: how many statements it takes, one transaction, and rules that are read once a process."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.models import InsuredPerson
from settlement.models import BenefitPolicy, Claim, ClaimPolicy
from settlement.policy_packs import load_claims
from settlement.vocabulary import ClaimStatus
from tests.factories import TIELING, YANTAI, AreaFactory
from tests.settlement.counter import form_data
from tests.settlement.office import a_person

STATEMENTS = 25
FRAMES = ("SAVEPOINT", "RELEASE SAVEPOINT")


def items(count: int) -> dict[str, str]:
    line = {"code": "X1", "catalogue": "02", "quantity": "2", "price": "500.00", "self_pay": "0.1", "limit": "450"}
    rows = {f"items-{row}-{key}": text for row in range(count) for key, text in (line | {"name": f"项目{row}"}).items()}
    return {"detail": "by_item", "items-TOTAL_FORMS": str(count), "items-INITIAL_FORMS": "0", **rows}


def asked(client: Any, person: InsuredPerson, number: int, rows: int = 10) -> list[str]:
    """The statements of one request that takes a claim with items in and submits it."""
    whole = form_data(**items(rows), hands_on="1", total="", eligible="")
    whole |= {
        "receipts-0-number": f"{number:010}",
        "receipts-0-amount": f"{1000 * rows}.00",
        **{key: "" for key in whole if key.startswith("receipts-2")},
    }
    with CaptureQueriesContext(connection) as queries:
        reply = client.post(f"/claims/new/?person={person.pk}", whole)
    assert reply.status_code == 302, reply.content.decode()
    return [query["sql"] for query in queries if not query["sql"].rpartition("; ")[2].startswith(FRAMES)]


@pytest.fixture
def people(office: Any) -> Iterator[InsuredPerson]:
    return iter([a_person() for _ in range(4)])


def test_claim_with_ten_items_is_settled_and_submitted_in_few_statements(clerk, people):
    asked(clerk, next(people), 1)  # published rules are read once a process
    sql = asked(clerk, next(people), 2)
    assert len(sql) <= STATEMENTS, "\n".join(sql)
    assert Claim.objects.filter(status=ClaimStatus.IN_REVIEW, detail="by_item").count() == 2


def test_statements_do_not_grow_with_the_items(clerk, people):
    asked(clerk, next(people), 1)
    assert len({len(asked(clerk, next(people), 100 + rows, rows)) for rows in (1, 3, 30)}) == 1


def test_word_of_success_is_said_on_the_next_page_and_writes_no_session(clerk, people):
    person = next(people)
    sql = asked(clerk, person, 1)
    assert not [one for one in sql if "django_session" in one and not one.startswith("SELECT")]
    page = clerk.get(f"/claims/{Claim.objects.get().pk}/")
    assert "已受理并提交审核" in page.content.decode()
    assert "已受理并提交审核" not in clerk.get(f"/people/{person.pk}/").content.decode()


def test_version_just_published_counts_in_a_process_that_has_read_the_one_before(clerk, people):
    asked(clerk, next(people), 1)
    before = BenefitPolicy.objects.get(area=TIELING)
    before.next_version(starts_on=dt.date(2026, 2, 1)).publish(by=None)
    asked(clerk, next(people), 2)
    versions = Claim.objects.order_by("pk").values_list("calculation__policy__version", flat=True)
    assert list(versions) == [1, 2]
    day = dt.date(2026, 1, 31)
    assert BenefitPolicy.objects.for_stay(TIELING, admitted_on=day, discharged_on=day) == before


def test_last_day_of_a_version_already_read_is_the_day_before_the_next(yantai_claims):
    before = ClaimPolicy.objects.rules_on(yantai_claims.area_id, dt.date(2026, 3, 1))
    later = yantai_claims.next_version(starts_on=dt.date(2026, 3, 1))
    later.term_days, later.term_source = 7, "示例"
    later.save()
    assert ClaimPolicy.objects.rules_on(yantai_claims.area_id, dt.date(2026, 3, 1)) == before  # a draft
    later.publish(by=None)
    assert ClaimPolicy.objects.rules_on(yantai_claims.area_id, dt.date(2026, 3, 1)).term_days == 7
    days = dt.date(2026, 2, 28), dt.date(2026, 3, 1)
    look_up = ClaimPolicy.objects.rules_on_days(yantai_claims.area_id, *days)
    assert [look_up(yantai_claims.area_id, day).term_days for day in days] == [before.term_days, 7]


@pytest.fixture
def yantai_claims(db: None) -> ClaimPolicy:
    AreaFactory(code=YANTAI)
    load_claims()
    return ClaimPolicy.objects.get(area=YANTAI)
