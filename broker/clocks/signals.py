"""News of the clocks, sent once a batch inside the transaction that records it."""

from django.dispatch import Signal

# alerts: list[Alert] just written, clocks: list[Clock] they are of, in the same order.
# A receiver bulk-inserts what follows from them, and locks nothing.
alerts_rung = Signal()
# clocks: list[Clock] whose period has lapsed without being stopped. A receiver may lock and
# move their cases.
periods_lapsed = Signal()
