"""Lists of people: what a list would change, and that exactly this is done, once."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.db import DataError

from filings.models import InsuredPerson, Participation, SocialSecurityCard
from filings.people_lists import verbs
from hospitals.access import staff_name
from hospitals.list_imports import ImportBroken, discard, take_faults
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus
from tests import factories as make
from tests.filings.people_lists import changes, counts, imported, listed, number, people, snapshot, upload

NUMBER = number(1)


@pytest.fixture(autouse=True)
def weifang(db: Any) -> None:
    make.AreaFactory(code=make.WEIFANG)


def test_list_is_carried_out_as_previewed() -> None:
    heading = "姓名,证件类型,身份证号,手机,住址,险种,在职状态,单位,参保日期,缴费至,困难群体,公务员,社保卡号"
    before = snapshot()
    found = upload(
        listed(
            f"王小明,,{NUMBER},13900000000,潍城区,职工,在职,某公司,2010-01-01,2026-12-31,,是,G00000001",
            "JOHN SMITH,护照,E1234567,,,,,,,,,,",
            heading=heading,
        )
    )
    assert (counts(found), snapshot()) == ({"new": 2}, before)
    verbs.apply(list_import=found, by=None)
    person = InsuredPerson.objects.get(id_number=NUMBER)
    assert (person.initials, person.sex, person.birth_date) == ("wxm", "1", dt.date(1958, 5, 6))
    assert (person.phone, person.address, person.area_id, person.version) == ("13900000000", "潍城区", make.WEIFANG, 1)
    insured = person.participations.get()
    assert (insured.scheme, insured.employment, insured.employer) == ("employee", "active", "某公司")
    assert (insured.starts_on, insured.contributions_paid_through) == (dt.date(2010, 1, 1), dt.date(2026, 12, 31))
    assert (insured.is_civil_servant, insured.hardship, insured.area_id) == (True, "", make.WEIFANG)
    assert (person.cards.get().number, person.cards.get().status) == ("G00000001", "in_use")
    other = InsuredPerson.objects.get(id_number="E1234567")
    assert (other.id_type, other.birth_date, other.participations.count()) == ("08", None, 0)


def test_row_as_it_stands_after_import_passes_the_models_own_checks() -> None:
    imported(*people(2))
    for model in (InsuredPerson, Participation):
        for record in model.objects.all():
            record.full_clean()


def test_same_file_twice_changes_nothing() -> None:
    heading = "姓名,身份证号,险种,人员类别,参保日期,单位,社保卡号,公务员,困难群体"
    rows = [f"{row},某公司,G0000000{place},否,无" for place, row in enumerate(people(3))]
    imported(*rows, heading=heading)
    before = snapshot()
    found = imported(*rows, heading=heading)
    assert (counts(found), snapshot()) == ({"same": 3}, before)


def test_changes_are_planned_field_by_field() -> None:
    heading = "姓名,身份证号,手机,险种,人员类别,参保日期,单位,缴费至,困难群体,公务员,社保卡号"
    imported(f"王小明,{NUMBER},13900000000,职工,在职,2010-01-01,甲公司,2025-12-31,低保,是,G00000001", heading=heading)
    found = imported(
        f"王晓明,{NUMBER},13900000001,职工,退休,2010-01-01,乙公司,2026-12-31,无,否,G00000002", heading=heading
    )
    assert changes(found) == {
        "name": ["王小明", "王晓明"],
        "phone": ["13900000000", "13900000001"],
        "employment": ["在职", "退休"],
        "employer": ["甲公司", "乙公司"],
        "contributions_paid_through": ["2025-12-31", "2026-12-31"],
        "hardship": ["低保对象", ""],
        "is_civil_servant": ["是", "否"],
        "card": ["G00000001", "G00000002"],
    }
    person = InsuredPerson.objects.get()
    assert (person.name, person.phone, person.version) == ("王晓明", "13900000001", 2)
    assert person.participations.get().employment == "retired"
    assert list(person.cards.values_list("number", "status")) == [("G00000002", "in_use"), ("G00000001", "replaced")]


def test_renamed_person_is_found_by_new_initials() -> None:
    imported(f"王小明,{NUMBER}", heading="姓名,身份证号")
    imported(f"李大伟,{NUMBER}", heading="姓名,身份证号")
    assert InsuredPerson.objects.matching("ldw").get().name == "李大伟"


def test_scheme_put_right_takes_the_employment_with_it() -> None:
    imported(f"王小明,{NUMBER},职工,在职,2010-01-01")
    found = imported(f"王小明,{NUMBER},居民,,2010-01-01")
    assert changes(found) == {"scheme": ["职工医保", "居民医保"], "employment": ["在职", ""]}


def test_empty_cells_and_missing_columns_leave_the_register_alone() -> None:
    person = make.ParticipationFactory(person__phone="13900000000", employer="某公司").person
    before = snapshot()
    found = imported(f"{person.name},{person.id_number},,", heading="姓名,身份证号,手机,单位")
    assert (counts(found), snapshot()) == ({"same": 1}, before)


def test_nobody_is_removed_by_a_list_without_them() -> None:
    other = make.CardFactory().person
    imported(*people(2))
    assert InsuredPerson.objects.filter(pk=other.pk).exists()
    assert SocialSecurityCard.objects.count() == 1


def test_same_number_in_another_area_is_another_person() -> None:
    make.PersonFactory(area__code=make.TIELING, id_number=NUMBER)
    assert counts(imported(*people(1))) == {"new": 1}
    assert InsuredPerson.objects.filter(id_number=NUMBER).count() == 2


def test_plan_is_applied_once() -> None:
    found = imported(*people(1))
    before = snapshot()
    with pytest.raises(Refused, match="当前状态为“已导入”，不能确认导入"):
        verbs.apply(list_import=found, by=None)
    assert snapshot() == before


def test_faulty_list_is_not_applied() -> None:
    found = upload(listed(*people(1), "王小明,1,,,"))
    with pytest.raises(Refused, match="有 1 行有误"):
        verbs.apply(list_import=found, by=None)
    assert not InsuredPerson.objects.exists()


@pytest.mark.parametrize("what", ["person", "participation", "card", "new person"])
def test_register_changed_since_the_preview_is_said(what: str) -> None:
    card = make.CardFactory(person=make.ParticipationFactory().person)
    row = f"王大明,{card.person.id_number},职工,退休,2010-01-01"
    found = upload(listed(row, *people(1)))
    match what:
        case "person":
            InsuredPerson.objects.filter(pk=card.person.pk).update(phone="13900000009")
        case "participation":
            Participation.objects.update(employer="某公司")
        case "card":
            SocialSecurityCard.objects.update(number="G99999999")
        case _:
            make.PersonFactory(id_number=NUMBER)
    with pytest.raises(Refused, match="预览之后参保登记有改动，请重新预览"):
        verbs.apply(list_import=found, by=None)
    found.refresh_from_db()
    assert found.status == ListStatus.PREVIEWED
    assert not InsuredPerson.objects.filter(name="王大明").exists()


def test_change_to_somebody_else_does_not_stop_the_list() -> None:
    found = upload(listed(*people(1)))
    make.ParticipationFactory()
    assert verbs.apply(list_import=found, by=None).status == ListStatus.APPLIED


def test_history_says_who_and_from_which_file() -> None:
    clerk = make.staff("clerk")
    found = verbs.apply(list_import=upload(listed(*people(1)), by=clerk, file_name="三月.csv"), by=clerk)
    for record in (InsuredPerson.objects.get(), Participation.objects.get()):
        (event,) = record.events.all()
        assert event.pgh_context["user_name"] == staff_name(clerk)
        assert (event.pgh_context["action"], event.pgh_context["reason"]) == ("确认导入", "三月.csv")
    assert (found.made_by, found.applied_by, found.content) == (clerk, clerk, None)


@pytest.mark.parametrize("role", ["reviewer", "finance", "supervisor", "hotline", "auditor"])
def test_import_needs_the_right(role: str) -> None:
    member, found = make.staff(role), upload(listed(*people(1)))
    if role == "supervisor":
        assert verbs.apply(list_import=found, by=member).applied_by == member
        return
    with pytest.raises(Refused, match="登记和修改参保人"):
        verbs.apply(list_import=found, by=member)
    with pytest.raises(Refused, match="登记和修改参保人"):
        take_faults(list_import=found, by=member)


def test_discarded_list_leaves_nothing_of_the_people() -> None:
    found = upload(listed(*people(2)))
    discard(list_import=found, by=None)
    found.refresh_from_db()
    assert (found.content, found.steps.count()) == (None, 0)


def test_database_error_does_not_quote_the_row(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DataError(f"value too long: {NUMBER}")

    found = upload(listed(*people(1)))
    monkeypatch.setattr(verbs, "carry_out", broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(ImportBroken) as caught:
        verbs.apply(list_import=found, by=None)
    assert NUMBER not in str(caught.value)
    assert caught.value.__suppress_context__
    assert NUMBER not in caplog.text


@pytest.mark.parametrize("count", [1, 30])
def test_list_takes_the_same_statements_whatever_its_length(count: int, django_assert_num_queries: Any) -> None:
    found = upload(listed(*people(count)))
    with django_assert_num_queries(15):
        verbs.apply(list_import=found, by=None)
