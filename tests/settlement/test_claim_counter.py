"""The counter form with its panel."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from hospitals.vocabulary import Role
from settlement.models import Claim, Receipt
from settlement.vocabulary import ClaimStatus
from tests import factories as make
from tests.settlement.counter import form_data, new, panel
from tests.settlement.office import SHENYANG, a_person, a_receipt, an_entry
from tests.settlement.tickets import stored_ticket

S = ClaimStatus


# accepting


def test_counter_form_takes_a_claim_in(office, clerk):
    reply = new(office.person, clerk)
    claim = Claim.objects.get()
    assert (reply.status_code, reply["Location"]) == (302, f"/claims/{claim.pk}/")
    assert (claim.accepted_on, claim.made_by, claim.payee_account) == (
        timezone.localdate(),
        office.clerk,
        "6222000000000000000",
    )
    assert (claim.total, claim.eligible, claim.discharged_on) == (
        Decimal("25000.00"),
        Decimal("20000.00"),
        dt.date(2026, 3, 12),
    )
    assert sorted(claim.receipts.values_list("number", "amount")) == [
        ("0000000001", Decimal("20000.00")),
        ("0000000002", Decimal("5000.00")),
    ]
    assert claim.calculation.fund == Decimal("11862.50")


def test_form_sent_twice_leads_to_the_same_claim(office, clerk):
    data = form_data()
    links = {clerk.post(f"/claims/new/?person={office.person.pk}", data)["Location"] for _ in range(2)}
    assert links == {f"/claims/{Claim.objects.get().pk}/"}


@pytest.mark.parametrize(
    "amount", ["-1", "NaN", "Infinity", "1e400", "0.005", "1" * 20, "一百", "1,00", "0x10", "１e2"]
)
@pytest.mark.parametrize("field", ["total", "eligible", "receipts-0-amount"])
def test_hostile_amount_is_refused_and_comes_back_as_typed(office, clerk, field, amount):
    reply = new(office.person, clerk, **{field: amount})
    page = reply.content.decode()
    assert reply.status_code == 422
    assert f'value="{amount}"' in page
    assert not Claim.objects.exists()
    panel(office.person, clerk, **{field: amount})


@pytest.mark.parametrize("amount", ["１２,３４５.６", "¥12,345.60", " 12345.6 "])
def test_amount_as_clerks_write_it_is_read(office, clerk, amount):
    new(office.person, clerk, eligible=amount)
    assert Claim.objects.get().eligible == Decimal("12345.60")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"treatment_area": "没有这个市"}, "没有找到"),
        ({"treatment_area": ""}, "这个字段是必填项"),
        ({"treatment_area": "铁岭市"}, "参保地以外"),
        ({"hospital_level": ""}, "联网医院目录未载明级别"),
        ({"admitted_on": "2026-02-30"}, "应如 2026-03-10"),
        ({"admitted_on": "2026-03-13"}, "出院日期不能早于入院日期"),
        ({"discharged_on": "2999-01-01"}, "出院日期不能晚于受理日期"),
        ({"eligible": "25000.01"}, "不能大于医疗费总额"),
        ({"category": ""}, "请选择就医类别"),
        ({"category": "posted_worker"}, "不在可用的选项中"),
        ({"receipts-0-check_code": "12345"}, "应为6位"),
        ({"receipts-0-number": "票0001"}, "应为数字或字母"),
        ({"receipts-2-number": "0000000001"}, "与第1张票据重复"),
        ({"receipts-0-code": None, "receipts-0-number": None, "receipts-0-amount": None}, "这个字段是必填项"),
        ({"receipts-TOTAL_FORMS": "0"}, "至少登记一张票据"),
        ({"receipts-TOTAL_FORMS": "nonsense"}, "ManagementForm"),
        ({"material-original_receipts-originals": "0"}, "请填份数"),
        ({"material-original_receipts-originals": "-1"}, "大于或等于"),
        ({"material-outpatient_record-seen": "on", "material-outpatient_record-absent": "on"}, "不能注明"),
        ({"payee_account": "62220000A"}, "应为8至30位数字"),
        ({"diagnosis": "肺\x00炎"}, "不允许"),
        ({"request_token": "x"}, "页面已失效"),
    ],
)
def test_fault_is_said_and_everything_typed_comes_back(office, clerk, changes, said):
    reply = new(office.person, clerk, **changes)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert said in page
    assert not Claim.objects.exists()
    typed = [value for key, value in form_data(**changes).items() if key in ("diagnosis", "payee_bank", "eligible")]
    assert all(value.replace("\x00", "") in page.replace("\x00", "") for value in typed)


def test_receipt_of_another_claim_is_named_at_its_row(office, clerk):
    taken = office.accept(an_entry(receipts=(a_receipt(code="11060125", number="0000000002"),)))
    page = new(office.person, clerk).content.decode()
    row = page.split('name="receipts-2-number"')[1].split("</tr>")[0]
    assert f"票据 11060125 0000000002 已用于报销件 {taken.number}（铁岭市）" in row


def test_receipt_taken_between_form_and_verb_is_said_above_the_form(office, clerk, monkeypatch):
    taken = office.accept(an_entry(receipts=(a_receipt(code="11060125", number="0000000002"),)))
    monkeypatch.setattr("settlement.forms.claim.taken", lambda keys, **_: {})
    reply = new(office.person, clerk)
    assert reply.status_code == 422
    assert f"已用于报销件 {taken.number}（铁岭市）" in reply.content.decode()
    assert (Claim.objects.count(), Receipt.objects.count()) == (1, 1)


def test_directory_hospital_brings_its_level(office, clerk):
    hospital = make.HospitalFactory(area__code=SHENYANG, name="沈阳示例医院", level="3A")
    new(office.person, clerk, hospital_level="")
    claim = Claim.objects.get()
    assert (claim.hospital, claim.hospital_level) == (hospital, "3A")


def test_hospital_names_are_those_of_the_place(office, clerk):
    make.HospitalFactory(area__code=SHENYANG, name="沈阳第一医院", level="3")
    make.HospitalFactory(area__code=make.BEIJING, name="北京第一医院")
    reply = clerk.get("/claims/hospitals/", {"treatment_area": "沈阳", "hospital_name": "第一"}).content.decode()
    assert ("沈阳第一医院" in reply, "三级" in reply, "北京" in reply) == (True, True, False)
    assert clerk.get("/claims/hospitals/", {"treatment_area": "?" * 80}).content.decode().strip() == ""


def test_hotline_is_suggested_hospitals_for_a_ticket(office, signed_in):
    """Whoever may read the directory; the form asks for what is typed into it, in the dialog of a correction too."""
    make.HospitalFactory(area__code=SHENYANG, name="沈阳第一医院", level="3")
    hotline = signed_in(make.staff(Role.HOTLINE, make.TIELING))
    reply = hotline.get("/claims/hospitals/", {"treatment_area": "沈阳", "hospital_name": ""}).content.decode()
    assert "沈阳第一医院" in reply
    assert 'hx-get="/claims/hospitals/"' in hotline.get("/tickets/new/").content.decode()
    ticket = stored_ticket(make.TIELING)
    page = hotline.get(ticket.get_absolute_url()).content.decode()
    assert 'hx-include="#correct_treatment_area, #correct_hospital_name"' in page


def test_clerk_of_one_hall_accepts_there(office, signed_in):
    hall = make.HallFactory(area=office.person.area)
    client = signed_in(make.staff(Role.CLERK, hall=hall))
    assert "受理窗口" in client.get(f"/claims/new/?person={office.person.pk}").content.decode()
    new(office.person, client, hall=str(hall.pk))
    assert Claim.objects.get().hall == hall


@pytest.mark.parametrize("person", ["", "0", "abc", "9" * 30])
def test_counter_form_without_a_person_to_see(clerk, person):
    assert clerk.get(f"/claims/new/?person={person}").status_code == (404 if person else 200)


# the panel


def test_panel_shows_each_line_with_its_clause(office, clerk):
    shown = panel(office.person, clerk)
    for words in ("11,862.50", "13,137.50", "起付标准", "1750.00", "0.65", "最高支付限额未配置", "临时外出待遇"):
        assert words in shown
    assert "《铁岭市参保人员异地就医联网结算服务指南》二2" in shown
    assert "票据合计" in shown
    assert "不一致" not in shown
    assert not Claim.objects.exists()


def test_panel_says_what_is_still_needed(office, clerk):
    shown = panel(office.person, clerk, admitted_on="", total="x")
    assert "填好入院日期、医疗费总额后" in shown


def test_panel_says_what_is_not_configured(office, clerk):
    shown = panel(office.person, clerk, category="emergency")
    assert "待遇未配置，不能计算" in shown
    assert "文件未给出本地待遇表" in shown


def test_panel_says_why_a_stay_is_refused(office, clerk):
    assert "须有覆盖入院日期的备案" in panel(office.person, clerk, category="referral")


def test_panel_follows_the_filing(office, clerk):
    filing = office.file(destination__code=SHENYANG, scope="in_province")
    shown = panel(office.person, clerk, category="")
    assert filing.number in shown
    assert "13,687.50" in shown


def test_panel_warns_of_receipts_that_do_not_make_the_total(office, clerk):
    shown = panel(office.person, clerk, total="25001")
    assert "与医疗费总额不一致" in shown


@pytest.mark.clause("YT-08")
def test_panel_brings_the_checklist_of_the_category(office, clerk):
    person = a_person(make.YANTAI)
    shown = panel(person, clerk, category="emergency")
    assert 'id="checklist"' in shown
    assert "异地急诊费用申报表" in shown
    assert "有门诊病历时提供" in shown
    key = shown.split('name="checklist" value="')[1].split('"')[0]
    assert 'id="checklist"' not in panel(person, clerk, category="emergency", checklist=key)


def test_panel_says_that_tieling_lists_no_materials(office, clerk):
    page = clerk.get(f"/claims/new/?person={office.person.pk}").content.decode()
    assert "文件未列明手工报销材料，按实收登记" in page
