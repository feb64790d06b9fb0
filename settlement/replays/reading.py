"""The ledger with its settlements, read for a replay: by COPY, in order, in pieces of persons.  Knows no Django."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from psycopg import Connection

from settlement.calculation import BenefitRules
from settlement.replays.replaying import Question, Replay, split
from settlement.vocabulary import BASIC_FUND, ComputedBy, EntryKind

PIECE = 10_000  # settlements, about


class Piece(NamedTuple):
    """Persons after one and up to another, by their keys."""

    after: int
    upto: int


class Extent(NamedTuple):
    """What there is to do.  total: settlements to be reported.  years: of admission, that these touch.

    left_out: those that the platform computed, reversals counted too; they stand as they are.
    """

    total: int
    left_out: int
    years: Sequence[int]
    pieces: Sequence[Piece]


def extent_of(connection: Connection[Any], question: Question) -> Extent:
    """Read in one look; the pieces are about equal, whatever persons are near each other."""
    given = {
        "area": question.area,
        "since": question.since,
        "until": question.until,
        "platform": ComputedBy.PLATFORM.value,
    }
    total, left_out, years = connection.execute(COUNTED, given).fetchone() or (0, 0, [])
    shares = [number / (total // PIECE + 1) for number in range(1, total // PIECE + 1)]
    inner, last = connection.execute(ENDS, given | {"shares": shares}).fetchone() or ([], None)
    bounds = sorted({0, *(inner or ()), last or 0})
    return Extent(total, left_out, years or [], [Piece(after, upto) for after, upto in pairwise(bounds)])


def replay_piece(connection: Connection[Any], replay: Replay, years: Sequence[int], piece: Piece) -> int:
    """The number of settlements reported."""
    question = replay.question
    given = {
        "area": question.area,
        "since": question.since,
        "until": question.until,
        "years": list(years),
        "after": piece.after,
        "upto": piece.upto,
        "basic": [fund.value for fund in BASIC_FUND.values()],
        "carried_in": EntryKind.CARRIED_IN.value,
        "platform": ComputedBy.PLATFORM.value,
        "whole_years": question.whole_years,
    }
    with connection.cursor() as cursor, cursor.copy(LEDGER, given) as lines:
        return replay.add(split(map(bytes, lines)))


def policies_named(rules: BenefitRules) -> set[str]:
    """The areas whose own policies pay some stays."""
    return {row.policy_area for row in rules.destinations}


SETTLED = "FROM settlement_settlement WHERE area_id = %(area)s AND settled_on BETWEEN %(since)s AND %(until)s"
COUNTED = f"""
    SELECT count(*) FILTER (WHERE computed_by <> %(platform)s), count(*) FILTER (WHERE computed_by = %(platform)s),
        array_agg(DISTINCT year) FILTER (WHERE computed_by <> %(platform)s)
    {SETTLED}
"""
ENDS = f"""
    SELECT percentile_disc(%(shares)s::float8[]) WITHIN GROUP (ORDER BY person_id), max(person_id)
    {SETTLED} AND computed_by <> %(platform)s
"""
LEDGER = """
    COPY (
        SELECT entry.person_id, entry.year, entry.kind, entry.fund, entry.deductible, entry.paid, entry.owed,
            entry.personal_eligible, entry.stays, entry.standard, entry.settlement_id, stay.reverses_id,
            concat_ws('|', stay.way, stay.scheme, stay.employment, stay.hardship, stay.is_civil_servant, stay.tier,
                stay.scope, stay.service, stay.hospital_level, stay.treatment_area_id),
            stay.admitted_on, stay.discharged_on, stay.medfee_sumamt, stay.eligible,
            concat_ws('|', stay.hifob_pay, stay.hifmi_pay, stay.cvlserv_pay, stay.maf_pay),
            reported, NOT (reported OR %(whole_years)s) OR stay.computed_by = %(platform)s
        FROM settlement_accountentry entry
        LEFT JOIN settlement_settlement stay ON stay.id = entry.settlement_id AND entry.fund = ANY(%(basic)s)
        CROSS JOIN LATERAL (
            SELECT stay.settled_on BETWEEN %(since)s AND %(until)s AND stay.computed_by <> %(platform)s AS reported
        ) days
        WHERE entry.person_id > %(after)s AND entry.person_id <= %(upto)s
            AND entry.year = ANY(%(years)s) AND entry.area_id = %(area)s
            AND (entry.fund = ANY(%(basic)s) OR entry.owed <> 0 OR entry.kind = %(carried_in)s)
            AND EXISTS (
                SELECT FROM settlement_settlement asked
                WHERE asked.person_id = entry.person_id AND asked.year = entry.year
                    AND asked.settled_on BETWEEN %(since)s AND %(until)s AND asked.computed_by <> %(platform)s
            )
        ORDER BY entry.person_id, entry.year, entry.id
    ) TO STDOUT
"""
