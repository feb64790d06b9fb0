"""manage.py assess FILE|-: may this be filed, changed, cancelled?"""

from collections.abc import Callable

from filings.assessment import FilingCase, assess, assess_change, case_of
from filings.models import FilingPolicy
from filings.places import all_places
from hospitals.jsonlines import Answer, Question, invalid
from hospitals.management.lines_command import LinesCommand
from hospitals.reasons import Refused


class Command(LinesCommand):
    help = "备案认定：逐行回答可否备案、变更、取消（JSON Lines）。只读施行中的政策，不写任何数据。"

    def answerer(self) -> Callable[[Question], Answer]:
        areas = all_places()
        book = FilingPolicy.objects.rule_book()

        def answer(question: Question) -> Answer:
            try:
                case = case_of(question, areas)
            except Refused as refused:
                return invalid(*refused.reasons)
            if isinstance(case, FilingCase):
                return assess(case, book.in_force(case.area, case.filed_on), areas).as_dict()
            return assess_change(case, book.in_force(case.area, case.on), areas).as_dict()

        return answer
