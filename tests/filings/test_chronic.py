"""Chronic diseases: recognitions that come back, and whether treatment elsewhere is settled directly."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from filings.application import Seen
from filings.chronic import ChronicStanding, chronic_standing, take_recognition
from filings.models import ChronicQualification, InsuredPerson
from filings.vocabulary import Category, Material, Recognition
from hospitals.models import Area, NetworkedService
from hospitals.reasons import Refused
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TODAY, asking, cancelling, filed

SHENYANG = "210100"
PAPERS = (Seen(Material.ID_DOCUMENT), Seen(Material.RESIDENCE_PERMIT))
RECOGNISED_ON, RETURNED_ON = dt.date(2026, 4, 1), dt.date(2026, 4, 8)
Insured = Callable[..., InsuredPerson]


@pytest.fixture(autouse=True)
def places(policies: None) -> None:
    make.AreaFactory(code=SHENYANG)


@pytest.fixture
def resettled(clerk: User, insured: Insured) -> InsuredPerson:
    """Of Tieling, filed for Shenyang."""
    person = insured(make.TIELING)
    filed(clerk, person, asking(destination=SHENYANG, materials=PAPERS))
    return person


def taken(by: User, person: InsuredPerson, place: str = SHENYANG, **values: Any) -> ChronicQualification:
    told = {
        "disease": "高血压",
        "recognised_on": RECOGNISED_ON,
        "returned_on": RETURNED_ON,
        "result": Recognition.RECOGNISED,
    } | values
    return take_recognition(by=by, person=person, recognised_in=Area.objects.get(pk=place), **told)


def standing(person: InsuredPerson, place: str, day: dt.date, **values: Any) -> ChronicStanding:
    told = {"disease": "高血压"} | values
    return chronic_standing(person=person, place=Area.objects.get(pk=place), day=day, **told)


def codes(told: ChronicStanding) -> list[str]:
    return [reason.code for reason in told.reasons]


@pytest.mark.clause("TL-17")
def test_recognition_in_the_province_is_accepted_and_makes_the_chronic_filing(
    clerk: User, resettled: InsuredPerson
) -> None:
    qualification = taken(clerk, resettled, reference="沈医慢〔2026〕1号")
    assert (qualification.starts_on, qualification.filing) == (RETURNED_ON, resettled.filings.get())
    assert standing(resettled, SHENYANG, RETURNED_ON - dt.timedelta(1)).settlement == "manual"
    direct = standing(resettled, SHENYANG, RETURNED_ON)
    assert (direct.settlement, direct.qualification) == ("direct", qualification)
    assert direct.reasons[0].source == "《铁岭市参保人员异地就医联网结算服务指南》四6"
    assert standing(resettled, make.BEIJING, RETURNED_ON).settlement == "manual"


@pytest.mark.clause("TL-17")
def test_chronic_filing_ends_with_the_filing_it_rests_on(clerk: User, resettled: InsuredPerson) -> None:
    taken(clerk, resettled)
    last = dt.date(2026, 9, 10)
    cancelling(clerk, resettled.filings.get(), last)
    assert standing(resettled, SHENYANG, last).settlement == "direct"
    assert codes(standing(resettled, SHENYANG, last + dt.timedelta(1)))[0] == "not_qualified"


@pytest.mark.clause("TL-17")
def test_recognition_that_was_refused_grants_nothing(clerk: User, resettled: InsuredPerson) -> None:
    qualification = taken(clerk, resettled, result=Recognition.REFUSED)
    assert qualification.starts_on is None
    assert codes(standing(resettled, SHENYANG, RETURNED_ON))[0] == "not_qualified"


@pytest.mark.clause("TL-17")
@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"place": make.BEIJING}, "只互认省内就医地的认定"),
        ({"recognised_on": TODAY - dt.timedelta(1)}, "没有沈阳市的长期异地备案"),
        ({"returned_on": RECOGNISED_ON - dt.timedelta(1)}, "结果返回日期不能早于认定日期"),
        ({"starts_on": RECOGNISED_ON - dt.timedelta(1)}, "备案开始不能早于认定日期"),
        ({"disease": " "}, "病种"),
    ],
)
def test_recognition_that_cannot_be_accepted_is_refused(
    values: dict[str, Any], fault: str, clerk: User, resettled: InsuredPerson
) -> None:
    with pytest.raises(Refused, match=fault):
        taken(clerk, resettled, **values)
    assert not ChronicQualification.objects.exists()


@pytest.mark.clause("TL-17")
def test_recognition_needs_a_long_term_filing_and_a_document_that_accepts_it(clerk: User, insured: Insured) -> None:
    referred = insured(make.TIELING)
    certificate = (Seen(Material.REFERRAL_CERTIFICATE),)
    filed(clerk, referred, asking(Category.REFERRAL, destination=SHENYANG, materials=certificate))
    with pytest.raises(Refused, match="长期异地备案"):
        taken(clerk, referred)
    weifang = insured()
    filed(clerk, weifang, asking(destination="370100"))
    with pytest.raises(Refused, match="没有互认"):
        taken(clerk, weifang, "370100")


def test_recognition_is_taken_once_and_by_those_who_file(clerk: User, resettled: InsuredPerson) -> None:
    taken(clerk, resettled)
    with pytest.raises(Refused, match="该认定结果已登记"):
        taken(clerk, resettled)
    with pytest.raises(Refused, match="办理备案"):
        taken(make.staff(Role.REVIEWER, make.TIELING), resettled, disease="糖尿病")


def test_database_holds_the_shape_of_a_recognition(clerk: User, resettled: InsuredPerson) -> None:
    row = ChronicQualification.objects.filter(pk=taken(clerk, resettled).pk)
    for change, name in (
        ({"starts_on": None}, "recognition_starts_where_granted"),
        ({"filing": None}, "recognition_elsewhere_has_its_filing"),
        ({"returned_on": RECOGNISED_ON - dt.timedelta(1)}, "recognition_returns_after"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.update(**change)


# the list


@pytest.mark.clause("WF-13")
@pytest.mark.parametrize("disease", ["高血压", "糖尿病", "恶性肿瘤门诊放化疗", "尿毒症透析", "器官移植术后抗排异治疗"])
def test_weifangs_five_diseases_are_settled_directly_across_provinces(
    disease: str, clerk: User, insured: Insured
) -> None:
    person = insured()
    taken(clerk, person, make.WEIFANG, disease=disease)
    told = standing(person, make.BEIJING, RETURNED_ON, disease=disease)
    assert told.settlement == "direct"
    assert told.reasons[-1].source == "《异地就医直接结算政策宣传》八（二）"


@pytest.mark.clause("WF-13")
def test_sixth_disease_is_reimbursed_by_hand(clerk: User, insured: Insured) -> None:
    person = insured()
    taken(clerk, person, make.WEIFANG, disease="冠心病")
    told = standing(person, make.BEIJING, RETURNED_ON, disease="冠心病")
    assert (told.settlement, codes(told)) == ("manual", ["disease_not_listed", "manual"])
    assert "高血压、糖尿病" in told.reasons[0].text
    assert told.reasons[1].text == "在医院全额自费结算后，备齐材料回参保地手工报销"
    assert told.reasons[1].source == "《异地就医直接结算政策宣传》八（二）"


@pytest.mark.clause("WF-13", "DY-15")
def test_hospital_that_has_not_opened_it_points_to_manual_reimbursement(clerk: User, insured: Insured) -> None:
    person = insured()
    taken(clerk, person, make.WEIFANG)
    hospital = make.HospitalFactory(area_id=make.BEIJING)
    told = standing(person, make.BEIJING, RETURNED_ON, hospital=hospital)
    assert (told.settlement, codes(told)) == ("manual", ["not_opened", "manual"])
    opened = {"hospital": hospital, "service": "chronic", "opened_on": RETURNED_ON}
    NetworkedService.objects.create(**opened, scope="in_province")
    assert standing(person, make.BEIJING, RETURNED_ON, hospital=hospital).settlement == "manual"
    NetworkedService.objects.create(**opened, scope="cross_province", closed_on=RETURNED_ON)
    assert standing(person, make.BEIJING, RETURNED_ON, hospital=hospital).settlement == "direct"
    assert standing(person, make.BEIJING, RETURNED_ON + dt.timedelta(1), hospital=hospital).settlement == "manual"


@pytest.mark.clause("WF-13")
def test_list_is_for_its_scope_and_recognition_is_needed(clerk: User, insured: Insured) -> None:
    person = insured()
    assert codes(standing(person, make.BEIJING, RETURNED_ON)) == ["not_qualified", "manual"]
    taken(clerk, person, make.WEIFANG)
    assert codes(standing(person, "370100", RETURNED_ON)) == ["list_not_configured", "manual"]
    before_the_policy = standing(person, make.BEIJING, dt.date(2022, 12, 31))
    assert codes(before_the_policy) == ["not_qualified", "list_not_configured", "manual"]


# pages


@pytest.mark.clause("TL-17")
def test_recognition_is_entered_on_its_page_and_stands_with_the_person(
    client: Client, resettled: InsuredPerson
) -> None:
    link = f"/people/{resettled.pk}/recognitions/new/"
    assert f'href="{link}" data-key="m"' in client.get(f"/people/{resettled.pk}/").content.decode()
    page = client.get(link).content.decode()
    assert "四6" in page
    assert f'value="{timezone.localdate()}"' in page
    typed = {
        "disease": "高血压",
        "recognised_in": SHENYANG,
        "recognised_on": "20260401",
        "returned_on": "2026-04-08",
        "result": "recognised",
        "reference": "沈医慢1号",
    }
    assert client.post(link, typed)["Location"] == f"/people/{resettled.pk}/"
    page = client.get(f"/people/{resettled.pk}/").content.decode()
    for text in ("门诊慢特病", "高血压", "沈医慢1号", "认定通过", "2026-04-08"):
        assert text in page
    again = client.post(link, typed)
    assert again.status_code == 422
    assert "该认定结果已登记" in again.content.decode()
    assert 'value="沈医慢1号"' in again.content.decode()


@pytest.mark.clause("WF-13")
def test_page_offers_the_listed_diseases_and_only_places_that_count(client: Client, insured: Insured) -> None:
    person = insured()
    page = client.get(f"/people/{person.pk}/recognitions/new/").content.decode()
    assert '<option value="尿毒症透析">' in page
    assert f'<option value="{make.WEIFANG}"' in page
    assert f'<option value="{SHENYANG}"' not in page
    reply = client.post(f"/people/{person.pk}/recognitions/new/", {"recognised_in": SHENYANG, "recognised_on": "昨天"})
    assert reply.status_code == 422
    assert "应如 2026-03-10" in reply.content.decode()
