"""A database of the version before yearly accounts, with claims in every state, becomes one of today."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from pytest_django import DjangoDbBlocker

from config import database
from config.migrating import models_rendered_one_by_one
from filings.vocabulary import Scheme
from hospitals.access import portal_account
from hospitals.history import entries
from hospitals.models import Post
from hospitals.reasons import Refused
from hospitals.vocabulary import AreaKind, Role
from settlement.accounts.year import year_state
from settlement.claims import decisions, desk, steps
from settlement.models import AccountEntry, Claim, YearAccount
from settlement.vocabulary import ClaimStatus
from tests.settlement.office import ADMITTED, DISCHARGED, TODAY

EARLIER, OURS = ("settlement", "0003_claim_commitment"), {"hospitals", "filings", "settlement"}
CITIES = {"211200": ("铁岭市", "210000"), "110000": ("北京市", None), "210000": ("辽宁省", None)}
WAYS: dict[str, tuple[str, ...]] = {
    "accepted": (),
    "returned": ("in_review", "returned"),
    "in_review": ("in_review",),
    "approved": ("in_review", "approved"),
    "released": ("in_review", "approved", "released"),
    "refused": ("in_review", "refused"),
    "paid": ("in_review", "approved", "released", "paid"),
}


pytestmark = pytest.mark.xdist_group("upgrade")  # one database, upgraded once


@pytest.fixture(scope="module")
def upgraded(django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, int]]:
    """Keys of the claims, by the state that they had; the paid ones are `paid` and `paid again`, of the same person."""
    given = {"DATABASE_URL": os.environ["DATABASE_URL"]}
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(database.fresh(given))
        stack.enter_context(connected_to(urlsplit(given["DATABASE_URL"]).path.lstrip("/")))
        stack.enter_context(models_rendered_one_by_one())
        executor = MigrationExecutor(connection)
        newest = executor.loader.graph.leaf_nodes()
        state = executor.migrate([EARLIER, *(one for one in newest if one[0] not in OURS)])
        state.clear_delayed_apps_cache()
        keys = Earlier(state.apps).claims()
        MigrationExecutor(connection).migrate(newest)
        call_command("load_policies", verbosity=0)
        yield keys


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django works on another database of the server meanwhile."""
    here: Any = connection
    usual = here.settings_dict["NAME"]
    try:
        here.close()
        here.close_pool()
        here.settings_dict["NAME"] = name
        yield
    finally:
        here.close()
        here.close_pool()
        here.settings_dict["NAME"] = usual


