"""Inbound settlements that come as a list: previewed, confirmed, written down once; faulty rows come back."""

import csv
import io
import random
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus, Role
from settlement import tasks
from settlement.inbound import verbs
from settlement.models import InboundListImport, InboundSettlement
from settlement.vocabulary import InboundSource
from tests import factories as make
from tests.settlement.hospital_clearing import Desk
from tests.settlement.inbound import CHONGQING, dongying, recorded, reversed_, told

pytestmark = pytest.mark.django_db
HEADINGS = (
    *("就诊ID", "结算ID", "原结算ID", "医院", "参保地", "姓名", "证件号码", "险种", "医疗类别", "备案类别"),
    *("入院日期", "出院日期", "结算日期", "医疗费总额", "统筹基金支付", "基金支付总额", "个人负担", "起付标准"),
    "符合政策范围费用",
)


@pytest.fixture
def desk() -> Desk:
    make.AreaFactory(code=CHONGQING)
    return Desk()


def row(desk: Desk, number: int = 1, **changes: str) -> dict[str, str]:
    one = told(number, hospital=desk.hospital)
    written = (
        *(one.mdtrt_id, one.setl_id, "", desk.hospital.name, "500000", one.name, one.id_number, "职工医保", "住院"),
        *("异地安置退休人员", "2025-08-11", "2025-08-25", "2025-08-25", "10,000.00", "6000.00", "6000.00", "4000.00"),
        *("800.00", "8600.00"),
    )
    return dict(zip(HEADINGS, written, strict=True)) | changes


def contrary(desk: Desk, number: int = 1, **changes: str) -> dict[str, str]:
    amounts = {"医疗费总额": "-10000", "统筹基金支付": "-6000", "基金支付总额": "-6000", "个人负担": "-4000"}
    amounts |= {"起付标准": "-800", "符合政策范围费用": "-8600"}
    one = row(desk, number)
    return one | amounts | {"结算ID": f"R{number}", "原结算ID": one["结算ID"]} | changes


def file_of(*rows: dict[str, str]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, HEADINGS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def previewed(desk: Desk, *rows: dict[str, str]) -> InboundListImport:
    found = verbs.upload(data=file_of(*rows), file_name="结算.csv", area=dongying(), by=desk.clerk)
    return verbs.preview(list_import=found, by=desk.clerk)


def counts(found: InboundListImport) -> tuple[int, int, int]:
    return found.new, found.same, found.invalid


@pytest.mark.clause("DY-13")
def test_a_list_is_written_down_as_a_message_would_be(desk):
    found = previewed(desk, row(desk, 1), row(desk, 2), contrary(desk, 1))
    assert counts(found) == (3, 0, 0)
    assert not InboundSettlement.objects.exists()
    found = verbs.apply(list_import=found, by=desk.clerk)
    assert (found.status, counts(found)) == (ListStatus.APPLIED, (0, 3, 0))
    first, second, back = InboundSettlement.objects.order_by("pk")
    assert (back.reverses, back.fund_pay_sumamt, second.source) == (first, -6000, InboundSource.LIST)
    assert recorded(2, hospital=desk.hospital) == second  # told by the message as well
    assert counts(previewed(desk, row(desk, 1), row(desk, 2), contrary(desk, 1))) == (0, 3, 0)


def test_a_reversal_of_what_stands_already_is_written_down(desk):
    settlement = recorded(1, hospital=desk.hospital)
    verbs.apply(list_import=previewed(desk, contrary(desk, 1)), by=desk.clerk)
    assert settlement.reversal.setl_id == "R1"
    assert counts(previewed(desk, contrary(desk, 1), contrary(desk, 1, 结算ID="R2"))) == (0, 1, 1)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"医院": "外地医院"}, "不是本统筹区名录中的医院"),
        ({"参保地": "某地"}, "不认识的参保地"),
        ({"参保地": "370500"}, "参保地即本统筹区"),
        ({"险种": "商业险"}, "应为“职工医保”"),
        ({"医疗类别": "美容"}, "不认识的医疗类别"),
        ({"备案类别": "某类"}, "不认识的备案类别"),
        ({"证件号码": "500103195603020010"}, "校验码不符"),
        ({"结算日期": "2025-13-01"}, "日期"),
        ({"医疗费总额": "一万"}, "应为金额"),
        ({"个人负担": "3999.99"}, "不等于医疗费总额"),
        ({"原结算ID": "X", "结算ID": "R1"}, "冲正金额不能为正"),
    ],
)
def test_a_faulty_row_is_named_and_keeps_no_other_waiting(desk, changes, text):
    found = previewed(desk, row(desk, 1, **changes), row(desk, 2))
    assert counts(found) == (1, 0, 1)
    (faulty,) = found.steps.filter(action="invalid")
    assert any(text in fault["text"] for fault in faulty.faults), faulty.faults
    verbs.apply(list_import=found, by=desk.clerk)
    assert InboundSettlement.objects.count() == 1


