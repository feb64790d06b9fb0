"""The daily run: what has been settled stands in its month, so that what is due can be seen while the month runs."""

import datetime as dt

from django.db.models import Exists, OuterRef

from hospitals.access import portal_account
from hospitals.models import Area
from hospitals.reasons import Refused
from settlement.clearing.gathering import months_waiting
from settlement.clearing.months import gather_month
from settlement.models import Settlement


def gather_areas(*, on: dt.date) -> int:
    """Gather every month that something waits for and that is not applied for; how many.  Twice ends the same."""
    direct = Settlement.objects.filter(area=OuterRef("pk"), way="direct")
    gathered, portal = 0, portal_account()
    for area in Area.objects.filter(Exists(direct)).order_by("pk"):
        for month in months_waiting(area.pk, on.replace(day=1)):
            try:
                gather_month(by=portal, area=area, month=month, on=on)
            except Refused:  # applied for: finance takes it in, and compares again
                continue
            gathered += 1
    return gathered
