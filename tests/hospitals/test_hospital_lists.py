"""Hospital lists: planned field by field, applied once, by whoever may."""

import datetime as dt

import pytest

from hospitals.hospital_lists import verbs
from hospitals.list_imports import discard
from hospitals.models import Hospital, HospitalListImport, HospitalListRow, NetworkedService
from hospitals.reasons import Refused
from hospitals.vocabulary import ListStatus, ListStrategy, Role
from tests import factories as make
from tests.hospitals.lists import (
    DONGYING,
    TODAY,
    YANTAI,
    apply,
    changes_of,
    counts,
    listed,
    prepare,
    snapshot,
    upload,
    whole_list,
)


@pytest.fixture(autouse=True)
def directory(db):
    prepare(DONGYING, YANTAI)


@pytest.mark.clause("DY-12")
def test_list_of_the_document_changes_nothing():
    before = snapshot()
    list_import = upload(whole_list(DONGYING))
    assert counts(list_import) == {"same": 13}
    apply(list_import)
    assert snapshot() == before
    assert not Hospital._meta.get_field("events").related_model.objects.filter(pgh_label="update").exists()


def test_changes_are_told_field_by_field_and_applied():
    data = listed(
        "广饶县人民医院,H37052300001,二级甲等,东营市广饶县花苑路180号,0546-6441061",
        "东营市人民医院,,,,",
        heading="医院名称,医保编码,级别,地址,电话",
    )
    list_import = upload(data, strategy=ListStrategy.UPDATE)
    assert counts(list_import) == {"changed": 1, "same": 1}
    assert changes_of(list_import) == {
        "广饶县人民医院": {
            "code": ["", "H37052300001"],
            "address": ["山东省广饶县花苑路180号", "东营市广饶县花苑路180号"],
            "phone": ["", "0546-6441061"],
            "level": ["", "2"],
            "level_text": ["", "二级甲等"],
        }
    }
    apply(list_import)
    hospital = Hospital.objects.get(name="广饶县人民医院")
    assert (hospital.code, hospital.level, hospital.level_text) == ("H37052300001", "2", "二级甲等")
    assert hospital.county_id == "370523"
    assert hospital.batch == "首批"  # a column the list does not have is left alone
    untouched = Hospital.objects.get(name="东营市人民医院")
    assert untouched.address == "东营市东营区南一路317号"  # so is an empty cell


def test_hospital_is_known_by_its_code_before_its_name():
    Hospital.objects.filter(name="广饶县人民医院").update(code="H37052300001")
    list_import = upload(listed("广饶县总医院,H37052300001", heading="医院名称,医保编码"), strategy=ListStrategy.UPDATE)
    assert changes_of(list_import) == {"广饶县总医院": {"name": ["广饶县人民医院", "广饶县总医院"]}}
    pk = Hospital.objects.get(code="H37052300001").pk
    apply(list_import)
    assert Hospital.objects.get(name="广饶县总医院").pk == pk


def test_spelling_of_a_name_or_level_is_no_change():
    Hospital.objects.filter(name="广饶县中医院").update(level="3A", level_text="三级甲等")
    data = listed("广饶县 中医院,三甲", heading="医院名称,级别")
    assert counts(upload(data, strategy=ListStrategy.UPDATE)) == {"same": 1}


def test_complete_list_withdraws_what_is_missing_from_today():
    list_import = upload(whole_list(DONGYING, without=2))
    assert counts(list_import) == {"same": 11, "withdrawn": 2}
    apply(list_import)
    withdrawn = Hospital.objects.filter(withdrawn_on=TODAY)
    assert {hospital.name for hospital in withdrawn} == {"利津县中心医院", "东营同安胸外科医院"}
    assert not Hospital.objects.filter(area=YANTAI, withdrawn_on__isnull=False).exists()


def test_withdrawn_hospital_that_is_listed_again_comes_back():
    data = whole_list(DONGYING)
    Hospital.objects.filter(name="利津县中心医院").update(withdrawn_on=dt.date(2026, 1, 1))
    list_import = upload(data)
    assert changes_of(list_import) == {"利津县中心医院": {"withdrawn_on": ["2026-01-01", None]}}
    apply(list_import)
    assert Hospital.objects.get(name="利津县中心医院").withdrawn_on is None