class Earlier:
    """Rows as the earlier version held them."""

    def __init__(self, apps: Any) -> None:
        self.model: Callable[[str], Any] = lambda label: apps.get_model(label).objects
        for code, (called, above) in sorted(CITIES.items(), key=lambda city: city[1][1] is not None):
            kind, is_pool = AreaKind.CITY if above else AreaKind.PROVINCE, code != "210000"
            named = {"name": called, "full_name": called, "kind": kind, "parent_id": above, "is_pool": is_pool}
            self.model("hospitals.Area").create(code=code, is_served=True, **named)
        for code in ("370500", "370600", "370700", "370800"):
            named = {"name": code, "full_name": code, "kind": AreaKind.CITY, "is_pool": True, "is_served": True}
            self.model("hospitals.Area").create(code=code, **named)
        self.staff = {
            role: self.model("auth.User").create(username=role, last_name=role, password="!")
            for role in (Role.CLERK, Role.REVIEWER, Role.FINANCE)
        }
        for role, user in self.staff.items():
            self.model("hospitals.Post").create(user=user, role=role, area_id="211200")
        policy = {"area_id": "211200", "version": 9, "starts_on": dt.date(2019, 1, 1), "document": "示例"}
        self.policy = self.model("settlement.BenefitPolicy").create(status="draft", **policy)
        self.numbers = iter(range(1, 99))

    def claims(self) -> dict[str, int]:
        keys = {status: self.claim(status, self.person()) for status in WAYS if status != "paid"}
        person = self.person()
        keys["paid"] = self.claim("paid", person, used=("300.00", "5000.00"))
        keys["paid again"] = self.claim("paid", person, used=("1750.00", "18687.50"), day=40)
        return keys

    def person(self) -> Any:
        number = next(self.numbers)
        named = {"area_id": "211200", "name": f"示例{number}", "initials": f"sl{number}", "id_type": "99"}
        person = self.model("filings.InsuredPerson").create(id_number=f"SJ{number:04d}", **named)
        insured = {"area_id": "211200", "scheme": "employee", "employment": "active", "starts_on": dt.date(2015, 1, 1)}
        self.model("filings.Participation").create(person=person, **insured)
        return person

    def claim(self, status: str, person: Any, used: tuple[str, str] = ("0.00", "0.00"), day: int = 0) -> int:
        """25,000 yuan, of which 20,000 count; calculated on what the clerk was told of the year.  day: of payment."""
        clerk, at = self.staff[Role.CLERK], dt.datetime(2026, 3, 25, tzinfo=dt.UTC)
        stay = {"admitted_on": ADMITTED + dt.timedelta(day), "discharged_on": DISCHARGED + dt.timedelta(day)}
        claim = self.model("settlement.Claim").create(
            area_id="211200",
            person=person,
            scheme="employee",
            employment="active",
            category="temporary",
            tier="temporary",
            manual_reason="not_networked",
            scope="cross_province",
            treatment_area_id="110000",
            hospital_name="北京示例医院",
            hospital_level="3",
            diagnosis="肺炎",
            **stay,
            total=Decimal(25000),
            eligible=Decimal(20000),
            payee_name=person.name,
            payee_bank="示例银行",
            payee_account="6222000000000000",
            accepted_on=TODAY,
            made_by=clerk,
            entered_by=[clerk.pk],
            deductible_paid_this_year=Decimal(used[0]),
            fund_paid_this_year=Decimal(used[1]),
        )
        receipt = {"code": "11060125", "number": f"{claim.pk:010d}", "amount": Decimal(25000)}
        self.model("settlement.Receipt").create(claim=claim, **receipt)
        self.model("settlement.ClaimMaterial").create(claim=claim, material="original_receipts")
        claim.calculation = self.calculated(claim, used, stay)
        claim.save()
        for step in WAYS[status]:
            claim.status = step
            if step not in ("accepted", "in_review"):
                claim.reviewed_by, claim.reviewed_at = self.staff[Role.REVIEWER], at
                claim.review_reason = "示例" if step in ("returned", "refused") else ""
            if step in ("released", "paid"):
                claim.released_by, claim.released_at = self.staff[Role.FINANCE], at
            if step == "paid":
                claim.paid_by, claim.payment_reference = self.staff[Role.FINANCE], "YH0001"
                claim.paid_on = TODAY + dt.timedelta(day + 9)
            claim.version += 1
            claim.save()
        return int(claim.pk)

    def calculated(self, claim: Any, used: tuple[str, str], stay: dict[str, dt.date]) -> Any:
        lines = [("医疗费总额", "25000.00"), ("符合政策范围费用", "20000.00"), ("起付标准", "1450.00")]
        lines += [("统筹基金支付", "11862.50"), ("个人负担", "13137.50")]
        inputs: dict[str, Any] = {"area": "211200", "scheme": "employee", "employment": "active", "tier": "temporary"}
        inputs |= {name: day.isoformat() for name, day in stay.items()}
        inputs |= {"total": "25000.00", "eligible": "20000.00", "category": "temporary", "basis": "manual"}
        inputs |= {"deductible_paid_this_year": used[0], "fund_paid_this_year": used[1], "filing": None}
        result: dict[str, Any] = {"outcome": "calculated", "assumed": False, "deductible": "1450.00", "ratio": "0.65"}
        result |= {"fund": "11862.50", "personal": "13137.50", "warnings": [], "reasons": []}
        result["lines"] = [{"name": name, "amount": amount, "text": "", "source": ""} for name, amount in lines]
        result["tier"] = {"code": "temporary", "text": "示例", "source": ""}
        return self.model("settlement.Calculation").create(
            claim=claim,
            policy=self.policy,
            inputs=inputs,
            result=result,
            made_by=claim.made_by,
            fund=Decimal("11862.50"),
            personal=Decimal("13137.50"),
            total=Decimal(25000),
        )


def of(upgraded: dict[str, int], status: str) -> Claim:
    return Claim.objects.get(pk=upgraded[status])


