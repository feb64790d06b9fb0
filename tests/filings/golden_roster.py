"""A roster of 300 rows as an employer would send it, with what has to become of each: made with openpyxl.

The faults stand among the good rows; everything else is filed.  Needs the whole directory and the shipped policies.
"""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User

from filings.application import Seen
from filings.models import Filing, InsuredPerson, Participation
from filings.vocabulary import Category, Channel, Material
from tests.filings.conftest import APPROVAL, asking, filed
from tests.filings.rosters import JINAN, number, workbook, workers

COUNT = 300
FIRST = 3  # row of the spreadsheet, after title and heading
HEADING = ("序号", "姓名", "证件号码", "部门", "派驻地", "派驻开始日期", "联系电话")
PLACES = ("济南市", "济南", "370100", "青岛市", "北京", "上海市", "历下区", "qds", "广东省广州市", "山东省德州市")
MEANT = (JINAN, JINAN, JINAN, "370200", "110000", "310000", JINAN, "370200", "440100", "371400")
# position of the row → column, cause (or how it begins)
FAULTS = {
    7: ("证件号码", "本统筹区没有此人的参保登记"),
    19: ("证件号码", "身份证号码校验码不符，请核对"),
    31: ("姓名", "缺少姓名"),
    43: ("姓名", "与参保登记的姓名不符，请核对姓名和证件号码"),
    55: ("证件号码", "与第 13 行是同一人，一份花名册每人只能列一次"),
    67: ("派驻地", "没有找到“海南岛”，请输入城市名称、简拼或行政区划代码"),
    79: ("派驻地", "“市中区”可指"),
    91: ("派驻地", "就医地烟台市在参保地烟台市以内，不属于异地就医"),
    103: ("派驻地", "就医地烟台市在参保地烟台市以内，不属于异地就医"),
    115: ("派驻地", "香港特别行政区不属于异地就医范围（不含香港、澳门、台湾地区）"),
    127: ("派驻地", "就医地须具体到市或直辖市，不能是江苏省"),
    139: ("派驻开始日期", "文件未规定可以补办，备案开始日期不能早于申请之日"),
    151: ("派驻开始日期", "不是有效的日期，应如 2017-03-01"),
    163: ("证件号码", "在 {day} 没有有效的参保关系，请先登记参保关系"),
    175: ("证件号码", "在表格里存成了数字，超过 15 位的数字已经丢失，请把该列设为文本后重新填写"),
    187: ("证件号码", "该参保人已有备案"),
    199: ("派驻地", "缺少就医地"),
    211: ("证件号码", "本统筹区没有此人的参保登记；身份证号码应为 18 位，现为 15 位"),
}
SAME = (250, 251, 252)  # filed for Jinan as posted workers already
NOTED = {260: "参保登记的单位是“另一家公司”", 261: "联系电话“不详”"}


def golden_roster(clerk: User, today: dt.date) -> bytes:
    """The workbook; the people that it names are put on the register as they have to be."""
    people = workers(COUNT)
    rows: list[list[Any]] = [
        [n + 1, person.name, person.id_number, "工程部", PLACES[n % len(PLACES)], None, "13900000000"]
        for n, person in enumerate(people)
    ]
    wrong = number(19)[:17] + ("1" if number(19)[17] != "1" else "2")
    changes: dict[int, dict[int, Any]] = {
        7: {2: number(80_000)},
        19: {2: wrong},
        31: {1: None},
        43: {1: "赵某某"},
        55: {1: people[10].name, 2: people[10].id_number},
        67: {4: "海南岛"},
        79: {4: "市中区"},
        91: {4: "烟台市"},
        103: {4: "芝罘区"},
        115: {4: "香港特别行政区"},
        127: {4: "江苏省"},
        139: {5: today - dt.timedelta(days=1)},
        151: {5: "春节后"},
        175: {2: int(number(175)[:17]) * 10},
        199: {4: None},
        211: {2: number(211)[:6] + number(211)[8:17]},
        261: {6: "不详"},
        270: {5: today + dt.timedelta(days=30)},
        **{n: {4: "济南市"} for n in SAME},
    }
    for n, cells in changes.items():
        for column, value in cells.items():
            rows[n][column] = value
    Participation.objects.filter(person=people[163]).update(ends_on=today - dt.timedelta(days=1))
    Participation.objects.filter(person=people[260]).update(employer="另一家公司")
    filed(clerk, people[187], asking(Category.REFERRAL, materials=APPROVAL, destination=JINAN, filed_on=today))
    for n in SAME:
        post(clerk, people[n], today)
    return workbook(HEADING, [tuple(row) for row in rows])


def post(clerk: User, person: InsuredPerson, today: dt.date) -> Filing:
    """Filed for Jinan as a posted worker, at the counter."""
    return filed(
        clerk,
        person,
        asking(
            Category.POSTED_WORKER,
            destination=JINAN,
            filed_on=today,
            channel=Channel.COUNTER,
            materials=(Seen(Material.ROSTER),),
        ),
    )


def expected(position: int) -> str:
    """The action that the row has to get."""
    return "invalid" if position in FAULTS else "same" if position in SAME else "new"