@pytest.mark.parametrize(("missing", "refused"), [(2, False), (3, True)])
def test_complete_list_may_not_drop_more_than_a_fifth(missing, refused):
    list_import = upload(whole_list(DONGYING, without=missing))
    if refused:
        with pytest.raises(Refused, match="缺少 3 家在网医院，超过在网 13 家的 20%"):
            apply(list_import)
        assert not Hospital.objects.filter(withdrawn_on__isnull=False).exists()
    else:
        assert apply(list_import).status == ListStatus.APPLIED


def test_complete_list_may_drop_many_where_somebody_says_so():
    apply(upload(whole_list(DONGYING, without=10), allow=True))
    assert Hospital.objects.networked().filter(area=DONGYING).count() == 3


def test_faulty_row_still_names_its_hospital():
    list_import = upload(
        whole_list(DONGYING).replace("医院名称\n".encode(), "医院名称,级别\n".encode()) + ",四级".encode()
    )
    assert counts(list_import) == {"same": 12, "invalid": 1}


def test_faulty_list_is_not_applied():
    list_import = upload(listed("甲医院,四级", "乙医院,二级", heading="医院名称,级别"), strategy=ListStrategy.ADD)
    assert counts(list_import) == {"new": 1, "invalid": 1}
    with pytest.raises(Refused, match="有 1 行有误"):
        apply(list_import)
    assert not Hospital.objects.filter(name="乙医院").exists()
    (row,) = list_import.steps.filter(action="invalid")
    assert row.number == 2
    assert row.written == {"name": "甲医院", "level": "四级"}
    assert row.faults[0]["text"] == "不认识的医院级别"


def test_add_only_adds_and_update_only_changes():
    data = listed("甲医院,1", "广饶县中医院,2", "广饶县人民医院,", heading="医院名称,电话")
    assert counts(upload(data, strategy=ListStrategy.ADD)) == {"new": 1, "same": 1, "skipped": 1}
    assert counts(upload(data, strategy=ListStrategy.UPDATE)) == {"changed": 1, "same": 1, "skipped": 1}
    apply(upload(data, strategy=ListStrategy.ADD))
    assert Hospital.objects.get(name="广饶县中医院").phone == ""
    apply(upload(data, strategy=ListStrategy.UPDATE))
    assert Hospital.objects.get(name="广饶县中医院").phone == "2"
    assert Hospital.objects.networked().filter(area=DONGYING).count() == 14


def test_services_open_close_and_change_their_day():
    heading = "医院名称,开通业务,开通日期"
    data = listed(
        "广饶县中医院,住院、普通门诊,",
        "利津县中心医院,普通门诊,2025-05-01",
        "广饶县人民医院,住院,2017-08-09",
        "甲医院,省内住院,2024-01-01",
        "东营市人民医院,,",
        heading=heading,
    )
    list_import = upload(data, strategy=ListStrategy.COMPLETE, allow=True)
    assert {
        name: change.get("services", change.get("opened_on")) for name, change in changes_of(list_import).items()
    } == {
        "广饶县中医院": ["住院（跨省）", "住院（跨省）、普通门诊（跨省）"],
        "利津县中心医院": ["住院（跨省）", "普通门诊（跨省）"],
        "广饶县人民医院": ["2017-08-01", "2017-08-09"],
    }
    apply(list_import)

    def opened(name):
        rows = NetworkedService.objects.filter(hospital__name=name).order_by("opened_on")
        return [tuple(row) for row in rows.values_list("service", "scope", "opened_on", "opened_assumed", "closed_on")]

    first = ("inpatient", "cross_province", dt.date(2017, 8, 1), True)
    assert opened("广饶县中医院") == [(*first, None), ("outpatient", "cross_province", TODAY, True, None)]
    assert opened("利津县中心医院") == [
        (*first, dt.date(2026, 3, 9)),
        ("outpatient", "cross_province", dt.date(2025, 5, 1), False, None),
    ]
    assert opened("广饶县人民医院") == [("inpatient", "cross_province", dt.date(2017, 8, 9), False, None)]
    assert opened("甲医院") == [("inpatient", "in_province", dt.date(2024, 1, 1), False, None)]
    assert opened("东营市人民医院") == [(*first, None)]
    assert counts(upload(data)) == {"same": 5}


def test_same_list_twice_changes_nothing_the_second_time():
    data = listed("甲医院,二级,住院", "乙医院,三甲,", heading="医院名称,级别,开通业务")
    apply(upload(data, strategy=ListStrategy.ADD))
    before = snapshot()
    again = upload(data, strategy=ListStrategy.ADD)
    assert counts(again) == {"same": 2}
    apply(again, on=TODAY + dt.timedelta(days=1))
    assert snapshot() == before


