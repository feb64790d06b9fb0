"""Rosters: the good rows are filed as at the counter, once, whatever happens in between."""

import datetime as dt
import logging
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError

from filings.models import Filing, FilingPolicy, InsuredPerson, Participation, RosterImport
from filings.models.filing import FilingStatus
from filings.rosters import carrying, verbs
from filings.vocabulary import Category, Channel, Material
from hospitals.access import staff_name
from hospitals.list_imports import ImportBroken, discard, put_back, take_faults
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus, Role
from tests import factories as make
from tests.filings.commitments import due, lapsed
from tests.filings.conftest import APPROVAL, TODAY, asking, cancelling, filed
from tests.filings.rosters import (
    EMPLOYER,
    HEADING,
    JINAN,
    brought_in,
    counts,
    faults,
    listed,
    rows,
    rows_for,
    workers,
)

pytestmark = pytest.mark.clause("YT-02")


def applied(data: bytes, by: User, **options: Any) -> RosterImport:
    return verbs.apply(list_import=brought_in(data, by, **options), by=by)


def test_good_rows_are_filed_and_faulty_ones_are_not(clerk: User, policies: None) -> None:
    people = workers(3)
    data = listed(*rows_for(people[:2]), *rows_for(people[2:], "德国"))
    found = brought_in(data, clerk)
    assert (counts(found), Filing.objects.count()) == ({"new": 2, "invalid": 1}, 0)
    found = verbs.apply(list_import=found, by=clerk)
    assert (found.status, counts(found), found.applied_by) == (ListStatus.APPLIED, {"new": 2, "invalid": 1}, clerk)
    assert [row.filing and row.filing.person for row in rows(found)] == [people[0], people[1], None]


def test_filing_is_what_the_counter_would_have_made(clerk: User, policies: None) -> None:
    (person,) = workers(1)
    (row,) = rows(applied(listed(*rows_for([person])), clerk))
    filing = row.filing
    assert filing is not None
    assert (filing.category, filing.channel, filing.status) == (Category.POSTED_WORKER, Channel.EMPLOYER, "active")
    assert (filing.destination_id, filing.filed_on, filing.start_on) == (JINAN, TODAY, TODAY)
    assert (filing.tier, filing.settlement, filing.made_by, filing.hall) == ("local", "direct", clerk, None)
    assert [(seen.material, seen.originals) for seen in filing.materials.all()] == [(Material.ROSTER, 1)]
    assert (filing.note, filing.agent_name, filing.agent_relation) == (f"花名册：{EMPLOYER}", "赵会计", "employer")
    assert filing.agent_phone == "13900000000"
    assert filing.decision["basis"]["source"] == "《烟台城镇基本医疗保险异地就医管理结算流程》一（一）、二（一）"
    assert filing.events.get().pgh_context["user_name"] == staff_name(clerk)


def test_day_of_filing_is_the_day_the_roster_came_in(clerk: User, policies: None) -> None:
    (person,) = workers(1)
    earlier = TODAY - dt.timedelta(20)
    applied(listed(f"{rows_for([person])[0]},{earlier}", heading=f"{HEADING},开始日期"), clerk, filed_on=earlier)
    assert Filing.objects.values_list("filed_on", "start_on").get() == (earlier, earlier)


def test_filed_row_no_longer_keeps_what_was_written(clerk: User, policies: None) -> None:
    people = workers(2)
    found = applied(listed(*rows_for(people[:1]), *rows_for(people[1:], "德国")), clerk)
    assert [bool(row.written) for row in rows(found)] == [False, True]
    assert RosterImport.objects.get(pk=found.pk).content is None


# --- twice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["the same bytes", "the same people", "some of them, later"])
def test_same_roster_makes_nothing_twice(clerk: User, policies: None, again: str) -> None:
    people = workers(3)
    first = listed(*rows_for(people))
    applied(first, clerk)
    second = {
        "the same bytes": first,
        "the same people": listed(*rows_for(people[::-1], "370100"), heading="姓名,证件号码,就医地"),
        "some of them, later": listed(*rows_for(people[1:])),
    }[again]
    found = brought_in(second, clerk, filed_on=TODAY + dt.timedelta(7 if "later" in again else 0))
    assert counts(found) == {"same": 2 if "some" in again else 3}
    assert {row.filing for row in rows(found)} <= set(Filing.objects.all())
    with pytest.raises(Refused, match="没有可以备案的人员"):
        verbs.apply(list_import=found, by=clerk)
    assert Filing.objects.count() == 3


def test_two_rosters_of_the_same_people_confirmed_after_each_other(clerk: User, policies: None) -> None:
    people = workers(2)
    first, second = (brought_in(listed(*rows_for(people)), clerk) for _ in range(2))
    assert counts(second) == {"new": 2}
    verbs.apply(list_import=first, by=clerk)
    second = verbs.apply(list_import=second, by=clerk)
    assert (second.status, counts(second), Filing.objects.count()) == (ListStatus.APPLIED, {"same": 2}, 2)