def test_rows_that_contradict_each_other_or_what_stands_are_faulty(desk):
    recorded(1, hospital=desk.hospital)
    rows = (row(desk, 1, 姓名="他人"), row(desk, 2), row(desk, 2), contrary(desk, 3), contrary(desk, 2, 起付标准="-1"))
    late = contrary(desk, 2, 结算日期="2025-08-24", 结算ID="R0")
    found = previewed(desk, *rows, late)
    texts = [fault["text"] for one in found.steps.filter(action="invalid") for fault in one.faults]
    assert texts == [
        "已登记，内容与此次不同",
        "与第 3 行是同一笔结算",
        "没有原结算ID的结算",
        "冲正须与原结算相反，其他各项与原结算一致",
        "冲正日期不能早于原结算日期2025-08-25",
    ]


def test_what_was_told_between_preview_and_confirmation_is_not_told_twice(desk):
    found = previewed(desk, row(desk, 1), row(desk, 2), row(desk, 3), contrary(desk, 3))
    recorded(1, hospital=desk.hospital)
    recorded(2, "5000.00", hospital=desk.hospital)
    reversed_(recorded(3, hospital=desk.hospital))
    found = verbs.apply(list_import=found, by=desk.clerk)
    assert counts(found) == (0, 2, 2)
    assert InboundSettlement.objects.count() == 4


def test_nothing_to_write_down_and_nobody_without_the_right(desk):
    with pytest.raises(Refused, match="没有可以登记"):
        verbs.apply(list_import=previewed(desk, row(desk, 1, 险种="x")), by=desk.clerk)
    with pytest.raises(Refused, match="权限"):
        verbs.upload(data=b"", file_name="x", area=dongying(), by=desk.reviewer)


def test_an_unreadable_file_says_so(desk):
    found = verbs.upload(data=b"\x00\x01", file_name="x.xlsx", area=dongying(), by=desk.clerk)
    found = verbs.preview(list_import=found, by=desk.clerk)
    assert found.status == ListStatus.UNREADABLE
    assert found.problem


def test_the_worker_ends_where_the_page_would(desk):
    found = verbs.upload(data=file_of(row(desk, 1)), file_name="结算.csv", area=dongying(), by=desk.clerk)
    tasks.preview_inbound(list_import=found.pk)
    found.refresh_from_db()
    verbs.queue(list_import=found, by=desk.clerk)
    for _twice in range(2):
        tasks.apply_inbound(list_import=found.pk, by=desk.clerk.pk)
    assert InboundSettlement.objects.count() == 1


def test_preview_confirmation_and_faulty_rows_on_the_pages(desk, signed_in):
    clerk = signed_in(desk.clerk)
    data = SimpleUploadedFile("结算.csv", file_of(row(desk, 1), row(desk, 2, 证件号码="500103195603020010")))
    page = clerk.post("/clearing/inbound/imports/new/", {"area": make.DONGYING, "file": data}, follow=True)
    shown = re.sub(r"\s+", " ", page.content.decode())
    here = page.redirect_chain[-1][0]
    assert "500103195603020010" not in shown
    assert "500103********0010" in shown
    assert "登记 1 笔结算" in shown
    assert "程渝生" in clerk.get(f"{here}?tab=new").content.decode()
    clerk.post(f"{here}apply/")
    assert InboundSettlement.objects.count() == 1
    assert "已导入" in signed_in(make.staff(Role.AUDITOR, make.DONGYING)).get(here).content.decode()
    faults = clerk.post(f"{here}faults/")
    assert faults.status_code == 200
    faults.close()  # a file that waits to be read


def test_any_order_and_any_split_of_a_list_comes_to_the_same(desk):
    rows = [row(desk, number) for number in range(1, 7)]
    for _round in range(3):
        random.shuffle(rows)
        cut = random.randint(1, 5)
        for part in (rows[:cut], rows):
            found = previewed(desk, *part)
            if found.new:
                verbs.apply(list_import=found, by=desk.clerk)
    assert InboundSettlement.objects.count() == 6
