"""A form as the law draws it: sections, typed fields, and who may see each of them."""

from dataclasses import dataclass, field
from enum import StrEnum

from broker.law.words import Text


class Audience(StrEnum):
    """Who looks at a case. The issuing side includes who validates."""

    ISSUER = "issuer"
    ADDRESSEE = "addressee"
    ENFORCING_AUTHORITY = "enforcing_authority"
    OVERSEER = "overseer"
    DEFENCE = "defence"
    PUBLIC = "public"


class FieldType(StrEnum):
    STR = "str"
    TEXT = "text"
    BOOL = "bool"
    INT = "int"
    DATE = "date"
    TIMESTAMP = "timestamp"
    COUNTRY = "country"
    LANGUAGE = "language"
    EMAIL = "email"
    URL = "url"
    ENUM = "enum"
    PARTY = "party"
    IDENT = "ident"
    RANGE = "range"
    PERIOD = "period"
    TARGET = "target"
    SIGNATURE = "signature"
    FILE = "file"
    REF = "ref"


class Cardinality(StrEnum):
    ONE = "1"
    OPTIONAL = "0..1"
    ANY = "0..n"
    SOME = "1..n"

    @property
    def is_list(self) -> bool:
        return self in {Cardinality.ANY, Cardinality.SOME}

    @property
    def is_required(self) -> bool:
        return self in {Cardinality.ONE, Cardinality.SOME}


class Fact(StrEnum):
    """What the house itself writes into a field; the drafter is not asked for it."""

    ISSUER_COUNTRY = "issuer_country"
    ISSUER_NAME = "issuer_name"
    ISSUER_PARTY = "issuer_party"
    ADDRESSEE = "addressee"
    ADDRESSEE_CONTACT = "addressee_contact"
    ADDRESSEE_COUNTRY = "addressee_country"
    REFERENCE = "reference"
    TARGETS = "targets"
    ISSUED_AT = "issued_at"
    ISSUED_ON = "issued_on"
    SIGNATURE = "signature"
    ISSUER_TYPE = "issuer_type"
    VALIDATOR_NAME = "validator_name"
    VALIDATOR_TYPE = "validator_type"
    AUTHORITY_NOTIFIED = "authority_notified"
    ENFORCING_AUTHORITY = "enforcing_authority"
    VALIDATOR_PARTY = "validator_party"
    VALIDATED_ON = "validated_on"
    VALIDATOR_SIGNATURE = "validator_signature"
    RECEIVED_AT = "received_at"
    ANSWERED_AT = "answered_at"
    ANSWERED_ON = "answered_on"
    ORDER_REFERENCE = "order_reference"


class FormUse(StrEnum):
    ORDER = "order"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: Text


@dataclass(frozen=True, slots=True)
class Condition:
    """True when `field` of the same form holds one of `any_of` (texts; "true" for a ticked box)."""

    field: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field. A field with `when` is required if and only if the condition holds.

    `fact` names what the house fills in. `visible_to` narrows the section's audiences.
    `max_length` counts characters, `max_items` entries of a list.
    """

    key: str
    type: FieldType
    cardinality: Cardinality
    label: Text
    help: Text | None = None
    article: str = ""
    options: tuple[Option, ...] = field(default=(), metadata={"key": "option"})
    when: Condition | None = None
    fact: Fact | None = None
    visible_to: tuple[Audience, ...] = ()
    max_length: int = 0
    max_items: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A lettered part of the form. `visible_to` is who may see it; nobody else ever does."""

    id: str
    title: Text
    article: str
    visible_to: tuple[Audience, ...]
    fields: tuple[Field, ...] = field(metadata={"key": "field"})
    help: Text | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """An order form or an answer form. `filled_by` is the side that fills it in."""

    id: str
    use: FormUse
    filled_by: Audience
    title: Text
    article: str
    sections: tuple[Section, ...] = field(metadata={"key": "section"})

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(each for section in self.sections for each in section.fields)

    def field(self, key: str) -> Field | None:
        """Return the field called `key`, or None."""
        return next((each for each in self.fields if each.key == key), None)

    def section_of(self, key: str) -> Section | None:
        """Return the section that holds the field called `key`, or None."""
        for section in self.sections:
            if any(each.key == key for each in section.fields):
                return section
        return None

    def audiences(self, key: str) -> frozenset[Audience]:
        """Return who may see the field called `key`: the section's audiences, as narrowed."""
        section = self.section_of(key)
        each = self.field(key)
        if section is None or each is None:
            return frozenset()
        allowed = frozenset(section.visible_to)
        return allowed & frozenset(each.visible_to) if each.visible_to else allowed
