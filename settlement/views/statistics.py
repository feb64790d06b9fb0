"""Statistics of settlements: one page of numbers, charts and the table beside them, and the same as a file (JN-01)."""

import datetime as dt

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from hospitals.access import Right, StaffRequest, reach_of, require
from hospitals.exports import FORMATS, export
from settlement.forms.statistics import StatisticsForm
from settlement.statistics.counting import count
from settlement.statistics.shown import Shown, exported, shown
from settlement.vocabulary import Grouping


@require_GET
def statistics(request: StaffRequest) -> HttpResponseBase:
    """This year so far, unless other days are asked for."""
    require(request.user, Right.SEE_STATISTICS)
    today = timezone.localdate()
    given = {"since": f"{today.year}-01-01", "until": f"{today}", "by": Grouping.MONTH.value}
    given |= {key: str(value) for key, value in request.GET.items() if value and key != "export"}
    form = StatisticsForm(given, user=request.user)
    found = None
    if form.is_valid():
        asked = form.asked()
        found = shown(count(request.user, asked), asked)
    kind = request.GET.get("export", "")
    if kind:
        require(request.user, Right.EXPORT)
        if found is None or kind not in FORMATS:
            raise Http404
        return _file(kind, found, form)
    context = {
        "form": form,
        "one": found,
        "tabs": [(by, by is (found and found.by), _link(given, by=by.value)) for by in Grouping],
        "periods": [
            (label, _link(given, since=f"{since}", until=f"{until}")) for label, since, until in _periods(today)
        ],
        "may_export": reach_of(request.user).has(Right.EXPORT),
        "exports": [(label, _link(given, export=kind)) for kind, label in FORMATS.items()],
    }
    template = (
        "settlement/statistics_body.html" if request.htmx.target == "statistics" else "settlement/statistics.html"
    )
    response: HttpResponse = render(request, template, context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def _file(kind: str, found: Shown, form: StatisticsForm) -> HttpResponseBase:
    days = form.cleaned_data
    name = _("异地就医结算统计 {since} 至 {until}").format(since=days["since"], until=days["until"])
    return export(kind, name, *exported(found))


def _link(given: dict[str, str], **changes: str) -> str:
    return "?" + urlencode(given | changes)


def _periods(today: dt.date) -> list[tuple[str, dt.date, dt.date]]:
    first = today.replace(day=1)
    last = first - dt.timedelta(1)
    year = today.replace(month=1, day=1)
    return [
        (_("本月"), first, today),
        (_("上月"), last.replace(day=1), last),
        (_("今年"), year, today),
        (_("去年"), year.replace(year=year.year - 1), year - dt.timedelta(1)),
    ]
