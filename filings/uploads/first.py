"""异地备案信息首次上传: filings that came into the database without the outbox, as at the start of an agency."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from filings.models import Filing
from filings.models.filing_lifecycle import FilingStatus
from filings.models.upload_triggers import filings_in_effect
from hospitals.access import portal_account
from hospitals.history import doing
from hospitals.models import Area

NEVER_TOLD = "NOT EXISTS (SELECT FROM filings_upload told WHERE told.filing_id = f.id)"


def count_untold(area: Area) -> int:
    return Filing.objects.asked_for().filter(area=area, status=FilingStatus.ACTIVE, uploads=None).count()


def tell_for_the_first_time(area: Area) -> int:
    """Put every filing in effect of which nothing was ever told into the outbox; again, there is nothing to do."""
    with transaction.atomic(), doing(_("首次上报"), by=portal_account()), connection.cursor() as cursor:
        cursor.execute(filings_in_effect("filings_filing", f" AND f.area_id = %s AND {NEVER_TOLD}"), [area.pk])
        return cursor.rowcount
