"""Findings, payments and recoupments in Django admin: to look at, nothing to change."""

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from hospitals.vocabulary import Role
from settlement.models import Recoupment
from tests import factories as make
from tests.settlement.finding import direct
from tests.settlement.payments import drafted, released
from tests.settlement.recoupments import ON, in_state

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.ignore_template_errors,  # Django's own admin templates ask for what is not there
]


def finding(office: Any) -> Any:
    """A claim of a stay that was settled at the hospital as well."""
    direct(office)
    return office.accept().findings.get()


def payment(office: Any) -> Any:
    return drafted(office, released(office)).payments.get()


def recoupment(office: Any) -> Recoupment:
    return in_state(office, "settled")


@pytest.mark.parametrize("made", [finding, payment, recoupment])
def test_supervisor_looks_at_the_area_and_changes_nothing(
    office: Any, signed_in: Any, made: Callable[[Any], Any]
) -> None:
    row = made(office)
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    pages = {verb: reverse(f"{name}_{verb}", args=[row.pk]) for verb in ("change", "history", "delete")}
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.TIELING))
    assert row.number in supervisor.get(reverse(f"{name}_changelist")).content.decode()
    page = supervisor.get(pages["change"]).content.decode()
    assert (row.number in page, 'name="_save"' in page) == (True, False)
    assert supervisor.get(pages["history"]).context["history"]
    assert supervisor.post(pages["change"], {"status": "paid"}).status_code == 403
    assert supervisor.post(pages["delete"], {"post": "yes"}).status_code == 403
    elsewhere = signed_in(make.staff(Role.SUPERVISOR, make.WEIFANG))
    assert row.number not in elsewhere.get(reverse(f"{name}_changelist")).content.decode()
    assert elsewhere.get(pages["change"]).status_code == 302


def test_account_of_a_payment_is_masked(office: Any, signed_in: Any) -> None:
    row = payment(office)
    supervisor = signed_in(make.staff(Role.SUPERVISOR, make.TIELING))
    for page in ("/admin/settlement/payment/", f"/admin/settlement/payment/{row.pk}/change/"):
        assert row.payee_account not in supervisor.get(page).content.decode()


def test_recoupment_shows_what_came_in(office: Any, signed_in: Any) -> None:
    row = recoupment(office)
    page = signed_in(make.staff(Role.SUPERVISOR, make.TIELING)).get(f"/admin/settlement/recoupment/{row.pk}/change/")
    receipt = row.receipts.get()
    assert (receipt.reference in page.content.decode(), receipt.received_on) == (True, ON)
