"""What is held while a month changes: the area's clearing, then the month, then its rows."""

from hospitals.turns import take_turns
from settlement.models import ClearingMonth


def hold_clearing(area: str) -> None:
    """One who gathers, compares or closes at a time in an area; until the transaction ends."""
    take_turns([f"clearing {area}"])


def hold_month(pk: int) -> ClearingMonth:
    """The month's row, as it stands.  Rows that refer to it may come meanwhile."""
    return ClearingMonth.objects.select_for_update(no_key=True).get(pk=pk)
