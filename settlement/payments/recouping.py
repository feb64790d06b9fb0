"""Follow-ups that were paid before their settlement was reversed: money to be asked back."""

from django.db.models import QuerySet

from settlement.models import Payment
from settlement.vocabulary import PaymentStatus


def paid_of_reversed() -> "QuerySet[Payment]":
    """Paid follow-ups whose settlement was reversed since, by the agency or the insurer (`due.payer`)."""
    return Payment.objects.filter(
        status=PaymentStatus.PAID, due__isnull=False, due__settlement__reversal__isnull=False
    ).select_related("due__settlement", "batch", "person")