def test_plan_is_applied_once():
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD)
    apply(list_import)
    with pytest.raises(Refused, match="当前状态为“已导入”，不能确认导入"):
        apply(list_import)
    assert Hospital.objects.filter(name="甲医院").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda: Hospital.objects.filter(name="广饶县中医院").update(phone="1"),
        lambda: Hospital.objects.create(area_id=DONGYING, name="丙医院"),
        lambda: NetworkedService.objects.filter(hospital__name="广饶县中医院").delete(),
        lambda: apply(upload(listed("甲医院"), strategy=ListStrategy.ADD)),
    ],
)
def test_directory_changed_since_the_preview_asks_for_a_new_one(change):
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD)
    change()
    before = snapshot()
    with pytest.raises(Refused, match="预览之后名录有改动，请重新预览"):
        apply(list_import)
    assert snapshot() == before
    again = verbs.preview(list_import=list_import, by=None)
    assert apply(again).status == ListStatus.APPLIED


def test_change_in_another_area_does_not_matter():
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD)
    Hospital.objects.filter(area=YANTAI).update(phone="1")
    assert apply(list_import).status == ListStatus.APPLIED


def test_unreadable_file_leaves_its_sentence():
    list_import = upload(b"%PDF\0")
    assert (list_import.status, list_import.problem) == (
        ListStatus.UNREADABLE,
        "这不是 xlsx、xls 或 csv 表格文件。",
    )
    with pytest.raises(Refused):
        apply(list_import)


def test_number_of_statements_does_not_grow_with_the_list(django_assert_max_num_queries):
    for count in (3, 300):
        data = listed(*(f"第{number}医院,住院" for number in range(count)), heading="医院名称,开通业务")
        with django_assert_max_num_queries(45):
            apply(upload(data, strategy=ListStrategy.ADD))
    assert Hospital.objects.filter(area=DONGYING).count() == 313


def test_history_says_who_and_what():
    apply(upload(listed("甲医院"), strategy=ListStrategy.ADD))
    event = Hospital.objects.get(name="甲医院").events.get()
    assert (
        event.pgh_label,
        event.pgh_context["action"],
        event.pgh_context["user_name"],
        event.pgh_context["reason"],
    ) == (
        "insert",
        "确认导入",
        "命令行",
        "名单.csv",
    )


def test_formula_stays_text():
    apply(upload(listed("=1+1医院"), strategy=ListStrategy.ADD))
    assert Hospital.objects.filter(name="=1+1医院").exists()


def test_new_hospitals_get_the_next_keys():
    """The plan takes keys from the sequence, so that hand-made hospitals never collide."""
    apply(upload(listed("甲医院"), strategy=ListStrategy.ADD))
    assert Hospital.objects.create(area_id=DONGYING, name="手工医院").pk > Hospital.objects.get(name="甲医院").pk


def test_only_who_keeps_the_directory_of_the_area_may_import():
    clerk, supervisor = make.staff(Role.CLERK, DONGYING), make.staff(Role.SUPERVISOR, DONGYING)
    with pytest.raises(Refused, match="没有“维护和导入机构目录”的权限"):
        upload(listed("甲医院"), by=clerk)
    with pytest.raises(Refused, match="没有“维护和导入机构目录”的权限"):
        upload(listed("甲医院"), area=YANTAI, by=supervisor)
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD, by=supervisor)
    for verb in (
        lambda: verbs.apply(list_import=list_import, by=clerk, on=TODAY),
        lambda: discard(list_import=list_import, by=clerk),
    ):
        with pytest.raises(Refused, match="权限"):
            verb()
    assert verbs.apply(list_import=list_import, by=supervisor, on=TODAY).applied_by == supervisor


def test_discarded_list_leaves_nothing_behind():
    supervisor = make.staff(Role.SUPERVISOR, DONGYING)
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD, by=supervisor)
    discard(list_import=list_import, by=supervisor)
    list_import.refresh_from_db()
    assert (list_import.status, list_import.content) == (ListStatus.DISCARDED, None)
    assert not HospitalListRow.objects.exists()


def test_file_is_kept_only_until_it_is_applied():
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD)
    assert bytes(HospitalListImport.objects.get(pk=list_import.pk).content) == listed("甲医院")
    apply(list_import)
    assert HospitalListImport.objects.get(pk=list_import.pk).content is None
