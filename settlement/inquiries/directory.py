"""What anybody may ask: networked hospitals, and agencies with their windows and telephones."""

import datetime as dt
from typing import Any

from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from hospitals.access import Right, User, reach_of
from hospitals.models import Area, Hospital, NetworkedService, ServiceHall

SHOWN = 30


def hospitals_answer(user: User, words: str, day: dt.date) -> dict[str, Any]:
    """Context of settlement/query_hospitals.html: those of a name, an address, a code or an area."""
    open_then = NetworkedService.objects.filter(Q(closed_on=None) | Q(closed_on__gte=day))
    rows = Hospital.objects.visible_to(user).networked().select_related("area", "county")
    found = _of_words(rows, user, words, ("name", "address", "code"))
    shown = list(found.prefetch_related(Prefetch("services", open_then))[: SHOWN + 1])
    return {"rows": [(one, _openings(one, day)) for one in shown[:SHOWN]], "has_more": len(shown) > SHOWN}


def agencies_answer(user: User, words: str) -> dict[str, Any]:
    """Context of settlement/query_agencies.html."""
    rows = ServiceHall.objects.visible_to(user).select_related("area")
    shown = list(_of_words(rows, user, words, ("name", "district", "address", "phone", "hotline"))[: SHOWN + 1])
    return {"rows": shown[:SHOWN], "has_more": len(shown) > SHOWN}


def areas_meant(user: User, words: str) -> Any:
    """Areas whose name holds the words, and those that lie in them; without words, the user's own."""
    if not words:
        return Area.objects.filter(pk__in=sorted(reach_of(user).areas_of(Right.ANSWER_CALLERS)))
    named = Q(full_name__contains=words) | Q(code=words)
    return Area.objects.filter(named)


def _of_words(rows: Any, user: User, words: str, columns: tuple[str, ...]) -> Any:
    areas = areas_meant(user, words).values("pk")
    wanted = Q(area__in=areas) | Q(county__in=areas)
    if words:
        for column in columns:
            wanted |= Q(**{f"{column}__icontains": words})
    return rows.filter(wanted)


def _openings(hospital: Hospital, day: dt.date) -> list[str]:
    """住院（跨省）2017-08-01 起: what is open on the day, and what will be."""
    told = []
    for opened in hospital.services.all():
        what = f"{opened.get_service_display()}（{opened.get_scope_display()}）"
        assumed = _("，日期待核定") if opened.opened_assumed else ""
        last = _("，至 {day}").format(day=opened.closed_on) if opened.closed_on else ""
        when = _("将于 {day} 开通") if opened.opened_on > day else _("{day} 起")
        told.append(f"{what} {when.format(day=opened.opened_on)}{last}{assumed}")
    return told
