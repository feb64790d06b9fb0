"""What is printed of a filing beside its receipt: the forms that its document asks for, and the notice of a return."""

from collections.abc import Callable
from dataclasses import dataclass

from filings.models import Filing
from filings.models.filing_lifecycle import FilingStatus
from filings.vocabulary import Material

REGISTRATION = (Material.REGISTRATION_FORM, Material.FILING_FORM)
REFERRAL = (Material.REFERRAL_APPROVAL_FORM,)


@dataclass(frozen=True, slots=True)
class Print:
    """title_of: its heading for a filing, None where this filing has none."""

    slug: str
    label: str
    template: str
    title_of: Callable[[Filing], str | None]


def form_title(filing: Filing, materials: tuple[Material, ...]) -> str | None:
    """What the document calls the form among the materials that the filing was asked for; None where none was."""
    for group in filing.decision.get("required", ()):
        for material in materials:
            if material in group["one_of"]:
                title: str = group.get("title") or f"{filing.area.name}{material.label}"
                return title
    return None


PRINTS = {
    one.slug: one
    for one in (
        Print(
            "registration",
            "打印登记表",
            "filings/form_print.html",
            lambda filing: form_title(filing, REGISTRATION),
        ),
        Print("referral", "打印审批表", "filings/referral.html", lambda filing: form_title(filing, REFERRAL)),
        Print(
            "supplement",
            "打印补正通知书",
            "filings/supplement.html",
            lambda filing: "异地就医备案补正通知书" if filing.status == FilingStatus.RETURNED else None,
        ),
    )
}


def prints_of(filing: Filing) -> list[Print]:
    return [one for one in PRINTS.values() if one.title_of(filing)]
