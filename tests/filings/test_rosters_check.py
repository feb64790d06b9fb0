"""Rosters: what is wrong with a row, by itself, against the register and by the policy."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from filings.models import FilingPolicy, InsuredPerson, Participation
from filings.vocabulary import Category, Employment
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus
from tests import factories as make
from tests.filings.conftest import APPROVAL, TODAY, asking, filed
from tests.filings.rosters import (
    EMPLOYER,
    HEADING,
    JINAN,
    brought_in,
    counts,
    faults,
    listed,
    number,
    rows,
    rows_for,
    workbook,
    workers,
)

pytestmark = pytest.mark.clause("YT-02")
DOCUMENT = "《烟台城镇基本医疗保险异地就医管理结算流程》"


@pytest.fixture
def one(policies: None) -> InsuredPerson:
    return workers(1)[0]


def causes(clerk: User, *lines: str, heading: str = HEADING, **options: Any) -> list[tuple[str, str]]:
    found = brought_in(listed(*lines, heading=heading), clerk, **options)
    return [(column, text) for _row, column, text in faults(found)]


# --- the row by itself -----------------------------------------------------------------------------------------------


def wrong_digit(serial: int) -> str:
    whole = number(serial)
    return whole[:17] + ("1" if whole[17] != "1" else "2")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (f",{number(0)},济南市", ("姓名", "缺少姓名")),
        (f"王1,{number(0)},济南市", ("姓名", "姓名只能由汉字、字母和间隔号组成")),
        ("王零,,济南市", ("身份证号码", "缺少证件号码")),
        (f"王零,{wrong_digit(0)},济南市", ("身份证号码", "身份证号码校验码不符，请核对")),
        (
            "王零,370602198001010000,济南市",
            (
                "身份证号码",
                "身份证号码校验码不符，请核对；末三位是 000，多半是表格软件把号码当成数字改掉了，请按证件重新填写",
            ),
        ),
        ("王零,号码不详,济南市", ("身份证号码", "证件号码应为4至30位字母或数字")),
        (f"王零,{number(0)},", ("派驻地", "缺少就医地")),
    ],
)
def test_faulty_row_says_where_and_why(clerk: User, one: InsuredPerson, row: str, expected: tuple[str, str]) -> None:
    assert causes(clerk, row) == [expected]


def test_every_fault_of_a_row_is_told_at_once(clerk: User, one: InsuredPerson) -> None:
    found = causes(clerk, f",{number(9)},海岛", heading=HEADING)
    assert found == [
        ("姓名", "缺少姓名"),
        ("身份证号码", "本统筹区没有此人的参保登记"),
        ("派驻地", "没有找到“海岛”，请输入城市名称、简拼或行政区划代码"),
    ]


def test_person_listed_twice_is_at_fault_the_second_time(clerk: User, policies: None) -> None:
    people = workers(2)
    found = brought_in(listed(*rows_for([*people, people[0]])), clerk)
    assert faults(found) == [(4, "身份证号码", "与第 2 行是同一人，一份花名册每人只能列一次")]
    assert counts(found) == {"new": 2, "invalid": 1}


def test_number_kept_as_a_number_is_at_fault(clerk: User, one: InsuredPerson) -> None:
    data = workbook(("姓名", "证件号码", "就医地"), [("王零", 370602198001010004, "济南市")])
    (fault,) = faults(brought_in(data, clerk))
    assert fault[1] == "证件号码"
    assert "存成了数字" in fault[2]


def test_day_that_is_none_is_at_fault(clerk: User, one: InsuredPerson) -> None:
    row = f"{one.name},{one.id_number},济南市,三月初"
    assert causes(clerk, row, heading=f"{HEADING},派驻开始日期") == [
        ("派驻开始日期", "不是有效的日期，应如 2017-03-01")
    ]


def test_file_without_places_cannot_be_read(clerk: User, one: InsuredPerson) -> None:
    found = brought_in(listed(f"{one.name},{one.id_number}", heading="姓名,证件号码"), clerk)
    assert (found.status, found.problem) == (
        ListStatus.UNREADABLE,
        "没有找到表头：表中应有“姓名”、“证件号码”、“就医地”一列。",
    )


# --- the register ----------------------------------------------------------------------------------------------------


def test_person_of_another_area_is_not_on_this_register(clerk: User, policies: None) -> None:
    (other,) = workers(1, area=make.WEIFANG)
    assert causes(clerk, *rows_for([other])) == [("身份证号码", "本统筹区没有此人的参保登记")]


def test_short_number_that_nobody_has_is_told_to_be_short(clerk: User, one: InsuredPerson) -> None:
    assert causes(clerk, f"{one.name},{one.id_number[:17]},济南市") == [
        ("身份证号码", "本统筹区没有此人的参保登记；身份证号码应为 18 位，现为 17 位")
    ]


def test_passport_of_the_register_will_do(clerk: User, one: InsuredPerson) -> None:
    InsuredPerson.objects.filter(pk=one.pk).update(id_type="08", id_number="E12345678")
    assert counts(brought_in(listed(f"{one.name},E12345678,济南市"), clerk)) == {"new": 1}


def test_name_that_is_not_the_registers_is_at_fault_and_not_told(clerk: User, one: InsuredPerson) -> None:
    assert causes(clerk, f"王大,{one.id_number},济南市") == [("姓名", "与参保登记的姓名不符，请核对姓名和证件号码")]


def test_one_number_of_two_people_is_left_to_the_counter(clerk: User, one: InsuredPerson) -> None:
    make.PersonFactory(area__code=make.YANTAI, id_type="99", id_number=one.id_number)
    ((column, text),) = causes(clerk, *rows_for([one]))
    assert (column, text[:12]) == ("身份证号码", "参保登记中有两人的证件号码"[:12])


def test_person_not_insured_on_the_day_is_at_fault(clerk: User, one: InsuredPerson) -> None:
    Participation.objects.update(ends_on=TODAY - dt.timedelta(1))
    assert causes(clerk, *rows_for([one])) == [("身份证号码", "在 2026-03-10 没有有效的参保关系，请先登记参保关系")]


def test_person_filed_for_something_else_is_told_what(clerk: User, one: InsuredPerson) -> None:
    other = filed(clerk, one, asking(Category.REFERRAL, materials=APPROVAL))
    ((column, text),) = causes(clerk, *rows_for([one]))
    assert (column, other.number in text, "须先取消或撤回该备案" in text) == ("身份证号码", True, True)


def test_another_employer_is_told_and_does_not_stand_in_the_way(clerk: User, one: InsuredPerson) -> None:
    Participation.objects.update(employer="另一公司")
    (row,) = rows(brought_in(listed(*rows_for([one])), clerk))
    assert (row.action, row.notes) == ("new", [f"参保登记的单位是“另一公司”，与花名册的“{EMPLOYER}”不同，请核对"])
    line = f"{rows_for([one])[0]},另一公司"
    (row,) = rows(brought_in(listed(line, heading=f"{HEADING},单位名称"), clerk))
    assert row.notes == []


def test_wrong_telephone_is_told_and_does_not_stand_in_the_way(clerk: User, one: InsuredPerson) -> None:
    line = f"{rows_for([one])[0]},12345"
    (row,) = rows(brought_in(listed(line, heading=f"{HEADING},联系电话"), clerk))
    assert (row.action, row.phone, row.notes) == ("new", "", ["联系电话“12345”不是有效的电话号码"])


# --- the policy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "meant"),
    [("济南市", JINAN), ("济南", JINAN), ("bjs", make.BEIJING), ("370100", JINAN), ("北京", "110000")],
)
def test_place_is_known_by_name_initials_or_code(clerk: User, one: InsuredPerson, place: str, meant: str) -> None:
    (row,) = rows(brought_in(listed(*rows_for([one], place)), clerk))
    assert (row.destination_id, row.place) == (meant, place)


@pytest.mark.parametrize(
    ("place", "cause"),
    [
        ("烟台市", "就医地烟台市在参保地烟台市以内，不属于异地就医"),
        ("香港特别行政区", "香港特别行政区不属于异地就医范围（不含香港、澳门、台湾地区）"),
        ("山东省", "就医地须具体到市或直辖市，不能是山东省"),
        ("德国", "没有找到“德国”，请输入城市名称、简拼或行政区划代码"),
    ],
)
def test_place_that_is_none_to_file_for_is_at_fault(clerk: User, one: InsuredPerson, place: str, cause: str) -> None:
    assert causes(clerk, *rows_for([one], place)) == [("派驻地", cause)]


def test_place_of_two_cities_names_both(clerk: User, one: InsuredPerson) -> None:
    for code, city in (("370103", "370100"), ("370403", "370400")):
        make.AreaFactory(code=code, name="市中区", full_name=f"山东省{city}市中区")
    ((column, text),) = causes(clerk, *rows_for([one], "市中区"))
    assert (column, text.startswith("“市中区”可指"), text.endswith("请选定一个")) == ("派驻地", True, True)


def test_start_before_the_policy_allows_cites_the_limit(clerk: User, one: InsuredPerson) -> None:
    line = f"{rows_for([one])[0]},2026-03-09"
    assert causes(clerk, line, heading=f"{HEADING},备案开始日期") == [
        ("备案开始日期", "文件未规定可以补办，备案开始日期不能早于申请之日 2026-03-10")
    ]


def test_start_of_the_row_goes_before_that_of_the_roster(clerk: User, policies: None) -> None:
    people = workers(2)
    lines = [f"{rows_for(people)[0]},2026-04-01", f"{rows_for(people)[1]},"]
    data = listed(*lines, heading=f"{HEADING},备案开始日期")
    days = [row.start_on for row in rows(brought_in(data, clerk, start_on=dt.date(2026, 3, 20)))]
    assert days == [dt.date(2026, 4, 1), dt.date(2026, 3, 20)]
    assert [row.start_on for row in rows(brought_in(data, clerk))] == [dt.date(2026, 4, 1), TODAY]


def test_retired_person_is_at_fault_where_the_policy_wants_the_active_and_the_clause_is_told(
    clerk: User, one: InsuredPerson
) -> None:
    policy = FilingPolicy.objects.get(area=make.YANTAI)
    stricter = FilingPolicy(area=policy.area, version=2, starts_on=dt.date(2026, 1, 1), document="示例文件")
    stricter.add_rules(policy.rules())
    stricter.rule_rows.filter(category=Category.POSTED_WORKER).update(employment=Employment.ACTIVE)
    stricter.publish(by=None)
    Participation.objects.update(employment=Employment.RETIRED)
    found = brought_in(listed(*rows_for([one])), clerk)
    (row,) = rows(found)
    (fault,) = row.faults
    assert (fault["text"], fault["source"]) == ("常驻异地工作人员须为在职人员", "《示例文件》一（一）、二（一）")


def test_good_row_shows_the_answer_and_the_roster_its_clauses(clerk: User, policies: None) -> None:
    people = workers(2)
    found = brought_in(listed(*rows_for(people[:1]), *rows_for(people[1:], "北京市")), clerk)
    near, far = rows(found)
    assert (near.outcome, near.tier, near.settlement, near.start_on) == ("accept", "local", "direct", TODAY)
    assert (far.tier, far.settlement) == ("local", "manual")
    texts = [(remark["text"][:16], remark["source"]) for remark in found.remarks]
    assert ("参保单位持异地工作人员花名册备案", f"{DOCUMENT}一（一）、二（一）") in texts
    assert ("参保单位持异地工作人员花名册备案", f"{DOCUMENT}一（一）、二（二）") in texts
    assert [remark["code"] for remark in found.remarks].count("assumed") == 1


@pytest.mark.parametrize(
    ("area", "cause"),
    [
        (make.WEIFANG, "文件未开通由“用人单位”办理常驻异地工作人员备案，不受理花名册；可由参保人通过窗口、电话、"),
        (make.TIELING, "文件未开通由“用人单位”办理常驻异地工作人员备案，不受理花名册；可由参保人通过窗口、"),
    ],
)
def test_policy_that_takes_no_rosters_says_what_it_offers(clerk: User, policies: None, area: str, cause: str) -> None:
    (person,) = workers(1, area=area)
    with pytest.raises(Refused) as refused:
        brought_in(listed(*rows_for([person])), clerk, area=area)
    (reason,) = refused.value.reasons
    assert reason.text.startswith(cause)
    assert reason.source.startswith("《")


def test_area_without_a_policy_says_so(policies: None) -> None:
    without = "370300"
    with pytest.raises(Refused, match="没有施行中的备案政策"):
        brought_in(listed(), make.staff("clerk", without), area=without)


# --- in sets ---------------------------------------------------------------------------------------------------------


def test_preview_takes_the_same_queries_whatever_the_length(clerk: User, policies: None) -> None:
    taken = {}
    for count, start in ((1, 0), (3, 10), (30, 100)):
        people = workers(count, start=start)
        for person in people[::2]:
            filed(clerk, person, asking(Category.REFERRAL, materials=APPROVAL))
        data = listed(*(rows_for([person], "济南市" if n % 2 else "北京")[0] for n, person in enumerate(people)))
        with CaptureQueriesContext(connection) as queries:
            found = brought_in(data, clerk)
        assert found.rows == count
        taken[count] = len(queries)
    assert taken[1] == taken[3] == taken[30] < 40, taken
