"""manage.py calculate FILE|-: what is paid?"""

from collections.abc import Callable

from hospitals.jsonlines import Answer, Question
from hospitals.management.lines_command import LinesCommand
from hospitals.models import Area
from hospitals.reasons import Refused
from settlement.calculation import Outcome, Result, read
from settlement.models import BenefitPolicy


class Command(LinesCommand):
    help = "待遇计算：逐行回答一次就医基金支付多少、个人负担多少（JSON Lines）。只读施行中的政策，不写任何数据。"

    def answerer(self) -> Callable[[Question], Answer]:
        areas = frozenset(Area.objects.values_list("code", flat=True))
        book = BenefitPolicy.objects.rule_book()

        def answer(question: Question) -> Answer:
            try:
                stay = read(question, areas)
            except Refused as refused:
                return Result(outcome=Outcome.INVALID, reasons=refused.reasons).as_dict()
            result = book.calculate(stay)
            return result.as_dict() | with_setlinfo(result) if question.get("setlinfo") else result.as_dict()

        return answer


def with_setlinfo(result: Result) -> dict[str, object]:
    """What a question that asks for `setlinfo` is told besides, under the names of the national interface."""
    later = [follow_up.as_dict() for follow_up in result.follow_ups]
    return {"setlinfo": result.setlinfo and result.setlinfo.as_dict(), "follow_ups": later}
