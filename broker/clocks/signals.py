"""News of the clocks, sent once a batch inside the transaction that claimed it."""

from django.dispatch import Signal

# alerts: list[Alert] just written; a receiver bulk-inserts what follows from them.
alerts_rung = Signal()
# clocks: list[Clock] whose period has just lapsed without being stopped.
periods_lapsed = Signal()
