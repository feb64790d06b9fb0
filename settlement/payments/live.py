"""What a claim's payment says to the claim's own steps."""

from django.contrib.auth.models import User
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
        PAYMENT_LIFECYCLE.follow(paid, "come_back", effect=lambda locked: _failed(locked, reason))


def give_back(*, by: User, payment: Payment, version: int, reason: str) -> Payment:
    """The money of a follow-up came back after it had been paid; a claim's has a step of its own.  Raises Refused."""
    if payment.claim_id:
        raise Refused.because("by_its_claim", _("请在报销件上办理支付退回"))
    if payment.batch.status in LIVE_BATCH:
        raise Refused.because("in_batch", _("批次 %s 尚未回盘完毕") % payment.batch.number)
    return PAYMENT_LIFECYCLE.take(
        payment, "come_back", by=by, version=version, reason=reason, effect=lambda locked: _failed(locked, reason)
    )


def _failed(payment: Payment, reason: str) -> None:
    payment.failure = reason.strip()[:300]
