"""Results are written down many rows at a time; what the database does not take is left alone with its reason."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from hospitals.list_imports import put_back
from settlement.models import ResultRow
from settlement.payments.results import applying, verbs
from settlement.payments.results.people import PeoplesBook
from settlement.vocabulary import ClaimStatus, PaymentStatus
from tests.settlement.payments import causes, failing, line, released, sent, taken


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(applying, "TOGETHER", 3)


def refuse_claim(claim, constraint=""):
    """The database takes no payment of this claim."""
    named = f", CONSTRAINT = '{constraint}'" if constraint else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION 'not this one' USING ERRCODE = 'check_violation'{named};
            END $$;
            CREATE TRIGGER refuse_it BEFORE UPDATE ON settlement_claim
                FOR EACH ROW WHEN (NEW.id = {claim.pk} AND NEW.status = 'paid') EXECUTE FUNCTION refuse_it();
            """
        )


def statements(office, count):
    """How many statements it takes to write a file of so many rows down."""
    released(office, count)
    first, *others = sent(office).payments.all()
    found = taken(office, failing(first), *map(line, others))
    verbs.queue(list_import=found, by=office.finance)
    with CaptureQueriesContext(connection) as queries:
        found = verbs.apply_queued(list_import=found, by=office.finance)
    assert (found.same, found.invalid) == (count, 0)
    return len(queries)


def test_thirty_rows_take_as_many_statements_as_three(office):
    assert statements(office, 3) == statements(office, 30)


def test_row_the_database_refuses_has_its_reason_and_the_others_go_on(office, few):
    claims = released(office, 7)
    batch = sent(office)
    refuse_claim(claims[4], "claim_paid_says_who_when_how")
    found = verbs.apply(list_import=taken(office, *map(line, batch.payments.all())), by=office.finance)
    assert (found.same, found.invalid) == (6, 1)
    assert causes(found) == ["已支付须有登记人、日期和银行流水号"]
    assert batch.payments.get(status=PaymentStatus.IN_TRANSIT).claim == claims[4]
    for claim in claims:
        claim.refresh_from_db()
        assert claim.status == (ClaimStatus.RELEASED if claim == claims[4] else ClaimStatus.PAID)
        assert claim.events.filter(status="paid").count() == (claim != claims[4])


def test_run_that_breaks_goes_on_where_it_ended(office, few):
    claims = released(office, 7)
    batch = sent(office)
    refuse_claim(claims[4])  # nothing that a person could be told
    found = taken(office, *map(line, batch.payments.all()))
    verbs.queue(list_import=found, by=office.finance)
    with pytest.raises(IntegrityError):
        applying.write_down_rows(found=found, book=PeoplesBook(), by=office.finance, report=lambda *_told: None)
    assert batch.payments.filter(status=PaymentStatus.PAID).count() == 4
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; DROP TRIGGER refuse_it ON settlement_claim")
    found = verbs.apply_queued(list_import=found, by=office.finance)
    assert (found.same, found.invalid) == (7, 0)
    assert len({payment.version for payment in batch.payments.all()}) == 1
    assert not ResultRow.objects.filter(action="new").exists()


def test_rows_that_wait_are_left_where_the_import_was_put_back(office, few):
    released(office, 4)
    found = taken(office, *map(line, sent(office).payments.all()))
    verbs.queue(list_import=found, by=office.finance)

    def told(_percent, words):
        if words.startswith("已登记 3"):
            put_back(list_import=found, by=office.finance)

    assert not applying.write_down_rows(found=found, book=PeoplesBook(), by=office.finance, report=told)
    assert ResultRow.objects.filter(action="new").count() == 1
