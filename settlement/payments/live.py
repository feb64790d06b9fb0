"""What a claim's payment says to the claim's own steps."""

from django.db.models import Q
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.models import Claim, Payment
from settlement.payments.lifecycle import LIVE, LIVE_BATCH, PAYMENT_LIFECYCLE
from settlement.vocabulary import PaymentStatus


def live_payment(claim: Claim) -> Payment | None:
    """The claim's payment in a batch that has not come to its end."""
    ours = Q(status__in=LIVE) | Q(status=PaymentStatus.PAID, batch__status__in=LIVE_BATCH)
    return Payment.objects.filter(ours, claim=claim).select_related("batch").first()


def refuse_in_batch(claim: Claim) -> None:
    """Raises Refused while the claim is in a live batch."""
    payment = live_payment(claim)
    if payment:
        text = _("此件在拨付批次 %(number)s（%(state)s）中，须先撤出或等回盘")
        raise Refused.because(
            "in_batch", text % {"number": payment.batch.number, "state": payment.batch.get_status_display()}
        )


def come_back(claim: Claim, reason: str) -> None:
    """The money of a claim came back after it had been paid.  Within the transaction of the claim's own step."""
    paid = Payment.objects.filter(claim=claim, status=PaymentStatus.PAID).first()
    if paid:

        def failed(locked: Payment) -> None:
            locked.failure = reason.strip()[:300]

        PAYMENT_LIFECYCLE.follow(paid, "come_back", effect=failed)
