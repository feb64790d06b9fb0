"""What payments show of themselves: badges, who may see an account whole, the section on a claim's page."""

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from filings.identity import masked
from hospitals.access import Right, StaffRequest, User, reach_of
from hospitals.listing import badge
from settlement.models import Claim, Payment, PaymentBatch
from settlement.vocabulary import BatchStatus, ClaimStatus, PaymentStatus

BATCH_TONES = {BatchStatus.SENT: "warn", BatchStatus.CLOSED: "good", BatchStatus.VOIDED: "bad"}
TONES = {PaymentStatus.IN_TRANSIT: "warn", PaymentStatus.PAID: "good", PaymentStatus.FAILED: "bad"}
HANDLING = (Right.ACCEPT_CLAIMS, Right.RELEASE_CLAIMS)


def batch_badge(batch: PaymentBatch) -> SafeString:
    return badge(batch.get_status_display(), BATCH_TONES.get(BatchStatus.of(batch.status), ""))


def payment_badge(payment: Payment) -> SafeString:
    return badge(payment.get_status_display(), TONES.get(PaymentStatus.of(payment.status), ""))


def result_of(payment: Payment) -> str:
    """What came back of it."""
    if payment.status == PaymentStatus.FAILED:
        return payment.failure
    return f"{payment.paid_on:%Y-%m-%d} {payment.reference}" if payment.paid_on else ""


def subject_of(payment: Payment) -> str:
    """The number of the claim or settlement that it is paid for."""
    return str(payment.claim or (payment.due and payment.due.settlement) or "")


def account_for(user: User, payment: Payment) -> str:
    """Whole for those who handle payments there, masked for those who only look."""
    reach = reach_of(user)
    handles = any(payment.area_id in reach.areas_of(right) for right in HANDLING)
    return payment.payee_account if handles else masked(payment.payee_account)


def payments_of_claim(request: StaffRequest, claim: Claim) -> SafeString | None:
    """Every attempt to pay a claim through a batch; nothing where there was none."""
    rows = claim.payments.exclude(status=PaymentStatus.VOID).select_related("batch", "correction__made_by")
    payments = list(rows.order_by("-attempt", "-pk"))
    if not payments:
        return None
    reach = reach_of(request.user)
    last = payments[0]
    may_correct = (
        last.status == PaymentStatus.FAILED
        and claim.status == ClaimStatus.RELEASED
        and not hasattr(last, "correction")
        and reach.covers(Right.ACCEPT_CLAIMS, claim.area_id, claim.hall_id)
    )
    context = {
        "payments": [
            (row, payment_badge(row), account_for(request.user, row), result_of(row), getattr(row, "correction", None))
            for row in payments
        ],
        "may_see": claim.area_id in reach.areas_of(Right.SEE_PAYMENTS),
        "to_correct": last if may_correct else None,
    }
    return render_to_string("settlement/claim_payments.html", context)
