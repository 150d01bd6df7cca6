"""The parts of a field that is more than one box: a party, an identifier, a range, a target."""

from dataclasses import dataclass

from broker.law.form import FieldType, Option
from broker.law.words import Text


@dataclass(frozen=True, slots=True)
class Part:
    """One box of a composite field. `is_list`: several values in one box."""

    name: str
    type: FieldType
    label: Text
    required: bool = False
    is_list: bool = False
    options: tuple[Option, ...] = ()


def _option(code: str, en: str, fr: str) -> Option:
    return Option(code, Text(en, fr))


IDENT_TYPES = (
    _option("ipv4", "IPv4 address", "Adresse IPv4"),
    _option("ipv6", "IPv6 address", "Adresse IPv6"),
    _option("ip_range", "Range of IP addresses (first-last)", "Plage d'adresses IP (début-fin)"),
    _option("ip_block", "Block of IP addresses (CIDR)", "Bloc d'adresses IP (CIDR)"),
    _option("email", "E-mail address", "Adresse électronique"),
    _option("phone", "Telephone number", "Numéro de téléphone"),
    _option("imei", "IMEI", "IMEI"),
    _option("mac", "MAC address", "Adresse MAC"),
    _option("user_id", "User or account name", "Nom d'utilisateur ou de compte"),
    _option("other", "Other unique identifier", "Autre identifiant unique"),
)

PARTY = (
    Part("name", FieldType.STR, Text("Name", "Nom"), required=True),
    Part("representative", FieldType.STR, Text("Representative", "Représentant")),
    Part("post", FieldType.STR, Text("Post, title or grade", "Fonction, titre ou grade")),
    Part("file_number", FieldType.STR, Text("File number", "Numéro de dossier")),
    Part("address", FieldType.TEXT, Text("Address", "Adresse")),
    Part("phone", FieldType.STR, Text("Telephone", "Téléphone")),
    Part("fax", FieldType.STR, Text("Fax", "Télécopie")),
    Part("email", FieldType.EMAIL, Text("E-mail", "Courriel")),
    Part("languages", FieldType.LANGUAGE, Text("Languages", "Langues"), is_list=True),
    Part(
        "technical_id_country",
        FieldType.COUNTRY,
        Text("Country of the technical identifier", "Pays de l'identifiant technique"),
    ),
    Part(
        "technical_id_national",
        FieldType.STR,
        Text("National technical identifier", "Identifiant technique national"),
    ),
)

_FROM = Part("from", FieldType.TIMESTAMP, Text("From", "Du"))
_TO = Part("to", FieldType.TIMESTAMP, Text("To", "Au"))

PARTS: dict[FieldType, tuple[Part, ...]] = {
    FieldType.PARTY: PARTY,
    FieldType.RANGE: (_FROM, _TO),
    FieldType.IDENT: (
        Part("type", FieldType.ENUM, Text("Kind", "Type"), required=True, options=IDENT_TYPES),
        Part("value", FieldType.STR, Text("Identifier", "Identifiant"), required=True),
        _FROM,
        _TO,
    ),
    FieldType.PERIOD: (
        Part(
            "length",
            FieldType.STR,
            Text("Length, such as P2M or P15D", "Durée, par exemple P2M ou P15D"),
            required=True,
        ),
        Part(
            "starting_from",
            FieldType.STR,
            Text("Starting from", "À compter de"),
            required=True,
        ),
    ),
    FieldType.TARGET: (
        Part("url", FieldType.URL, Text("Address (URL)", "Adresse (URL)"), required=True),
        Part("info", FieldType.TEXT, Text("What else locates it", "Autres éléments")),
    ),
    FieldType.SIGNATURE: (
        Part("method", FieldType.STR, Text("Method", "Méthode"), required=True),
        Part("by", FieldType.STR, Text("By", "Par")),
        Part("at", FieldType.TIMESTAMP, Text("At", "Le")),
        Part("value", FieldType.TEXT, Text("Signature, base64", "Signature, base64")),
    ),
    FieldType.FILE: (
        Part("name", FieldType.STR, Text("File name", "Nom du fichier"), required=True),
        Part("sha256", FieldType.STR, Text("SHA-256", "SHA-256"), required=True),
        Part("size_bytes", FieldType.INT, Text("Size in bytes", "Taille en octets")),
        Part("media_type", FieldType.STR, Text("Media type", "Type de média")),
    ),
}
# What a composite is when a single text stands for it.
SHORTHAND = {FieldType.TARGET: "url", FieldType.PARTY: "name"}
