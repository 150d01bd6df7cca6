"""The rows of the evidence app: requests, and the sealed packages that answer them."""

from evidence.models.package import Package, Receipt, ReceiptKind, Upload
from evidence.models.request import Message, MessageKind, Request, ReviewOutcome, Validation

__all__ = [
    "Message",
    "MessageKind",
    "Package",
    "Receipt",
    "ReceiptKind",
    "Request",
    "ReviewOutcome",
    "Upload",
    "Validation",
]
