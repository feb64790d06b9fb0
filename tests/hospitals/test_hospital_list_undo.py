"""Undoing an import: everything back as it was, or nothing and the reason."""

import datetime as dt

import pytest

from hospitals.hospital_lists.undoing import undo
from hospitals.models import Hospital, NetworkedService
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus, ListStrategy, Role
from tests import factories as make
from tests.hospitals.lists import (
    DONGYING,
    TODAY,
    YANTAI,
    apply,
    listed,
    prepare,
    snapshot,
    upload,
)


@pytest.fixture(autouse=True)
def directory(db):
    prepare(DONGYING, YANTAI)


MIXED = "医院名称,医保编码,级别,地址,开通业务"


def mixed():
    """Adds one, changes several in every way, withdraws two."""
    Hospital.objects.filter(name="东营肛肠病医院").update(withdrawn_on=dt.date(2025, 1, 1))
    data = listed(
        "甲医院,H37052300009,二级,东营市广饶县,住院",
        "广饶县人民医院,H37052300001,二级甲等,新址,普通门诊",
        "广饶县中医院,,,,住院",
        "东营肛肠病医院,,三级,,",
        heading=MIXED,
    )
    return upload(data, allow=True)


def test_undo_puts_everything_back():
    list_import = mixed()
    before = snapshot()
    apply(list_import)
    assert snapshot() != before
    undone = undo(list_import=list_import, by=None, reason="名单有误")
    assert undone.status == ListStatus.UNDONE
    assert snapshot() == before


def test_undo_needs_a_reason_and_happens_once():
    supervisor = make.staff(Role.SUPERVISOR, DONGYING)
    list_import = apply(upload(listed("甲医院"), strategy=ListStrategy.ADD))
    with pytest.raises(Refused, match="须填写理由"):
        undo(list_import=list_import, by=supervisor, reason=" ")
    undo(list_import=list_import, by=supervisor, reason="名单有误")
    with pytest.raises(Refused, match="当前状态为“已撤销”"):
        undo(list_import=list_import, by=supervisor, reason="名单有误")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: Hospital.objects.filter(name="甲医院").update(phone="1"), "导入之后又有改动：甲医院"),
        (lambda: Hospital.objects.filter(name="甲医院").delete(), "导入之后又有改动：甲医院"),
        (
            lambda: Hospital.objects.filter(name="广饶县人民医院").update(address="更新的地址"),
            "又有改动：广饶县人民医院",
        ),
        (lambda: Hospital.objects.filter(name="东营肛肠病医院").update(withdrawn_on=TODAY), "又有改动：东营肛肠病医院"),
        (lambda: Hospital.objects.filter(name="利津县中心医院").update(withdrawn_on=None), "又有改动：利津县中心医院"),
        (
            lambda: NetworkedService.objects.create(
                hospital=Hospital.objects.get(name="甲医院"), service="chronic", scope="cross_province", opened_on=TODAY
            ),
            "导入之后又开通了业务：甲医院",
        ),
        (
            lambda: NetworkedService.objects.filter(service="outpatient").update(closed_on=TODAY),
            "开通业务在导入之后又有改动",
        ),
    ],
)
def test_undo_is_refused_where_somebody_touched_the_same_hospitals(change, told):
    list_import = apply(mixed())
    change()
    before = snapshot()
    with pytest.raises(Refused) as caught:
        undo(list_import=list_import, by=None, reason="名单有误")
    assert told in str(caught.value)
    assert "不能整体撤销" in str(caught.value)
    assert snapshot() == before


def test_undo_leaves_later_changes_of_other_fields_alone():
    list_import = apply(mixed())
    Hospital.objects.filter(name="广饶县人民医院").update(phone="0546-1")
    undo(list_import=list_import, by=None, reason="名单有误")
    hospital = Hospital.objects.get(name="广饶县人民医院")
    assert (hospital.phone, hospital.address, hospital.code) == ("0546-1", "山东省广饶县花苑路180号", "")


def test_undo_is_refused_where_an_added_hospital_is_in_use():
    list_import = apply(upload(listed("甲医院"), strategy=ListStrategy.ADD))
    person = make.PersonFactory(area__code=DONGYING)
    make.ClaimFactory(person=person, hospital=Hospital.objects.get(name="甲医院"))
    with pytest.raises(Refused, match="新增的医院已在业务中使用：甲医院"):
        undo(list_import=list_import, by=None, reason="名单有误")
    assert Hospital.objects.filter(name="甲医院").exists()
