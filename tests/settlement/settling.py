"""A process that settles: python -m tests.settlement.settling CLERK PERSON AMOUNT…, one after the other."""

import sys

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402 - the apps are ready now

from filings.models import InsuredPerson  # noqa: E402
from settlement.direct_settlement import settle_directly  # noqa: E402
from tests.settlement.books import TODAY, a_stay  # noqa: E402

clerk, person, *amounts = sys.argv[1:]
for amount in amounts:
    settle_directly(
        by=User.objects.get(pk=clerk), person=InsuredPerson.objects.get(pk=person), entry=a_stay(amount), on=TODAY
    )
