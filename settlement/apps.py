from django.apps import AppConfig


class SettlementConfig(AppConfig):
    name = "settlement"
    verbose_name = "待遇与报销"

    def ready(self) -> None:
        from filings.desk import cost_witnesses
        from settlement.claims.desk import has_cost_under

        if has_cost_under not in cost_witnesses:
            cost_witnesses.append(has_cost_under)
