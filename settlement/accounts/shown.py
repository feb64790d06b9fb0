"""What the books show elsewhere: a settlement's badge and amounts, the year's accounts on a person's page."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import InsuredPerson
from filings.panels import Panel
from hospitals.access import Right, StaffRequest, reach_of
from hospitals.listing import badge
from settlement.accounts.bookkeeping import OF_SETLINFO
from settlement.models import Settlement, YearAccount


class Amount(NamedTuple):
    """One amount of a settlement under its national name.  value: None where it is not known."""

    name: str
    label: str
    value: Decimal | None


def state_of(settlement: Settlement) -> str:
    """settlement: with `reversal` joined in, where there are many."""
    if settlement.reverses_id:
        return _("冲正")
    return _("已冲正") if getattr(settlement, "reversal", None) else _("有效")


def settlement_badge(settlement: Settlement) -> SafeString:
    state = state_of(settlement)
    return badge(state, {_("有效"): "good", _("冲正"): "bad"}.get(state, "warn"))


def amounts_of(settlement: Settlement) -> list[Amount]:
    """In the order of the interface; what the calculation did not know is not shown as nought."""
    known = settlement.calculation.result.get("setlinfo") or {}
    return [
        Amount(
            name,
            str(Settlement._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
            None if known.get(name) is None else getattr(settlement, name),
        )
        for name in OF_SETLINFO
    ]


def accounts_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """What the person's latest years have used; nothing for whoever may not see claims here."""
    if person.area_id not in reach_of(request.user).areas_of(Right.SEE_CLAIMS):
        return None
    year = timezone.localdate().year
    accounts = list(YearAccount.objects.filter(person=person, year__gte=year - 1))
    context = {"accounts": accounts, "person": person, "link": reverse("person_accounts", args=[person.pk])}
    return Panel(section=SafeString(render_to_string("settlement/person_accounts.html", context)), order=58)


def years_of(person: InsuredPerson) -> Iterator[int]:
    """The years that have an account, the newest first."""
    yield from YearAccount.objects.filter(person=person).order_by("-year").values_list("year", flat=True).distinct()
