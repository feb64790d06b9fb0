"""History of a claim with its rows: who, when, what, why."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from filings.vocabulary import Material
from hospitals.history import LABELS, Entry, entries
from settlement.models import Claim

LIMIT = 50


def claim_history(claim: Claim) -> list[Entry]:
    """Newest first: the claim's own entries, and what came, changed and went of its receipts and materials."""
    of_rows = (_row_entries(claim, kind) for kind in ("ReceiptEvent", "ClaimMaterialEvent"))
    merged = [*entries(claim, limit=LIMIT), *chain.from_iterable(of_rows)]
    return sorted(merged, key=lambda entry: entry.when, reverse=True)[:LIMIT]


def _row_entries(claim: Claim, kind: str) -> Iterator[Entry]:
    """Each change of a row; the rows the claim was accepted with are its beginning, not a change."""
    events: Any = apps.get_model("settlement", kind)._default_manager.filter(claim_id=claim.pk)
    accepted = claim.events.order_by("pgh_id").values_list("pgh_context_id", flat=True).first()  # type: ignore[attr-defined]
    latest: dict[int, str] = {}
    for event in events.order_by("pgh_id"):
        before, after = latest.get(event.id, _("（空）")), _said(event)
        latest[event.id] = after
        if event.pgh_context_id == accepted:
            continue
        if event.pgh_label == "delete":
            after = _("（删除）")
        context = event.pgh_context or {}
        yield Entry(
            when=event.pgh_created_at,
            who=context.get("user_name") or _("系统"),
            action=context.get("action") or LABELS[event.pgh_label],
            reason="",
            changes=[(_("票据") if kind == "ReceiptEvent" else _("材料"), before, after)],
        )


def _said(event: Any) -> str:
    if hasattr(event, "number"):
        return _("%(code)s %(number)s，%(amount)s 元") % {
            "code": event.code,
            "number": event.number,
            "amount": event.amount,
        }
    counts = _("原件%(originals)d份、复印件%(copies)d份") % {"originals": event.originals, "copies": event.copies}
    return f"{Material.name_of(event.material)}，{_('经核无此材料') if event.is_absent else counts}"
