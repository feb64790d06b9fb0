"""Hospital lists: checked, planned, applied once, undone as one step."""

import datetime as dt

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from hospitals.hospital_lists import verbs
from hospitals.hospital_lists.undoing import undo
from hospitals.hospital_lists.words import match_key, read_level, read_services, services_text
from hospitals.models import Hospital, HospitalListImport, HospitalListRow, NetworkedService
from hospitals.reasons import Refused
from hospitals.vocabulary import Level, ListStatus, ListStrategy, Scope, Service
from tests.hospitals.lists import DONGYING, YANTAI, counts, faults, forecast, listed, prepare, upload, whole_list

TODAY = dt.date(2026, 3, 10)


@pytest.fixture(autouse=True)
def directory(db):
    prepare(DONGYING, YANTAI)


def apply(list_import, on=TODAY):
    return verbs.apply(list_import=list_import, by=None, on=on)


def snapshot():
    return (
        list(Hospital.objects.order_by("area", "name").values_list(*[f.attname for f in Hospital._meta.fields][1:])),
        list(
            NetworkedService.objects.order_by("hospital__name", "service", "scope").values_list(
                "hospital__name", "service", "scope", "opened_on", "closed_on", "opened_assumed"
            )
        ),
    )


def changes_of(list_import):
    return {row.name: row.changes for row in list_import.steps.filter(action="changed")}


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "level", "plain"),
    [
        ("三级甲等", "3A", "三级甲等"),
        ("三甲", "3A", "三级甲等"),
        ("三级（甲）", "3A", "三级甲等"),
        ("三级(乙)等", "3B", "三级乙等"),
        ("三级", "3", "三级"),
        ("三级丙等", "3", "三级丙等"),
        ("三级特等", "3", "三级特等"),
        ("3级", "3", "三级"),
        ("Ⅲ级甲等", "3A", "三级甲等"),
        ("三级甲等综合医院", "3A", "三级甲等"),
        ("二级甲等", "2", "二级甲等"),
        ("二 级", "2", "二级"),
        ("一级", "1", "一级"),
        ("乡镇卫生院", "township", "乡镇卫生院"),
        ("卫生院", "township", "乡镇卫生院"),
        ("02", "3A", "三级甲等"),
        ("03", "3B", "三级乙等"),
        ("05", "2", "二级甲等"),
        ("10", "1", "一级丙等"),
        ("11", "", "无等级"),
        ("未定级", "", "无等级"),
        ("3A", "3A", "三级甲等"),
        ("３ｂ", "3B", "三级乙等"),
    ],
)
def test_level_is_known_however_it_is_written(text, level, plain):
    read = read_level(text)
    assert (read.level, read.text) == (level, plain)


@pytest.mark.parametrize("text", ["四级", "三", "甲等", "三级丁等", "12", "00", "1", "2", "级", "三甲三乙", "A"])
def test_unknown_level_is_a_fault(text):
    with pytest.raises(ValueError, match=r"级别|国家编码"):
        read_level(text)


def test_every_level_reads_back_from_its_own_label():
    assert [read_level(level.label).level for level in Level] == list(Level)


@pytest.mark.parametrize(
    ("text", "scope", "pairs"),
    [
        ("住院", "", {("inpatient", "cross_province")}),
        ("住院、普通门诊", "省内", {("inpatient", "in_province"), ("outpatient", "in_province")}),
        (
            "住院/门诊慢特病",
            "跨省、省内",
            {(s, p) for s in ("inpatient", "chronic") for p in ("in_province", "cross_province")},
        ),
        ("跨省住院，省内门诊", "", {("inpatient", "cross_province"), ("outpatient", "in_province")}),
        ("住院费用跨省直接结算", "", {("inpatient", "cross_province")}),
        ("门慢特", "跨省", {("chronic", "cross_province")}),
    ],
)
def test_services_are_known_however_they_are_written(text, scope, pairs):
    assert read_services(text, scope, Scope.CROSS_PROVINCE) == pairs


@given(st.sets(st.tuples(st.sampled_from(list(Service)), st.sampled_from(list(Scope))), min_size=1))
def test_any_services_read_back_from_what_is_printed(pairs):
    assert read_services(services_text(pairs), "", Scope.CROSS_PROVINCE) == pairs


@pytest.mark.parametrize(("text", "scope"), [("住院、体检", ""), ("无", ""), ("住院", "全球")])
def test_unknown_service_is_a_fault(text, scope):
    with pytest.raises(ValueError, match="不认识的"):
        read_services(text, scope, Scope.CROSS_PROVINCE)


def test_names_are_the_same_but_for_blanks_and_width():
    assert match_key("解放军 第１０７医院（本部）") == match_key("解放军第107医院(本部)")
    assert match_key("烟台山医院") != match_key("烟台山医 院区")


# --- checking --------------------------------------------------------------------------------------------------------

