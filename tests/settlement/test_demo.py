"""Demo data: people who could exist, loaded once."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from config.simulator.hospitals import HOUSES
from filings.models import Filing, InsuredPerson
from hospitals.vocabulary import Scope
from settlement.demo import BEIJING
from settlement.demo_gateway import TOLD_BY
from settlement.hospital_clearing.paying import confirm, make_batch
from settlement.models import BenefitPolicy, Claim, HospitalPayment, Recoupment, Settlement
from tests.settlement.platform import Ward

MEN = {"李为民", "孙建国", "刘洋", "周海", "于海波", "曲志强", "孔令辉", "郭振东", "冯建军", "许国强"}
WOMEN = {"王晓梅", "赵小雨", "陈淑芬", "高桂兰", "姜丽", "宋玉珍", "颜秀英", "马秀兰", "赵桂荣", "董丽娟"}


def load(capsys: Any) -> str:
    call_command("load_demo")
    return str(capsys.readouterr().out)


@pytest.fixture
def demo(db: Any, capsys: Any) -> str:
    """What loading it said."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL portal.environment = 'development'")
    call_command("load_directory")
    call_command("load_policies")
    capsys.readouterr()
    said = load(capsys)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the server does of itself, but for what no transaction has committed
    return said


def test_demo_people_have_the_sex_of_their_names(demo: str) -> None:
    sexes = dict(InsuredPerson.objects.values_list("name", "sex"))
    assert {name for name, sex in sexes.items() if sex == "1"} == MEN
    assert {name for name, sex in sexes.items() if sex == "2"} == WOMEN


def test_demo_data_is_loaded_once(demo: str, capsys: Any) -> None:
    def there() -> list[Any]:
        kept = (InsuredPerson, Filing, Claim, Recoupment, Settlement, BenefitPolicy)
        return [list(model.objects.order_by("pk").values()) for model in kept]

    before = there()
    assert all(before)
    assert load(capsys) == demo
    assert there() == before


def test_a_sample_of_benefits_says_that_it_is_one(demo: str) -> None:
    sample = BenefitPolicy.objects.get(area="370700", version=2)
    assert sample.document.startswith("示例")
    assert {row.assumed for rows in (sample.deductibles, sample.ratios, sample.ceilings) for row in rows.all()} == {
        True
    }


def test_books_of_the_simulated_hospitals_agree_with_the_demo_from_the_first_day(demo: str) -> None:
    """They have settled nothing yet; what the demo has told of stands in the books of other hospitals."""
    today = timezone.localdate()
    nothing = {"medfee_sumamt": "0", "fund_pay_sumamt": "0", "fixmedins_setl_cnt": 0}

    def said(code: str, name: str, place: str) -> set[str]:
        ward, found = Ward(home="211200", place=place, code=code, name=name), set()
        for days in (0, 31):
            last = today - dt.timedelta(days=days)
            period = {"stmt_begndate": str(last - dt.timedelta(days=30)), "stmt_enddate": str(last)}
            found.add(ward.ask("3201", {"data": nothing | period}).output["stmtinfo"]["stmt_rslt"])
        return found

    for house in HOUSES.values():
        assert said(house.code, house.name, house.area) == {"0"}, house.name
    assert said(*TOLD_BY[BEIJING], BEIJING) == {"1"}


def test_failed_payment_to_a_hospital_is_seen_put_right_and_in_the_next_list(demo: str, signed_in: Any) -> None:
    users = {name: User.objects.get(username=name) for name in ("finance", "finance-deputy", "supervisor", "auditor")}
    failed = HospitalPayment.objects.to_pay_again().get()
    hospital = failed.statement.hospital
    for user in users.values():
        page = signed_in(user).get("/clearing/hospitals/payments/failed/").content.decode()
        assert failed.number in page
        assert "示例：收款账户已销户" in page
    finance = signed_in(users["finance"])
    assert hospital.name in finance.get("/").content.decode()
    account = {
        "name": hospital.name,
        "bank": "示例银行",
        "account": "370500000000099999",
        "reason": "示例：医院来函更正",
    }
    assert finance.post(f"/clearing/hospitals/accounts/{hospital.pk}/", account).status_code == 302
    batch = make_batch(by=users["finance"], area=hospital.area, scope=Scope.CROSS_PROVINCE, on=timezone.localdate())
    assert failed.statement_id in batch.payments.values_list("statement", flat=True)
    confirm(by=users["finance-deputy"], batch=batch, version=batch.version)
    assert not HospitalPayment.objects.to_pay_again().exists()
