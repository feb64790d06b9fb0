"""Finance in a process of its own, which may be killed: python -m tests.settlement.payment_runs STEP KEY USER."""

import sys

import django


def main(step: str, key: int, user: int) -> None:
    """make: a batch of the area KEY; send: the batch KEY; apply: the file of results KEY, a few rows at a time;
    hospitals: the same of payments to hospitals."""
    django.setup()
    from django.contrib.auth.models import User
    from django.utils import timezone

    from hospitals.models import Area
    from settlement import tasks
    from settlement.models import PaymentBatch
    from settlement.payments import batches, sending
    from settlement.payments.results import applying

    by = User.objects.get(pk=user)
    if step == "make":
        batches.make_batch(by=by, area=Area.objects.get(pk=key), on=timezone.localdate())
    elif step == "send":
        batch = PaymentBatch.objects.get(pk=key)
        sending.send(by=by, batch=batch, version=batch.version)
    else:
        applying.TOGETHER = 2
        job = tasks.apply_hospital_results if step == "hospitals" else tasks.apply_results
        job(list_import=key, by=user)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
