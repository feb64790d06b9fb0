"""The way of a statement, every (state, verb) pair, by code and by the database; who takes which step."""

import itertools

import pytest
from django.db import DatabaseError, transaction

from hospitals.access import RIGHTS, Right
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from settlement.hospital_clearing.lifecycle import (
    BATCH_LIFECYCLE,
    PAYMENT_LIFECYCLE,
    STATEMENT_LIFECYCLE,
)
from settlement.hospital_clearing.words import HospitalBatchStatus, HospitalPaymentStatus
from settlement.hospital_clearing.words import HospitalStatementStatus as S
from settlement.models import HospitalClearingTerm, HospitalStatement
from tests import factories as make
from tests.settlement.hospital_clearing import stored_statement

pytestmark = pytest.mark.django_db
STATES = (S.APPLIED, S.ACCEPTED, S.IN_REVIEW, S.REVIEWED, S.CLEARED)
MOVES = STATEMENT_LIFECYCLE.moves
ALLOWED = {(source, move.target) for move in MOVES.values() for source in move.sources}
LIFECYCLES = (
    (STATEMENT_LIFECYCLE, S),
    (BATCH_LIFECYCLE, HospitalBatchStatus),
    (PAYMENT_LIFECYCLE, HospitalPaymentStatus),
)


@pytest.mark.parametrize(("lifecycle", "states"), LIFECYCLES)
def test_lifecycles_name_known_states_and_reach_all(lifecycle, states):
    named = {state for move in lifecycle.moves.values() for state in (*move.sources, move.target)}
    assert named == set(states)


@pytest.mark.parametrize("verb", [verb for verb, move in MOVES.items() if not move.by_portal])
@pytest.mark.parametrize("status", STATES)
def test_a_step_is_open_just_from_its_sources_and_to_its_role(verb, status):
    one, move = stored_statement(make.DONGYING, status), MOVES[verb]
    for role in Role:
        refusal = STATEMENT_LIFECYCLE.refusal(one, verb, make.staff(role, make.DONGYING), "理由")
        may = status in move.sources and move.right in RIGHTS[role]
        assert (refusal is None) == may, role
    nobody = make.staff(next(role for role in Role if move.right in RIGHTS[role]), make.TIELING)
    assert STATEMENT_LIFECYCLE.refusal(one, verb, nobody, "理由")


def test_nobody_says_paid_of_a_statement_by_hand():
    one = stored_statement(make.DONGYING, S.CLEARED)
    with pytest.raises(Refused, match="由系统办理"):
        STATEMENT_LIFECYCLE.take(one, "pay", by=make.staff(Role.FINANCE, make.DONGYING))


@pytest.mark.parametrize(("source", "target"), list(itertools.product(STATES, S)))
def test_the_database_refuses_what_the_lifecycle_does_not_name(source, target):
    one = stored_statement(make.DONGYING, source)
    if source == target or (source, target) in ALLOWED:
        return
    with pytest.raises(DatabaseError), transaction.atomic():
        HospitalStatement.objects.filter(pk=one.pk).update(status=target)


def test_hotline_has_no_part_in_clearing_with_hospitals():
    ours = {right for right in Right if "hospital_clearing" in right or right.endswith(("_hospitals", "_appeals"))}
    assert len(ours) == 5
    assert not ours & RIGHTS[Role.HOTLINE]
    assert ours & RIGHTS[Role.AUDITOR] == {Right.SEE_HOSPITAL_CLEARING}


@pytest.mark.ignore_template_errors
def test_a_supervisor_keeps_the_term_of_appeal_in_admin(signed_in):
    client = signed_in(make.staff(Role.SUPERVISOR, make.DONGYING))
    given = {"area": make.DONGYING, "appeal_days": "5", "source": "服务协议第四十条"}
    assert client.post("/admin/settlement/hospitalclearingterm/add/", given).status_code == 302
    assert HospitalClearingTerm.objects.get().appeal_days == 5
    given |= {"area": make.TIELING}
    assert client.post("/admin/settlement/hospitalclearingterm/add/", given).status_code == 200


@pytest.mark.parametrize(
    ("role", "status", "title"),
    [
        (Role.REVIEWER, S.APPLIED, "待审核的医疗机构清算单"),
        (Role.SUPERVISOR, S.REVIEWED, "待裁定、待清算的清算单"),
        (Role.FINANCE, S.CLEARED, "待拨付的医疗机构清算单"),
    ],
)
def test_the_worklist_shows_whoever_is_next_what_waits(signed_in, role, status, title):
    one = stored_statement(make.DONGYING, status)
    page = signed_in(make.staff(role, make.DONGYING)).get("/").content.decode()
    assert title in page
    assert one.number in page
    assert one.hospital.name in page
