"""A process that closes a month of clearing and is done: month, who."""

import sys

import django


def main(month: int, by: int) -> int:
    django.setup()
    from django.contrib.auth.models import User

    from settlement.clearing.months import close
    from settlement.models import ClearingMonth

    close(by=User.objects.get(pk=by), month=ClearingMonth.objects.get(pk=month))
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
