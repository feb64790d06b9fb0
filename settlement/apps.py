from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = "待遇与报销"

    def ready(self) -> None:
        from filings.costs import cost_witnesses
        from settlement.claims.desk import last_cost_day_under

        if last_cost_day_under not in cost_witnesses:
            cost_witnesses.append(last_cost_day_under)
