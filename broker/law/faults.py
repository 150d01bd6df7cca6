"""What can be wrong with an instrument file, said so that its author can mend it."""


class InstrumentError(ValueError):
    """A file that is no sound instrument: which file and key, why, and what to do."""

    def __init__(self, *, file: str, key: str, why: str, remedy: str) -> None:
        super().__init__(f"{file}: {key}: {why} {remedy}")
        self.file = file
        self.key = key
        self.why = why
        self.remedy = remedy


class Fault(ValueError):
    """One thing wrong at one key; the reader adds the file."""

    def __init__(self, key: str, why: str, remedy: str) -> None:
        super().__init__(f"{key}: {why} {remedy}")
        self.key = key
        self.why = why
        self.remedy = remedy
