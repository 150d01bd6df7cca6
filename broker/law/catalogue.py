"""The instruments there are: read once, asked for by id, version or digest."""

from functools import cache
from pathlib import Path

from broker.basics.errors import NotFound, WrongState
from broker.law.faults import InstrumentError
from broker.law.instrument import Instrument
from broker.law.reader import read
from broker.law.terms import Status

FOLDER = Path(__file__).with_name("instruments")
# Modes in which instruments that exist for showing and testing may be used.
_PLAYING = frozenset({"demo", "test"})
_CLOSED = {
    Status.DISABLED: "it is switched off until its text is certain",
    Status.NOT_IN_FORCE: "it is not in force yet",
    Status.REPEALED: "it is repealed and kept for old cases",
}


class Catalogue:
    """A set of instruments; each id and version is there once."""

    def __init__(self, instruments: tuple[Instrument, ...]) -> None:
        self._by_id: dict[str, dict[int, Instrument]] = {}
        for each in instruments:
            self._by_id.setdefault(each.id, {})[each.version] = each

    def every(self) -> tuple[Instrument, ...]:
        """Return all versions of all instruments, by id and version."""
        return tuple(
            versions[number]
            for _, versions in sorted(self._by_id.items())
            for number in sorted(versions)
        )

    def get(self, instrument_id: str, version: int | None = None) -> Instrument:
        """Return a version (the newest without one), whatever its status; raise NotFound."""
        versions = self._by_id.get(instrument_id, {})
        if version is None and versions:
            version = max(versions)
        if version is None or version not in versions:
            raise _unknown(instrument_id, version, known=sorted(self._by_id))
        return versions[version]

    def current(self, instrument_id: str) -> Instrument:
        """Return the newest version of an instrument; raise NotFound."""
        return self.get(instrument_id)

    def by_digest(self, instrument_id: str, sha256: str) -> Instrument:
        """Return the very version a case was opened under; raise NotFound."""
        for each in self._by_id.get(instrument_id, {}).values():
            if each.sha256 == sha256:
                return each
        raise NotFound(
            f"No version of {instrument_id} has the digest {sha256[:12]}….",
            why="A file that a case cites was changed or removed.",
            remedy="Restore the file; an amendment is a new version in a new file.",
        )

    def open_for_new_cases(self, mode: str) -> tuple[Instrument, ...]:
        """Return the newest versions under which a case may begin in `mode`.

        `mode` is "production", "demo" or "test"; demo instruments are left out of the first.
        """
        newest = (versions[max(versions)] for _, versions in sorted(self._by_id.items()))
        return tuple(each for each in newest if each.is_open and _may_play(each, mode))

    def require_open(self, instrument_id: str, mode: str) -> Instrument:
        """Return the newest version if a case may begin under it in `mode`.

        Raises NotFound for an unknown one (a demo instrument is unknown in production) and
        WrongState for one that is not in force.
        """
        found = self.get(instrument_id)
        if not _may_play(found, mode):
            open_ids = [each.id for each in self.open_for_new_cases(mode)]
            raise _unknown(instrument_id, None, known=open_ids)
        if not found.is_open:
            raise WrongState(
                f"No new case can begin under {instrument_id}.",
                why=f"As the catalogue has it, {_CLOSED[found.status]}.",
                remedy="Choose an instrument that is in force.",
            )
        return found


def load(folder: Path) -> Catalogue:
    """Read every `*.toml` of `folder`. Raises InstrumentError at the first unsound file."""
    return Catalogue(tuple(read(path) for path in sorted(folder.glob("*.toml"))))


@cache
def house() -> Catalogue:
    """Return the instruments that come with the broker, read once."""
    return load(FOLDER)


def get(instrument_id: str, version: int | None = None) -> Instrument:
    """Return an instrument of the house; see `Catalogue.get`."""
    return house().get(instrument_id, version)


def current(instrument_id: str) -> Instrument:
    return house().current(instrument_id)


def by_digest(instrument_id: str, sha256: str) -> Instrument:
    return house().by_digest(instrument_id, sha256)


def every() -> tuple[Instrument, ...]:
    return house().every()


def open_for_new_cases(mode: str) -> tuple[Instrument, ...]:
    return house().open_for_new_cases(mode)


def require_open(instrument_id: str, mode: str) -> Instrument:
    return house().require_open(instrument_id, mode)


def faults(folder: Path = FOLDER) -> list[InstrumentError]:
    """Return one error per unsound file of `folder`, for checks and lint."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            read(path)
        except InstrumentError as error:
            found.append(error)
    return found


def _may_play(instrument: Instrument, mode: str) -> bool:
    return mode in _PLAYING or not instrument.demo_only


def _unknown(instrument_id: str, version: int | None, *, known: list[str]) -> NotFound:
    which = instrument_id if version is None else f"{instrument_id} in version {version}"
    return NotFound(
        f"There is no instrument {which}.",
        why=f"The catalogue holds: {', '.join(known)}.",
        remedy="Use one of these ids, or add the instrument's file.",
    )
