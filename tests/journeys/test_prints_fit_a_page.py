"""What an office hands out on one sheet is printed on one sheet, however much is filled in."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from filings import desk
from filings.application import Agent, Application, Seen
from filings.identity import made_up_number
from filings.models import Filing
from filings.vocabulary import Category, Material, Relation, Variant
from hospitals.models import Area
from hospitals.vocabulary import Role
from tests import factories as make
from tests.filings.conftest import TODAY, filed

WORDY = {
    "hospital_name": "首都医科大学附属北京示例医院通州院区国际医疗部" * 2,
    "ward": "心血管内科重症监护病区第三护理单元",
    "condition": "突发胸痛两小时，伴大汗、恶心，既往高血压病史十年，心电图提示急性下壁心肌梗死，" * 4,
    "disease": "急性下壁ST段抬高型心肌梗死",
    "note": "随女儿居住，" * 30,
    "issuer_name": "烟台示例医院（集团）总院",
    "agent": Agent(
        "欧阳示例代办人", Relation.RELATIVE, "0535-12345678", made_up_number("370602", TODAY.replace(1970), 3)
    ),
}
PAGES = re.compile(rb"/Type\s*/Page\b(?!s)")
SHORT, LONG, PIXELS = 210 - 2 * 16, 297 - 2 * 16, 96 / 25.4  # millimetres between the margins of A4; pixels each


def wordy(category: Category, materials: tuple[Seen, ...], variant: Variant | None = None) -> Application:
    return Application(
        category=category,
        variant=variant,
        destination=Area.objects.get(code="370200"),
        filed_on=TODAY,
        admitted_on=TODAY,
        materials=materials,
        **WORDY,  # type: ignore[arg-type]
    )


@pytest.fixture
def filings(shipped: None) -> dict[str, Filing]:
    """By print: one filing each with as much on it as fields take."""
    clerk, reviewer = (make.staff(role, make.YANTAI, last_name="甲乙") for role in (Role.CLERK, Role.REVIEWER))
    yantai = Area.objects.get(code=make.YANTAI)

    def person() -> Any:
        employer = "烟台示例港口机械制造股份有限公司第一分公司"
        return make.ParticipationFactory(person__area=yantai, person__address="示例路" * 20, employer=employer).person

    approval = (Seen(Material.REFERRAL_APPROVAL_FORM), Seen(Material.REFERRAL_CERTIFICATE))
    native = (
        Seen(Material.REGISTRATION_FORM),
        Seen(Material.PHOTO_ONE_INCH, 3),
        Seen(Material.HOUSEHOLD_REGISTER, 1, 1),
    )
    referral = filed(clerk, person(), wordy(Category.REFERRAL, approval))
    returned = filed(clerk, person(), wordy(Category.REFERRAL, approval))
    desk.send_back(by=reviewer, filing=returned, reason="审批表缺转诊医院盖章，" * 27)
    return {
        "print/registration/": filed(clerk, person(), wordy(Category.RESETTLED_RETIREE, native, Variant.NATIVE_PLACE)),
        "print/referral/": desk.approve(by=reviewer, filing=referral, reason="符合转诊规定，" * 15),
        "print/supplement/": returned,
        "receipt/": referral,
    }


def test_each_print_fits_one_sheet(filings: dict[str, Filing], sign_in: Any) -> None:
    page = sign_in(make.staff(Role.CLERK, make.YANTAI))
    printed = {path: pages_of(page, f"/filings/{filing.pk}/{path}", filing.number) for path, filing in filings.items()}
    assert printed == dict.fromkeys(filings, 1)


def pages_of(page: Page, address: str, number: str) -> int:
    """On how many sheets it is printed; nothing of it may stand beyond the margin."""
    page.goto(address)
    expect(page.get_by_text(number).first).to_be_visible()
    page.emulate_media(media="print")
    broad = page.locator(".sheet.broad").count()
    page.set_viewport_size({"width": int((LONG if broad else SHORT) * PIXELS), "height": 900})
    beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert beyond <= 0, f"{address}: {beyond} px beyond the margin"
    return len(PAGES.findall(page.pdf(prefer_css_page_size=True, print_background=True)))
