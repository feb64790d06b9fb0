"""Payment of a list of hospitals in a process of its own, so that a test may kill it: BATCH USER DAY."""

import datetime as dt
import sys

import django


def run(batch: str, user: str, day: str) -> None:
    from django.contrib.auth.models import User

    from settlement.hospital_clearing import paying
    from settlement.models import HospitalPaymentBatch

    found = HospitalPaymentBatch.objects.get(pk=batch)
    on = dt.date.fromisoformat(day)
    paying.record_all_paid(
        by=User.objects.get(pk=user), batch=found, version=found.version, paid_on=on, reference="示例", on=on
    )


if __name__ == "__main__":
    django.setup()
    run(*sys.argv[1:])