def test_confirmed_twice_is_refused_the_second_time(clerk: User, policies: None) -> None:
    found = brought_in(listed(*rows_for(workers(1))), clerk)
    verbs.apply(list_import=found, by=clerk)
    with pytest.raises(Refused, match="当前状态为“已办理”"):
        verbs.apply(list_import=found, by=clerk)
    assert Filing.objects.count() == 1


def test_person_posted_elsewhere_already_is_at_fault(clerk: User, policies: None) -> None:
    people = workers(1)
    applied(listed(*rows_for(people)), clerk)
    found = brought_in(listed(*rows_for(people, "北京")), clerk)
    ((_row, _column, text),) = faults(found)
    assert Filing.objects.get().number in text


def test_filing_that_starts_later_does_not_cover(clerk: User, policies: None) -> None:
    people = workers(1)
    applied(listed(*rows_for(people)), clerk, start_on=TODAY + dt.timedelta(30))
    assert counts(brought_in(listed(*rows_for(people)), clerk)) == {"invalid": 1}
    assert counts(brought_in(listed(*rows_for(people)), clerk, start_on=TODAY + dt.timedelta(40))) == {"same": 1}


# --- meanwhile -------------------------------------------------------------------------------------------------------


def test_row_that_became_unfileable_is_told_at_its_row_and_the_others_go_on(clerk: User, policies: None) -> None:
    people = workers(4)
    found = brought_in(listed(*rows_for(people)), clerk)
    other = filed(clerk, people[0], asking(Category.REFERRAL, materials=APPROVAL))
    Participation.objects.filter(person=people[2]).update(ends_on=TODAY - dt.timedelta(1))
    found = verbs.apply(list_import=found, by=clerk)
    assert (found.status, counts(found)) == (ListStatus.APPLIED, {"new": 2, "invalid": 2})
    (first, second) = faults(found)
    assert (first[0], other.number in first[2]) == (2, True)
    assert (second[0], "没有有效的参保关系" in second[2]) == (4, True)
    header, lines = take_faults(list_import=found, by=clerk)
    assert header == ["姓名", "身份证号码", "派驻地", "原行号", "有误之处"]
    assert [line[1] for line in lines] == [people[0].id_number, people[2].id_number]
    assert set(Filing.objects.filter(category=Category.POSTED_WORKER).values_list("person", flat=True)) == {
        people[1].pk,
        people[3].pk,
    }


def test_row_filed_at_the_counter_meanwhile_is_nothing_to_do(clerk: User, policies: None) -> None:
    people = workers(2)
    found = brought_in(listed(*rows_for(people)), clerk)
    roster = (desk_material := carrying.application_of(found, Area.objects.get(pk=JINAN), TODAY))
    filing = filed(clerk, people[0], roster)
    found = verbs.apply(list_import=found, by=clerk)
    assert desk_material.channel is Channel.EMPLOYER
    assert (counts(found), rows(found)[0].filing) == ({"new": 1, "same": 1}, filing)


