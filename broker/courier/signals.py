"""News from the courier, sent inside the transaction that records it.

`receipt_proven(dispatches: list[Dispatch], at: datetime)`: the receiver has these messages;
`at` is the instant of the receipt and each row carries it. A statutory clock starts here.
`dispatch_failed(dispatches: list[Dispatch], at: datetime)`: given up for good at `at`.
A receiver that raises undoes the record; the message is then sent again.
"""

from django.dispatch import Signal

receipt_proven = Signal()
dispatch_failed = Signal()