@pytest.mark.parametrize("status", ["in_review", "approved", "released"])
def test_claim_not_paid_is_at_the_counter_again_and_its_history_says_why(upgraded: Any, status: str) -> None:
    claim = of(upgraded, status)
    assert (claim.status, claim.settlement, claim.stepped_by) == ("accepted", None, portal_account())
    assert claim.step_reason.startswith("系统升级")
    assert (claim.reviewed_by, claim.released_by, claim.review_reason) == (None, None, "")
    last = entries(claim)[0]
    assert (last.action, last.who, last.reason) == ("系统升级", "系统", claim.step_reason)


@pytest.mark.parametrize("status", ["accepted", "returned", "refused"])
def test_claim_without_settlement_stays_as_it_was(upgraded: Any, status: str) -> None:
    claim = of(upgraded, status)
    assert (claim.status, claim.settlement, claim.step_reason) == (status, None, "")
    assert claim.receipts.get().bars_others == (status != "refused")


def test_paid_claim_is_settled_as_it_was_recorded_and_the_account_holds_it(upgraded: Any) -> None:
    first, second = of(upgraded, "paid"), of(upgraded, "paid again")
    for claim in (first, second):
        settlement = claim.settlement
        assert settlement is not None
        assert (claim.status, settlement.calculation, settlement.settled_on) == (
            "paid",
            claim.calculation,
            claim.paid_on,
        )
        amounts = (settlement.hifp_pay, settlement.fund_pay_sumamt, settlement.psn_part_amt, settlement.act_pay_dedc)
        assert amounts == (Decimal("11862.50"), Decimal("11862.50"), Decimal("13137.50"), Decimal("1450.00"))
        assert settlement.receipts == [f"11060125 {claim.pk:010d}"]
    entries_of = AccountEntry.objects.filter(person=first.person).order_by("pk")
    assert [(entry.kind, entry.deductible, entry.paid) for entry in entries_of] == [
        ("carried_in", Decimal("300.00"), Decimal("5000.00")),
        ("settled", Decimal("1450.00"), Decimal("11862.50")),
        ("carried_in", Decimal("0.00"), Decimal("1825.00")),
        ("settled", Decimal("1450.00"), Decimal("11862.50")),
    ]
    account = YearAccount.objects.get(person=first.person)
    sums = (account.deductible, account.paid, account.personal_eligible, account.stays)
    assert sums == (Decimal("3200.00"), Decimal("30550.00"), Decimal("16275.00"), 2)


def test_every_page_of_an_upgraded_claim_opens(upgraded: dict[str, int]) -> None:
    for role in (Role.CLERK, Role.REVIEWER, Role.FINANCE):
        client = Client()
        client.force_login(Post.objects.get(role=role).user, backend="hospitals.access.PostBackend")
        for key in upgraded.values():
            claim = Claim.objects.select_related("settlement").get(pk=key)
            pages = [claim.get_absolute_url(), f"/claims/{key}/sheet/"]
            pages += [claim.settlement.get_absolute_url()] if claim.settlement else []
            assert [client.get(page).status_code for page in pages] == [200] * len(pages)
        assert client.get("/claims/").status_code == 200


def test_upgraded_claims_go_on_their_way(upgraded: dict[str, int]) -> None:
    """Submitted and reviewed anew; a paid one is reversed as any other."""
    clerk, reviewer = (Post.objects.get(role=role).user for role in (Role.CLERK, Role.REVIEWER))
    claim = of(upgraded, "released")
    with pytest.raises(Refused, match="重新计算"):
        steps.submit(by=clerk, claim=claim, version=claim.version)
    claim = desk.calculate_claim(by=clerk, claim=claim, version=claim.version)
    claim = steps.submit(by=clerk, claim=claim, version=claim.version)
    claim = decisions.approve(by=reviewer, claim=claim, version=claim.version)
    assert claim.settlement
    assert claim.settlement.calculation == claim.calculation
    assert claim.status == ClaimStatus.APPROVED
    paid = of(upgraded, "paid again")
    supervisor = Post.objects.create(
        user=User.objects.create(username="supervisor"), role=Role.SUPERVISOR, area=paid.area
    )
    paid = decisions.reverse(by=supervisor.user, claim=paid, version=paid.version, reason="示例")
    assert paid.status == ClaimStatus.REVERSED
    state = year_state(paid.person, ADMITTED, Scheme.EMPLOYEE)
    assert (state.fund_paid_this_year, state.stays_this_year) == (Decimal("18687.50"), 1)