FULL = "序号,医院名称,医保编码,级别,县区,地址,开通业务,开通范围,开通日期"


@pytest.mark.parametrize(
    ("row", "column", "value", "text"),
    [
        (",,H37052300009,,,,,,", "医院名称", "", "缺少医院名称"),
        (",甲医院,,四级,,,,,", "级别", "四级", "不认识的医院级别"),
        (",甲医院,H3705230000,,,,,,", "医保编码", "H3705230000", "应为 12 位"),
        (",甲医院,X37052300001,,,,,,", "医保编码", "X37052300001", "应为 12 位"),
        (",甲医院,H37060200001,,,,,,", "医保编码", "H37060200001", "编码中的区划 370602 不属于东营市"),
        (",甲医院,H11050200001,,,,,,", "医保编码", "H11050200001", "编码中的区划 110502 不属于东营市"),
        (",甲医院,3.70523E+11,,,,,,", "医保编码", "3.70523E+11", "科学计数"),
        (",甲医院,,,芝罘区,,,,", "县区", "芝罘区", "东营市没有这个县（市、区）"),
        (",甲医院,,,,,体检,,", "开通业务", "体检", "不认识的业务“体检”"),
        (",甲医院,,,,,住院,全球,", "开通业务", "住院", "不认识的开通范围“全球”"),
        (",甲医院,,,,,,,2017-03-01", "开通日期", "2017-03-01", "没有写明开通的是哪项业务"),
        (",甲医院,,,,,住院,,2017年3月", "开通日期", "2017年3月", "不是有效的日期"),
        ("," + "长" * 101 + ",,,,,,,", "医院名称", "长" * 101, "超过 100 个字"),
        (",甲\x07医院,,,,,,,", "医院名称", "甲\x07医院", "控制字符"),
    ],
)
def test_faulty_row_is_told_with_row_column_value_and_cause(row, column, value, text):
    (fault,) = faults(listed(",乙医院,,,,,,,", row, heading=FULL))
    assert fault[:3] == (3, column, value)
    assert text in fault[3]


def test_all_faults_of_all_rows_are_told_at_once():
    data = listed(",甲医院,H1,四级,芝罘区,,,,", ",乙医院,,二级,,,,,", ",,,五级,,,,,", heading=FULL)
    assert [(row, column) for row, column, _, _ in faults(data)] == [
        (2, "医保编码"),
        (2, "级别"),
        (2, "县区"),
        (4, "医院名称"),
        (4, "级别"),
    ]


def test_duplicates_name_the_other_row():
    data = listed(
        "甲医院,H37052300001", "甲 医院,", "乙医院,H37052300001", "甲医院,H37052300001", heading="医院名称,医保编码"
    )
    assert faults(data) == [
        (3, "医院名称", "甲 医院", "与第 2 行重复"),
        (4, "医保编码", "H37052300001", "与第 2 行的编码重复"),
        (5, "医院名称", "甲医院", "与第 2 行重复"),
    ]


@pytest.mark.parametrize("code", ["H37052300001", "P37050000001", "H37057100001", "H37990000001", "H37000000001"])
def test_codes_of_the_city_its_counties_zones_and_the_province_are_good(code):
    assert not faults(listed(f"甲医院,{code}", heading="医院名称,医保编码"))


def test_code_of_a_hospital_elsewhere_is_a_fault_naming_it():
    Hospital.objects.filter(name="烟台山医院").update(code="H37990000001")
    ((row, column, _, text),) = faults(listed("甲医院,H37990000001", heading="医院名称,医保编码"))
    assert (row, column, text) == (2, "医保编码", "编码已属于烟台市的烟台山医院")


def test_name_and_code_that_belong_to_two_hospitals_are_a_fault():
    Hospital.objects.filter(name="广饶县人民医院").update(code="H37052300001")
    Hospital.objects.filter(name="广饶县中医院").update(code="H37052300002")
    heading = "医院名称,医保编码"
    assert "另有一家医院已用此名称" in faults(listed("广饶县中医院,H37052300001", heading=heading))[0][3]
    assert "名录中同名医院的编码是 H37052300002" in faults(listed("广饶县中医院,H37052300003", heading=heading))[0][3]


def test_two_rows_for_one_known_hospital_are_a_fault():
    Hospital.objects.filter(name="广饶县人民医院").update(code="H37052300001")
    data = listed("广饶县人民医院,", "广饶县总医院,H37052300001", heading="医院名称,医保编码")
    assert [fault[0] for fault in faults(data)] == [3]
    assert "与第 2 行同为名录中的广饶县人民医院" in faults(data)[0][3]


