"""A file for the bank or the insurer as a download: whole accounts in it, so that nothing keeps a copy."""

from collections.abc import Callable

from django.http import Http404, HttpResponse

from settlement.payments.bank_files import TYPES


def bank_file(number: str, kind: str, make: Callable[[str], bytes]) -> HttpResponse:
    """number: of the batch, which names the file.  kind: csv or xlsx.  Raises what `make` raises."""
    if kind not in TYPES:
        raise Http404
    response = HttpResponse(make(kind), content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{number}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response
