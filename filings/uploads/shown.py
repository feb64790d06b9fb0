"""How uploads are shown: on their own pages, and as the state of a filing, registration or change."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from filings.models import Filing, InpatientRegistration, InsuredPerson, PlatformLine, Upload
from filings.models.upload import PLATFORMS
from filings.models.upload_lifecycle import UPLOAD_LIFECYCLE, UploadStatus
from filings.panels import Panel
from filings.platform.uploads import BODIES
from filings.uploads.sending import address_of
from filings.uploads.wording import words_in
from filings.vocabulary import Channel
from hospitals.access import Right, StaffRequest, User, reach_of
from hospitals.history import entries
from hospitals.listing import badge
from hospitals.vocabulary import Scope

TONES = {UploadStatus.ACKNOWLEDGED: "good", UploadStatus.PARKED: "bad", UploadStatus.WAITING: "warn"}
SHOWN = 20
MASKED = frozenset({"certno", "agnter_certno", "tel", "agnter_tel"})
UPLOADS = Prefetch("uploads", Upload.objects.order_by("pk"))  # what `state_of` reads


@dataclass(frozen=True, slots=True)
class Line:
    """A part of what is sent.  now: what it would be if it were told anew, where that is something else."""

    name: str
    label: str
    value: str
    now: str
    is_changed: bool


def status_badge(upload: Upload) -> SafeString:
    return badge(state_name(upload), TONES.get(UploadStatus.of(upload.status), ""))


def state_name(upload: Upload) -> str:
    """未上报, 上报中, 已上报, 上报被拒, 不再上报."""
    if upload.status == UploadStatus.WAITING:
        return _("上报中") if upload.msgid else _("未上报")
    return upload.get_status_display()


def state_of(case: Filing | InpatientRegistration) -> Upload | None:
    """The upload by which the whole case stands: the first that is not settled, else the last.  None without."""
    uploads = _own(case.uploads.all())
    unsettled = [upload for upload in uploads if upload.status in (UploadStatus.WAITING, UploadStatus.PARKED)]
    return next(iter(unsettled or reversed(uploads)), None)


def _own(uploads: Iterable[Upload]) -> list[Upload]:
    """Those of a filing itself: its stays' stand on the stays."""
    found = list(uploads)
    return [upload for upload in found if upload.registration_id is None] or found


def case_badge(case: Filing | InpatientRegistration) -> SafeString | str:
    """For lists, which prefetch `UPLOADS`."""
    upload = state_of(case)
    return status_badge(upload) if upload else ""


def case_state(case: Filing | InpatientRegistration) -> str:
    upload = state_of(case)
    return state_name(upload) if upload else ""


def waits_for(upload: Upload) -> Upload | None:
    """The earlier one of the same person that has to be settled first."""
    if upload.status != UploadStatus.WAITING:
        return None
    return Upload.objects.unsettled().filter(person=upload.person_id, pk__lt=upload.pk).order_by("pk").first()


def lines_of(upload: Upload, now: dict[str, Any] | None = None) -> list[Line]:
    """now: of a parked one, what it would say."""
    fields = BODIES[upload.infno].model_fields  # type: ignore[index]
    told = {name: upload.payload.get(name, "") for name in fields}
    anew = told if now is None else {name: now.get(name, "") for name in fields}
    words = words_in(told, anew)
    return [
        Line(
            name=name,
            label=(field.description or name).split("：")[0],
            value=_shown(name, told[name], words),
            now=_shown(name, anew[name], words),
            is_changed=told[name] != anew[name],
        )
        for name, field in fields.items()
        if told[name] or anew[name]
    ]


def _shown(name: str, value: str, words: Mapping[tuple[str, str], str]) -> str:
    """A code with what it says.  Numbers of documents and telephones are looked up on the person's page, where each
    look is on record."""
    if name in MASKED and len(value) > 5:
        return f"{value[:3]}{'*' * (len(value) - 5)}{value[-2:]}"
    return f"{value} {words[name, value]}" if (name, value) in words else value


def lines_down() -> list[PlatformLine]:
    """Platforms that cannot be reached at present."""
    return list(PlatformLine.objects.filter(failures__gt=0))


def not_configured() -> list[str]:
    """Platforms without an address or key: nothing is sent to them."""
    return [PLATFORMS[one] for one in Scope if not address_of(one)]


def uploads_of_case(case: Any) -> SafeString:
    """The section on the page of a filing, registration or change."""
    uploads = list(case.uploads.order_by("pk"))
    held = next((upload for upload in uploads if upload.status == UploadStatus.WAITING), None)
    context = {
        "uploads": [(upload, status_badge(upload)) for upload in uploads],
        "waits_for": waits_for(held) if held else None,
        "is_automatic": getattr(case, "channel", "") == Channel.AUTOMATIC,
    }
    return SafeString(render_to_string("filings/uploads_of_case.html", context))


def uploads_of_person(request: StaffRequest, person: InsuredPerson) -> Panel | None:
    """The person's uploads, where there are any and they may be seen."""
    if person.area_id not in reach_of(request.user).areas_of(Right.SEE_FILINGS):
        return None
    uploads = list(person.uploads.visible_to(request.user).select_related("filing", "registration")[:SHOWN])
    if not uploads:
        return None
    context = {"uploads": [(upload, status_badge(upload)) for upload in uploads]}
    return Panel(section=render_to_string("filings/person_uploads.html", context), order=45)


def age(upload: Upload) -> str:
    """How long it has waited; nothing once it is settled."""
    if upload.status not in (UploadStatus.WAITING, UploadStatus.PARKED):
        return ""
    waited = timezone.now() - upload.made_at
    if waited >= dt.timedelta(1):
        return _("{days} 天").format(days=waited.days)
    hours, minutes = waited.seconds // 3600, waited.seconds % 3600 // 60
    return _("{hours} 小时").format(hours=hours) if hours else _("{minutes} 分钟").format(minutes=minutes)


def page_of(user: User, upload: Upload, now: dict[str, Any] | None) -> dict[str, Any]:
    """Context of filings/upload.html."""
    lines = lines_of(upload, now)
    return {
        "upload": upload,
        "status": status_badge(upload),
        "lines": lines,
        "has_changed": any(line.is_changed for line in lines),
        "waits_for": waits_for(upload),
        "refusals": list(upload.refusals.all()),
        "moves": UPLOAD_LIFECYCLE.open_to(upload, user),
        "line": PlatformLine.objects.filter(platform=upload.platform, failures__gt=0).first(),
        "history": entries(upload),
    }