def test_run_that_was_broken_off_goes_on_where_it_ended(
    clerk: User, policies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = workers(5)
    found = verbs.queue(list_import=brought_in(listed(*rows_for(people)), clerk), by=clerk)
    file_person, made = carrying.file_person, []

    def third_breaks(**options: Any) -> Filing:
        if len(made) == 2:
            raise DataError(f"value too long: {people[2].id_number}")
        made.append(file_person(**options))
        return made[-1]

    monkeypatch.setattr(carrying, "file_person", third_breaks)
    with pytest.raises(ImportBroken):
        verbs.apply_queued(list_import=found, by=clerk)
    found.refresh_from_db()
    assert (found.status, Filing.objects.count()) == (ListStatus.APPLYING, 2)
    monkeypatch.setattr(carrying, "file_person", file_person)
    found = verbs.apply_queued(list_import=found, by=clerk)
    assert (found.status, counts(found), Filing.objects.count()) == (ListStatus.APPLIED, {"new": 5}, 5)


def test_filing_of_a_broken_run_that_was_cancelled_since_is_not_made_anew(clerk: User, policies: None) -> None:
    people = workers(2)
    found = verbs.queue(list_import=brought_in(listed(*rows_for(people)), clerk), by=clerk)
    first = rows(found)[0]
    assert carrying._file_row(found, first.pk, clerk)
    filing = Filing.objects.get()
    cancelling(clerk, filing)
    filing.refresh_from_db()
    put_back(list_import=found, by=clerk)
    verbs.preview(list_import=found, by=clerk)
    found = verbs.apply(list_import=found, by=clerk)
    assert Filing.objects.filter(status=FilingStatus.ACTIVE).count() == 1
    assert faults(found) == [(2, "身份证号码", f"本花名册已为此人办理备案 {filing.number}，现为“已取消”")]


def test_roster_put_back_while_the_worker_files_stops_at_the_next_row(
    clerk: User, policies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = workers(3)
    found = verbs.queue(list_import=brought_in(listed(*rows_for(people)), clerk), by=clerk)
    file_person = carrying.file_person

    def then_put_back(**options: Any) -> Filing:
        filing = file_person(**options)
        RosterImport.objects.filter(pk=found.pk).update(status=ListStatus.PREVIEWED)
        return filing

    monkeypatch.setattr(carrying, "file_person", then_put_back)
    verbs.apply_queued(list_import=found, by=clerk)
    found.refresh_from_db()
    assert (found.status, Filing.objects.count()) == (ListStatus.PREVIEWED, 1)


def test_short_roster_is_filed_whole_or_not_at_all(
    clerk: User, policies: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = brought_in(listed(*rows_for(workers(3))), clerk)
    file_person, made = carrying.file_person, []

    def second_breaks(**options: Any) -> Filing:
        if made:
            raise MemoryError
        made.append(file_person(**options))
        return made[-1]

    monkeypatch.setattr(carrying, "file_person", second_breaks)
    with pytest.raises(MemoryError):
        verbs.apply(list_import=found, by=clerk)
    found.refresh_from_db()
    assert (found.status, Filing.objects.count()) == (ListStatus.PREVIEWED, 0)


def test_database_error_does_not_quote_the_row(
    clerk: User, policies: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (person,) = workers(1)

    def broken(*_: Any, **__: Any) -> None:
        raise DataError(f"value too long: {person.id_number}")

    monkeypatch.setattr(verbs, "store", broken)
    with caplog.at_level(logging.DEBUG), pytest.raises(ImportBroken) as caught:
        brought_in(listed(*rows_for([person])), clerk)
    assert person.id_number not in str(caught.value)
    assert person.id_number not in caplog.text


@pytest.mark.clause("TL-08")
@pytest.mark.parametrize("sanctioned", ["before the preview", "after it"])
def test_person_barred_from_filing_is_told_with_the_clause(clerk: User, policies: None, sanctioned: str) -> None:
    takes_rosters = FilingPolicy(area_id=make.TIELING, version=2, starts_on=dt.date(2026, 1, 1), document="示例文件")
    takes_rosters.add_rules(FilingPolicy.objects.get(area=make.YANTAI).rules())
    takes_rosters.publish(by=None)
    people = workers(2, area=make.TIELING)
    commitment = due(clerk, people[0], TODAY)
    if sanctioned == "after it":
        withdrawn = commitment.filing
        Filing.objects.filter(pk=withdrawn.pk).update(end_on=withdrawn.start_on)
    else:
        lapsed(commitment)
    found = brought_in(listed(*rows_for(people)), clerk, area=make.TIELING)
    if sanctioned == "after it":
        assert counts(found) == {"new": 2}
        lapsed(commitment)
        found = verbs.apply(list_import=found, by=clerk)
    assert counts(found) == {"new": 1, "invalid": 1}
    (fault,) = rows(found)[0].faults
    assert fault["text"].startswith("承诺逾期未补齐材料")
    assert fault["text"].endswith("限制办理异地就医备案")
    assert fault["source"] == "《铁岭市参保人员异地就医联网结算服务指南》三（二）3"


# --- who -------------------------------------------------------------------------------------------------------------


def test_clerk_of_a_hall_files_for_that_hall(policies: None) -> None:
    hall = make.HallFactory(area__code=make.YANTAI)
    clerk = make.staff(Role.CLERK, hall=hall)
    applied(listed(*rows_for(workers(2))), clerk, hall=hall)
    assert {filing.hall for filing in Filing.objects.all()} == {hall}


def test_clerk_of_a_hall_brings_no_roster_in_for_the_area_or_another_hall(policies: None) -> None:
    clerk = make.staff(Role.CLERK, hall=make.HallFactory(area__code=make.YANTAI))
    for hall in (None, make.HallFactory(area__code=make.YANTAI)):
        with pytest.raises(Refused, match="办理备案"):
            brought_in(listed(*rows_for(workers(1, start=hall.pk if hall else 0))), clerk, hall=hall)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CLERK])
def test_roster_needs_the_right_to_file(clerk: User, policies: None, role: Role) -> None:
    member, found = make.staff(role, make.YANTAI), brought_in(listed(*rows_for(workers(1))), clerk)
    for verb in (verbs.preview, verbs.queue, verbs.apply, discard, put_back, take_faults):
        with pytest.raises(Refused, match="办理备案"):
            verb(list_import=found, by=member)
    assert not Filing.objects.exists()


def test_discarded_roster_leaves_nothing_of_the_people(clerk: User, policies: None) -> None:
    found = brought_in(listed(*rows_for(workers(2))), clerk)
    discard(list_import=found, by=clerk)
    found.refresh_from_db()
    assert (found.content, found.steps.count(), InsuredPerson.objects.count()) == (None, 0, 2)
