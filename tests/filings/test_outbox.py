"""What every verb leaves in the outbox: the table below walks them all, and what goes round them too."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from filings import desk, lapsing
from filings.arrivals import close_arrival, filing_for_admission
from filings.changes import decisions
from filings.models import Filing, FilingPolicy, Upload
from filings.platform.uploads import BODIES
from filings.registering import cancel_registration
from filings.rosters import verbs as roster_verbs
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings import commitments, rosters, stays
from tests.filings.conftest import TODAY, asking, cancelling, filed, filed_for_review, moving, typed
from tests.filings.counter import CAME_FOR, EMERGENCY
from tests.filings.uploading import told

pytestmark = pytest.mark.django_db
NEW, CHANGED, ENDED, STAY, STAY_ENDED = "A501", "A502", "A503", "A504", "A505"
NATION, PROVINCE = "cross_province", "in_province"


def body(filing: Filing, infno: str = NEW) -> dict[str, Any]:
    return filing.uploads.filter(infno=infno).latest("pk").payload


@pytest.mark.clause("YT-10", "JN-06")
def test_filing_in_effect_at_once_goes_up(clerk: User, insured: Any) -> None:
    filing = filed(clerk, insured())
    assert told(filing) == [(NEW, NATION)]
    said = body(filing)
    assert said == said | {
        "trt_dcla_detl_sn": filing.number,
        "insutype": "310",
        "psn_type": "12",
        "rloc_admdvs": make.BEIJING,
        "rloc_rea": "07",
        "begndate": f"{filing.start_on}",
        "certno": filing.person.id_number,
    }


@pytest.mark.clause("YT-10")
def test_filing_within_the_province_goes_to_the_provincial_platform(clerk: User, insured: Any) -> None:
    filing = filed(clerk, insured(), asking(destination="370100"))
    assert told(filing) == [(NEW, PROVINCE)]
    assert body(filing)["out_onln_way"] == "省内异地就医结算"


@pytest.mark.clause("YT-14")
def test_emergency_goes_up_with_condition_stay_and_who_came(client: Any, clerk: User, reviewer: User) -> None:
    person = make.ParticipationFactory(person__area__code=make.YANTAI).person
    reply = client.post(f"/filings/new/?person={person.pk}", typed(**EMERGENCY, **CAME_FOR, start_on=""))
    assert reply.status_code == 302
    filing = Filing.objects.get(person=person)
    desk.approve(by=reviewer, filing=filing)
    said = body(filing)
    assert said == said | {
        "rloc_hsorg_name": "济南示例医院",
        "adm_dept_name": "急诊科",
        "dise_cond_dscr": "胸痛两小时",
        "adm_date": "2026-03-09",
        "agnter_name": "姜父",
        "agnter_rlts": "parent",
        "agnter_tel": "13900000001",
    }


def test_filing_that_waits_goes_up_only_once_approved(clerk: User, reviewer: User, insured: Any) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    assert told(filing) == []
    desk.approve(by=reviewer, filing=filing)
    assert told(filing) == [(NEW, NATION)]


@pytest.mark.parametrize("verb", ["refuse", "send_back", "withdraw"])
def test_filing_never_in_effect_never_goes_up(clerk: User, reviewer: User, insured: Any, verb: str) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    by = clerk if verb == "withdraw" else reviewer
    getattr(desk, verb)(by=by, filing=filing, reason="材料不符")
    assert told(filing) == []


@pytest.mark.clause("YT-10")
def test_cancellation_goes_up_with_the_last_day(clerk: User, insured: Any) -> None:
    filing = filed(clerk, insured())
    cancelling(clerk, filing, TODAY)
    assert told(filing) == [(NEW, NATION), (ENDED, NATION)]
    filing.refresh_from_db()
    said = body(filing, ENDED)
    assert (said["enddate"], said["vali_flag"]) == (f"{filing.end_on}", "0")
    assert filing.uploads.get(infno=ENDED).change == filing.changes.get()


def test_change_on_one_platform_names_the_filing_it_follows(clerk: User, insured: Any) -> None:
    make.AreaFactory(code="310000")
    filing = filed(clerk, insured())
    change = moving(clerk, filing, "310000", TODAY + dt.timedelta(1))
    assert told(filing) == [(NEW, NATION), (ENDED, NATION)]
    assert change.successor
    assert told(change.successor) == [(CHANGED, NATION)]
    assert body(change.successor, CHANGED)["orig_trt_dcla_detl_sn"] == filing.number
    assert change.uploads.count() == 2


def test_change_to_the_other_platform_is_an_end_here_and_a_filing_there(clerk: User, insured: Any) -> None:
    filing = filed(clerk, insured())
    change = moving(clerk, filing, "370100", TODAY + dt.timedelta(1))
    assert change.successor
    assert told(filing) == [(NEW, NATION), (ENDED, NATION)]
    assert told(change.successor) == [(NEW, PROVINCE)]
    assert change.uploads.count() == 2


def test_change_to_review_goes_up_once_approved(clerk: User, reviewer: User, insured: Any) -> None:
    filing = filed_for_review(clerk, insured(make.YANTAI))
    desk.approve(by=reviewer, filing=filing)
    change = cancelling(clerk, filing)
    if change.status == "pending":
        assert told(filing) == [(NEW, NATION)]
        decisions.approve(by=reviewer, change=change)
    assert told(filing) == [(NEW, NATION), (ENDED, NATION)]


def test_lapse_and_reinstatement_go_up(clerk: User, insured: Any) -> None:
    commitment = commitments.committed(clerk, insured(make.TIELING))
    commitments.lapsed(commitment)
    filing = commitments.filing_of(commitment)
    assert told(filing) == [(NEW, NATION), (ENDED, NATION)]
    lapsing.reinstate(by=make.staff(Role.SUPERVISOR, *make.HOMES), filing=filing, reason="系统原因未及时补交")
    assert told(filing)[2:] == [(NEW, NATION)]


def test_roster_goes_up_row_by_row(clerk: User, policies: None) -> None:
    people = rosters.workers(3)
    found = rosters.brought_in(rosters.listed(*rosters.rows_for(people)), clerk)
    roster_verbs.apply(list_import=found, by=clerk)
    assert list(Upload.objects.values_list("person", "infno").order_by("pk")) == [(one.pk, NEW) for one in people]


def test_filing_made_at_an_admission_stays_here(insured: Any) -> None:
    """The platform told of the admission and was answered; no document asks for more."""
    arrival = filing_for_admission(
        person=insured(make.TIELING),
        place=Area.objects.get(pk=make.BEIJING),
        admitted_on=TODAY,
        emergency=False,
        hospital_name="示例医院",
        on=TODAY,
    )
    assert arrival.filing
    close_arrival(filing=arrival.filing, discharged_on=TODAY + dt.timedelta(3))
    assert not Upload.objects.exists()


@pytest.mark.clause("DY-05")
def test_registration_and_its_cancellation_go_up_after_the_filing(clerk: User) -> None:
    stays.network()
    person = stays.of_dongying(clerk)
    registration = stays.registered(clerk, person)
    cancel_registration(by=clerk, registration=registration, reason="改期住院")
    assert told(registration.filing) == [(NEW, NATION), (STAY, NATION), (STAY_ENDED, NATION)]
    said = registration.uploads.get(infno=STAY).payload
    assert said == said | {
        "ipt_reg_sn": registration.number,
        "trt_dcla_detl_sn": registration.filing.number,
        "fixmedins_name": stays.BEIJING_HOSPITAL,
        "adm_dept_name": "心内科",
        "dise_cond_dscr": "冠心病",
        "agnter_name": "宋小明",
    }
    assert registration.uploads.get(infno=STAY_ENDED).payload["memo"] == "改期住院"


def test_filing_corrected_in_effect_is_told_anew(clerk: User, insured: Any) -> None:
    """Even by hand in the database."""
    filing = filed(clerk, insured())
    Filing.objects.filter(pk=filing.pk).update(end_on=TODAY + dt.timedelta(90), version=9)
    assert told(filing) == [(NEW, NATION), (CHANGED, NATION)]
    Filing.objects.filter(pk=filing.pk).update(version=10)  # nothing that was told
    Filing.objects.filter(pk=filing.pk).update(scope=PROVINCE)
    assert told(filing)[2:] == [(ENDED, NATION), (NEW, PROVINCE)]


@pytest.mark.clause("JN-06")
def test_rows_made_in_bulk_go_up(clerk: User, insured: Any) -> None:
    made = [make.FilingFactory.build(person=insured(), policy=None, made_by=None) for _number in range(3)]
    for filing in made:
        filing.area, filing.made_by = filing.person.area, clerk
        filing.policy = FilingPolicy.objects.get(area=filing.area)
        filing.destination = Area.objects.get(pk=make.BEIJING)
    Filing.objects.bulk_create(made)
    assert Upload.objects.count() == 3


def test_outbox_row_goes_with_the_transaction_that_fails(clerk: User, insured: Any) -> None:
    person = insured()
    with transaction.atomic():
        assert told(filed(clerk, person)) == [(NEW, NATION)]
        transaction.set_rollback(True)
    assert not Upload.objects.exists()


def test_every_body_is_as_published(clerk: User, insured: Any) -> None:
    stays.network()
    registration = stays.registered(clerk, stays.of_dongying(clerk))
    cancel_registration(by=clerk, registration=registration, reason="改期住院")
    filing = filed(clerk, insured())
    moving(clerk, filing, "370100", TODAY + dt.timedelta(1))
    uploads = list(Upload.objects.all())
    assert {upload.infno for upload in uploads} == {NEW, ENDED, STAY, STAY_ENDED}
    for upload in uploads:
        BODIES[upload.infno].model_validate(upload.payload)  # type: ignore[index]


@pytest.mark.parametrize("key", [7, 123456789])
def test_number_in_sql_is_that_of_the_model(insured: Any, key: int) -> None:
    other = make.FilingFactory(pk=key, person=insured())
    assert body(other)["trt_dcla_detl_sn"] == other.number


def test_many_filings_leave_one_job(clerk: User, insured: Any) -> None:
    for _number in range(10):
        filed(clerk, insured())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'send_uploads' AND status = 'todo'")
        assert cursor.fetchone() == (1,)
