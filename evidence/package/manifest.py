"""The text that the outer signature is over: ASiCManifest with the digests of three entries."""

import base64
from collections.abc import Sequence

from evidence.package import layout

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
    'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
    '<asic:SigReference URI="META-INF/signature001.p7s" '
    'MimeType="application/pkcs7-signature"/>'
)
_REFERENCE = (
    '<asic:DataObjectReference URI="{uri}">'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
    "<ds:DigestValue>{digest}</ds:DigestValue></asic:DataObjectReference>"
)
_FOOT = "</asic:ASiCManifest>"
_REFERRED: Sequence[str] = (layout.STATEMENT, layout.HEADER, layout.PAYLOAD)


def manifest_text(*, statement: bytes, header: bytes, payload: bytes) -> bytes:
    """Return the manifest's only possible bytes for three SHA-256 digests, 32 bytes each.

    Source: docs/custody-format.md, section 1, "Container".
    """
    digests = (base64.b64encode(raw).decode() for raw in (statement, header, payload))
    references = (
        _REFERENCE.format(uri=uri, digest=digest)
        for uri, digest in zip(_REFERRED, digests, strict=True)
    )
    return (_HEAD + "".join(references) + _FOOT).encode()
