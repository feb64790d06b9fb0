"""Prints of a filing: which there are for it, and what stands on them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from filings import desk
from filings.application import Agent, Seen
from filings.models import Filing, InsuredPerson
from filings.vocabulary import Category, Material, Relation, Variant
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import APPROVAL, asking, filed

Insured = Callable[..., InsuredPerson]
NATIVE = (
    Seen(Material.REGISTRATION_FORM),
    Seen(Material.PHOTO_ONE_INCH, 3),
    Seen(Material.HOUSEHOLD_REGISTER, 1, 1),
)
AGENT = Agent("姜父", Relation.PARENT, "13900000001", "370602197005050126")


@pytest.fixture
def clerk(policies: None) -> User:
    return make.staff(Role.CLERK, *make.HOMES)


def a_filing(clerk: User, person: InsuredPerson, area: str) -> Filing:
    """The filing of which this area prints a form."""
    form = (Seen(Material.FILING_FORM), Seen(Material.RESIDENCE_PERMIT))
    here = {
        make.YANTAI: asking(
            Category.RESETTLED_RETIREE, variant=Variant.NATIVE_PLACE, destination="370100", materials=NATIVE
        ),
        make.DONGYING: asking(Category.POSTED_WORKER, materials=form),
        make.JINING: asking(materials=form, hospital_name="北京示例医院", agent=AGENT),
    }
    return filed(clerk, person, here[area])


@pytest.mark.clause("YT-01", "DY-03", "DY-04", "JN-04", "JN-06")
@pytest.mark.parametrize(
    ("area", "scheme", "title", "more"),
    [
        (make.YANTAI, "employee", "烟台市城镇基本医疗保险异地就医管理登记表", ["照片", "退休后回原籍居住"]),
        (make.DONGYING, "employee", "异地安置申请表", ["常驻异地工作人员"]),
        (make.JINING, "resident", "济宁市医疗保险异地居住人员备案表（市外）", ["北京示例医院", "姜父（父母）"]),
    ],
)
def test_registration_form_bears_the_name_its_document_gives_it(
    area: str, scheme: str, title: str, more: list[str], client: Client, clerk: User, insured: Insured
) -> None:
    filing = a_filing(clerk, insured(area, scheme=scheme), area)
    link = f"/filings/{filing.pk}/print/registration/"
    assert link in client.get(f"/filings/{filing.pk}/").content.decode()
    page = client.get(link).content.decode()
    for text in (f"<h1>{title}</h1>", filing.number, filing.person.name, filing.person.masked_id_number, *more):
        assert text in page
    assert filing.person.id_number not in page
    assert AGENT.id_number not in page
    assert ("照片" in page) is (area == make.YANTAI)
    for stamp in ("居委会", "社区", "居住地经办机构"):
        assert stamp not in page


@pytest.mark.clause("YT-04")
def test_referral_form_has_boxes_for_hospital_and_agency(
    client: Client, clerk: User, signed_in: Any, insured: Insured
) -> None:
    filing = filed(clerk, insured(make.YANTAI), asking(Category.REFERRAL, materials=APPROVAL, destination="370100"))
    link = f"/filings/{filing.pk}/print/referral/"
    page = client.get(link).content.decode()
    for text in ("<h1>烟台市城镇基本医疗保险异地转诊审批表</h1>", "医保办盖章", "□ 同意　□ 不同意", "山东省济南市"):
        assert text in page
    desk.approve(by=make.staff(Role.REVIEWER, make.YANTAI, last_name="审核甲"), filing=filing)
    page = client.get(link).content.decode()
    assert "同意转诊备案" in page
    assert "审核甲" in page


def test_notice_of_a_return_tells_everything_at_once(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured(make.YANTAI), asking(Category.REFERRAL, materials=APPROVAL, destination="370100"))
    link = f"/filings/{filing.pk}/print/supplement/"
    assert client.get(link)["Location"] == f"/filings/{filing.pk}/"
    assert link not in client.get(f"/filings/{filing.pk}/").content.decode()
    desk.send_back(by=make.staff(Role.REVIEWER, make.YANTAI), filing=filing, reason="审批表缺<转诊医院>盖章")
    assert link in client.get(f"/filings/{filing.pk}/").content.decode()
    page = client.get(link).content.decode()
    for text in (
        "异地就医备案补正通知书",
        "审批表缺&lt;转诊医院&gt;盖章",
        "异地转诊审批表",
        "《烟台城镇基本医疗保险异地就医管理结算流程》一（二）",
        "原申请日期保留",
    ):
        assert text in page


def test_notice_names_what_was_promised_and_is_not_there(client: Client, clerk: User, insured: Insured) -> None:
    filing = make.FilingFactory(
        person=insured(),
        status="returned",
        reviewed_by=clerk,
        reviewed_at="2026-03-11T00:00Z",
        review_reason="请补正",
        decision={
            **make.FilingFactory.build().decision,
            "policy": {"document": "示例文件", "version": 1, "starts_on": "2026-01-01", "starts_assumed": False},
            "required": [
                {
                    "one_of": ["residence_permit"],
                    "originals": None,
                    "copies": None,
                    "note": "",
                    "condition": "",
                    "section": "三（二）",
                    "lacking": True,
                }
            ],
        },
    )
    page = client.get(f"/filings/{filing.pk}/print/supplement/").content.decode()
    assert "未收，须补交" in page
    assert "《示例文件》三（二）" in page


def test_filing_without_a_form_prints_none(client: Client, clerk: User, insured: Insured) -> None:
    filing = filed(clerk, insured())
    assert "/print/" not in client.get(f"/filings/{filing.pk}/").content.decode()
    for kind in ("registration", "referral", "supplement"):
        reply = client.get(f"/filings/{filing.pk}/print/{kind}/", follow=True)
        assert "没有这份表格" in reply.content.decode()
    assert client.get(f"/filings/{filing.pk}/print/nonsense/").status_code == 404


def test_form_of_a_filing_older_than_its_title_is_named_for_the_area(clerk: User, insured: Insured) -> None:
    from filings.prints import REGISTRATION, form_title

    filing = a_filing(clerk, insured(make.YANTAI), make.YANTAI)
    for group in filing.decision["required"]:
        del group["title"]
    assert form_title(filing, REGISTRATION) == "烟台市异地就医管理登记表"


def test_print_elsewhere_is_not_found(signed_in: Any, clerk: User, insured: Insured) -> None:
    filing = a_filing(clerk, insured(make.YANTAI), make.YANTAI)
    stranger = signed_in(make.staff(Role.CLERK, make.TIELING))
    assert stranger.get(f"/filings/{filing.pk}/print/registration/").status_code == 404
