"""What is shipped: areas of the country, halls and hospital lists, exactly as the documents print them."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from hospitals.directory import agencies
from hospitals.models import Area, Hospital, NetworkedService, ServiceHall
from hospitals.national_areas import national_areas

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

YANTAI = {
    "毓璜顶医院": "3",
    "烟台山医院": "3",
    "烟台市中医医院": "3",
    "解放军第107医院": "3",
    "芝罘医院": "2",
    "海港医院": "2",
    "牟平区人民医院": "2",
}
DONGYING = {
    "胜利油田中心医院": "东营市东营区济南路31号",
    "中国石化集团胜利石油管理局胜利医院": "东营市东营区北二路107号",
    "东营市人民医院": "东营市东营区南一路317号",
    "东营市垦利区人民医院": "东营市垦利区新兴路99号",
    "东营市河口区中医院": "东营市河口区义和镇义兴路1号",
    "东营市正骨医院": "东营市广饶县孙武路1132号",
    "东营乐安糖尿病肾病医院": "东营市广饶县府前街东首",
    "广饶县人民医院": "山东省广饶县花苑路180号",
    "东营市第二人民医院": "东营市广饶县大王镇长春路28号",
    "东营肛肠病医院": "东营市广饶县开发区孙武路西侧",
    "广饶县中医院": "东营市广饶县城迎宾路249号",
    "利津县中心医院": "东营市利津县利一路132号",
    "东营同安胸外科医院": "东营市广饶县乐安大街860号",
}
JINING = [
    "济宁医学院附属医院",
    "济宁市第一人民医院",
    "济宁市中医院",
    "济宁市传染病医院",
    "济宁市精神病防治院",
    "济宁市肿瘤医院",
    "济宁市第二人民医院",
    "金乡县人民医院",
    "金乡县中医院",
    "微山县人民医院",
    "兖州区人民医院",
    "兖州区中医院",
    "嘉祥县人民医院",
    "邹城市中医院",
    "鱼台县人民医院",
    "汶上县人民医院",
    "汶上县中医院",
    "泗水县人民医院",
    "曲阜市人民医院",
    "梁山县人民医院",
]
HOTLINES = {
    "奎文区": "6028728",
    "潍城区": "8188323",
    "寒亭区": "7909603",
    "坊子区": "7670333",
    "临朐县": "3319700",
    "青州市": "3223506",
    "昌乐县": "6258256",
    "诸城市": "6072928",
    "寿光市": "5260521",
    "安丘市": "2512770",
    "高密市": "2517398",
    "昌邑市": "7191503",
    "高新区": "8191311-8371",
    "滨海区": "5339860",
    "峡山区": "7737932",
    "保税区": "8890798",
    "市直（市本级）": "8102788",
}


@pytest.fixture
def directory(db):
    call_command("load_directory", verbosity=0)


def hospitals(area, *fields):
    return list(Hospital.objects.filter(area=area).order_by("pk").values_list(*fields, flat=len(fields) == 1))


def test_areas_are_those_of_today_each_under_its_parent():
    areas = {area.code: area for area in national_areas()}
    seen = set()
    for area in areas.values():
        assert area.parent is None or area.parent in seen
        seen.add(area.code)
        assert re.fullmatch(r"\d{6}", area.code)
        assert area.full_name.endswith(area.name)
    assert areas["370811"].name == "任城区"  # 郊区 until 1992
    assert areas["370812"].full_name == "山东省济宁市兖州区"
    assert not {"370882", "370802", "370521", "371200", "429001"} & areas.keys()  # no longer areas of their own
    assert not {"370701", "110100", "500200", "419000"} & areas.keys()  # 市辖区 and other headings
    assert not {area.name for area in areas.values()} & {"市辖区", "县", "省直辖县级行政单位", "自治区直辖县级行政单位"}
    assert areas["110101"].full_name == "北京市东城区"
    assert areas["211221"].full_name == "辽宁省铁岭市铁岭县"
    kinds = [area.kind for area in areas.values()]
    assert (kinds.count("province"), kinds.count("city")) == (34, 333)


def test_pools_are_cities_municipalities_and_counties_directly_under_a_province():
    areas = {area.code: area for area in national_areas()}
    assert all(areas[code].is_pool for code in ("370600", "110000", "500000", "429004", "441900"))
    assert not any(areas[code].is_pool for code in ("370000", "370682", "110101", "460000"))


@pytest.mark.clause("TL-01")
def test_hong_kong_macau_and_taiwan_are_not_served():
    assert {area.code: area.name for area in national_areas() if not area.is_served} == {
        "710000": "台湾省",
        "810000": "香港特别行政区",
        "820000": "澳门特别行政区",
    }


@pytest.mark.clause("YT-16")
def test_yantai_has_seven_hospitals_with_their_level_and_nothing_more(directory):
    assert dict(hospitals("370600", "name", "level")) == YANTAI
    assert set(hospitals("370600", "level_text")) == {"三级", "二级"}
    assert set(hospitals("370600", "code", "address", "phone", "batch")) == {("", "", "", "")}
    assert [pair for pair in hospitals("370600", "name", "county_id") if pair[1]] == [("牟平区人民医院", "370612")]


@pytest.mark.clause("DY-12")
def test_dongying_has_thirteen_hospitals_with_addresses(directory):
    assert hospitals("370500", "name", "address") == list(DONGYING.items())
    assert set(hospitals("370500", "code", "phone", "level", "level_text")) == {("", "", "", "")}
    counties = dict(Area.objects.filter(parent="370500").values_list("code", "name"))
    assert all(counties[county] in address for county, address in hospitals("370500", "county_id", "address"))


@pytest.mark.clause("JN-02")
def test_jining_has_twenty_hospitals_and_a_batch_where_the_article_names_one(directory):
    assert hospitals("370800", "name") == JINING
    assert [pair for pair in hospitals("370800", "name", "batch") if pair[1]] == [
        ("济宁市第一人民医院", "首批"),
        ("济宁市肿瘤医院", "第二批"),
    ]
    assert set(hospitals("370800", "code", "address", "phone", "level", "level_text")) == {("", "", "", "", "")}
    named = Hospital.objects.filter(area="370800", county__isnull=False)
    assert named.count() == 13
    assert all(hospital.name.startswith(hospital.county.name) for hospital in named.select_related("county"))


@pytest.mark.clause("WF-06", "WF-07")
def test_weifang_has_seventeen_windows_and_hotlines_tied_to_their_areas(directory):
    halls = list(ServiceHall.objects.filter(area="370700").select_related("county"))
    assert {hall.district: hall.hotline for hall in halls} == {
        district: f"0536-{number}" for district, number in HOTLINES.items()
    }
    assert len({hall.address for hall in halls}) == 17
    assert all(hall.county.parent_id == "370700" and hall.county.name == hall.district for hall in halls if hall.county)
    assert {hall.district for hall in halls if not hall.county} == {
        "高新区",
        "滨海区",
        "峡山区",
        "保税区",
        "市直（市本级）",
    }


@pytest.mark.clause("TL-07")
def test_tieling_has_two_windows_with_their_telephones(directory):
    assert list(ServiceHall.objects.filter(area="211200").values_list("name", "phone", "county")) == [
        ("铁岭市医疗保障事务服务中心", "024-74849067", None),
        ("铁岭县医疗保障事务服务中心", "024-79091126", "211221"),
    ]


@pytest.mark.clause("DY-08")
def test_dongying_has_its_information_centre(directory):
    assert list(ServiceHall.objects.filter(area="370500").values_list("name", "phone")) == [
        ("东营市信息中心", "0546-6378656")
    ]


def test_services_opened_are_those_of_the_documents_and_marked_where_the_day_is_assumed(directory):
    opened = NetworkedService.objects.all()
    assert {(o.hospital.area_id, o.service, o.scope) for o in opened.select_related("hospital")} == {
        ("370600", "inpatient", "in_province"),
        ("370500", "inpatient", "cross_province"),
        ("370800", "inpatient", "cross_province"),
    }
    assert opened.count() == 40
    assert not opened.filter(opened_assumed=False).exists()
    assert opened.get(hospital__name="济宁市第一人民医院").opened_on == dt.date(2017, 3, 1)
    assert opened.get(hospital__name="济宁市肿瘤医院").opened_on == dt.date(2017, 10, 1)


def test_every_shipped_row_has_its_source(directory):
    for model in (ServiceHall, Hospital, NetworkedService):
        assert model.objects.exists()
        assert not model.objects.exclude(source__startswith="《").exists()


@pytest.mark.django_db
def test_loading_again_changes_nothing_and_brings_nothing_back(django_assert_max_num_queries):
    call_command("load_directory", verbosity=0)
    Hospital.objects.filter(name="海港医院").update(name="烟台海港医院", phone="0535-6742001")
    Hospital.objects.filter(name="芝罘医院").delete()
    ServiceHall.objects.filter(area="211200").update(phone="024-1")
    Area.objects.filter(code="370600").update(name="烟臺")
    before = list(Hospital.objects.order_by("pk").values())
    with django_assert_max_num_queries(30):
        call_command("load_directory", verbosity=0)
    assert list(Hospital.objects.order_by("pk").values()) == before
    assert ServiceHall.objects.filter(area="211200", phone="024-1").count() == 2
    assert Area.objects.get(code="370600").name == "烟台市"
    assert Area.objects.count() == 3214


@pytest.mark.skipif(not SEEDS.exists(), reason="the documents are not beside this clone")
@pytest.mark.parametrize(
    ("area", "document"),
    [("370600", "000"), ("370500", "001"), ("370700", "002"), ("370800", "003"), ("211200", "004")],
)
def test_every_shipped_text_stands_in_its_document(area, document):
    (path,) = SEEDS.glob(f"{document}_*.txt")
    text = re.sub(r"\s+", "", path.read_text(encoding="utf-8"))
    (agency,) = (agency for agency in agencies() if agency["area"] == area)
    for hospital in agency.get("hospitals", []):
        assert hospital["name"] in text
        assert hospital.get("address", "") in text
        assert hospital.get("level_text", "") in text
        assert hospital.get("batch", "") in text
    for hall in agency.get("halls", []):
        assert hall.get("address", "") in text
        assert hall.get("phone", "") in text
        assert hall.get("hotline", "0536-").removeprefix("0536-") in text
        assert all(part in text for part in re.split("[（）]", hall["district"]))