@pytest.mark.parametrize(
    ("row", "county"),
    [
        ("甲医院,东营市广饶县孙武路,", "370523"),
        ("甲医院,山东省广饶县花苑路,", "370523"),
        ("甲医院,山东省东营市利津县,", "370522"),
        ("甲医院,孙武路（广饶县城）,", None),
        ("广饶县第三医院,,", "370523"),
        ("东营市第三医院,,", None),
        ("东营广饶医院,,", None),
        ("甲医院,,H37052200001", "370522"),
        ("甲医院,,H37050000001", None),
        ("广饶县第三医院,东营市利津县,H37050500001", "370522"),
    ],
)
def test_county_of_a_new_hospital_is_taken_only_where_the_list_says_it(row, county):
    plan = forecast(listed(row, heading="医院名称,地址,医保编码"), strategy=ListStrategy.ADD).plan
    assert [step.final.county for step in plan.steps] == [county]


@pytest.mark.parametrize(
    ("text", "county"),
    [("广饶县", "370523"), ("广饶", "370523"), ("东营市广饶县", "370523"), ("市直", None), ("", None)],
)
def test_county_column_is_known_in_full_and_in_short(text, county):
    (step,) = forecast(listed(f"甲医院,{text}", heading="医院名称,县市区"), strategy=ListStrategy.ADD).plan.steps
    assert (step.entry.county, step.entry.row.faults) == (county, [])


# --- planning and applying -------------------------------------------------------------------------------------------


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


def test_history_says_who_and_what(django_user_model):
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


# --- undoing ---------------------------------------------------------------------------------------------------------

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


def test_undo_needs_a_reason_and_happens_once(supervisor):
    list_import = apply(upload(listed("甲医院"), strategy=ListStrategy.ADD))
    with pytest.raises(Refused, match="须填写理由"):
        undo(list_import=list_import, by=supervisor, reason=" ")
    undo(list_import=list_import, by=supervisor, reason="名单有误")
    with pytest.raises(Refused, match="当前状态为“已撤销”"):
        undo(list_import=list_import, by=supervisor, reason="名单有误")


@pytest.fixture
def supervisor(django_user_model):
    from hospitals.models import Post

    user = django_user_model.objects.create_user("主管")
    Post.objects.create(user=user, role="supervisor", area_id=DONGYING)
    return user


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


def test_undo_is_refused_where_an_added_hospital_is_in_use(used_hospital):
    with pytest.raises(Refused, match="新增的医院已在业务中使用：甲医院"):
        undo(list_import=used_hospital, by=None, reason="名单有误")
    assert Hospital.objects.filter(name="甲医院").exists()


@pytest.fixture
def used_hospital():
    """An import whose new hospital a claim points to; the claim's own constraints are no matter here."""
    list_import = apply(upload(listed("甲医院"), strategy=ListStrategy.ADD))
    relation = next(r for r in Hospital._meta.related_objects if r.related_model.__name__ == "Claim")
    table = relation.related_model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_name = %s AND is_nullable = 'NO' AND column_name <> 'id'",
            [table],
        )
        fillers = {"date": "current_date", "timestamp with time zone": "now()", "uuid": "gen_random_uuid()"}
        columns = {
            name: fillers.get(kind, "1" if kind in ("numeric", "integer", "bigint", "smallint") else "''")
            for name, kind in cursor.fetchall()
        }
        columns["hospital_id"] = str(Hospital.objects.get(name="甲医院").pk)
        columns["status"] = "'accepted'"
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(columns.values())})")
        cursor.execute("SET LOCAL session_replication_role = origin")
    return list_import


# --- who may, and at the same time -----------------------------------------------------------------------------------


def test_only_who_keeps_the_directory_of_the_area_may_import(django_user_model, supervisor):
    from hospitals.models import Post

    clerk = django_user_model.objects.create_user("窗口")
    Post.objects.create(user=clerk, role="clerk", area_id=DONGYING)
    with pytest.raises(Refused, match="没有“维护和导入机构目录”的权限"):
        upload(listed("甲医院"), by=clerk)
    with pytest.raises(Refused, match="没有“维护和导入机构目录”的权限"):
        upload(listed("甲医院"), area=YANTAI, by=supervisor)
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD, by=supervisor)
    for verb in (
        lambda: verbs.apply(list_import=list_import, by=clerk, on=TODAY),
        lambda: verbs.discard(list_import=list_import, by=clerk),
    ):
        with pytest.raises(Refused, match="权限"):
            verb()
    assert verbs.apply(list_import=list_import, by=supervisor, on=TODAY).applied_by == supervisor


def test_discarded_list_leaves_nothing_behind(supervisor):
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD, by=supervisor)
    verbs.discard(list_import=list_import, by=supervisor)
    list_import.refresh_from_db()
    assert (list_import.status, list_import.content) == (ListStatus.DISCARDED, None)
    assert not HospitalListRow.objects.exists()


def test_file_is_kept_only_until_it_is_applied():
    list_import = upload(listed("甲医院"), strategy=ListStrategy.ADD)
    assert bytes(HospitalListImport.objects.get(pk=list_import.pk).content) == listed("甲医院")
    apply(list_import)
    assert HospitalListImport.objects.get(pk=list_import.pk).content is None
