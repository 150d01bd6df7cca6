"""Forms as a browser finds them in a page, and whether a page runs anything that is not ours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

_TEXTS = {"text", "search", "email", "url", "tel", "password", "number", "date", "datetime-local"}
_RUNS = {"iframe", "object", "embed", "base", "applet", "frame", "link"}
_ADDRESSES = {"href", "src", "action", "formaction", "data", "xlink:href"}


@dataclass
class Form:
    """One form: text boxes by name, and what a browser would send if nobody touched it."""

    action: str
    texts: list[str] = field(default_factory=list)
    given: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, words: Mapping[str, str]) -> dict[str, list[str]]:
        """Return what is sent with `words` typed into the text boxes."""
        return {**self.given, **{name: [text] for name, text in words.items()}}


class _Reader(HTMLParser):
    """Collects forms that are posted, and everything in the page that could run."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.runs: list[str] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._script = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.runs += _running(tag, given)
        self._script = tag == "script"
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"])
        if tag == "form":
            self._begin(given)
        elif self._form is not None:
            self._take(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form is not None:
            self.forms.append(self._form)
            self._form = None
        self._script = False

    def handle_data(self, data: str) -> None:
        if self._script and data.strip():
            self.runs.append(f"script: {data[:60]}")

    def _begin(self, given: Mapping[str, str]) -> None:
        if given.get("method", "").lower() == "post":
            self._form = Form(given.get("action", ""))

    def _take(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        name, kind = given.get("name", self._select), given.get("type", "text")
        if tag == "select":
            self._select = name
        elif tag == "option":
            _choose(form, name, given, chosen="selected" in given)
        elif tag == "textarea" or (tag == "input" and kind in _TEXTS):
            form.texts.append(name)
            form.given[name] = [given.get("value", "")]
        elif tag == "input" and kind in {"radio", "checkbox"}:
            _choose(form, name, given, chosen="checked" in given)
        elif tag == "input" and kind == "hidden":
            form.given.setdefault(name, []).append(given.get("value", ""))


def _choose(form: Form, name: str, given: Mapping[str, str], *, chosen: bool) -> None:
    """Choose what the page has chosen, else the first choice that says something."""
    value = given.get("value", "")
    if chosen or (value and name not in form.given):
        form.given[name] = [value]


def _running(tag: str, given: Mapping[str, str]) -> Iterator[str]:
    ours = given.get("src", given.get("href", "")).startswith("/static/")
    if tag in _RUNS | {"script", "img"} and not ours:
        yield f"<{tag}> {given}"
    for name, value in given.items():
        if name.startswith("on") or name == "style":
            yield f"<{tag} {name}>"
        scheme = "".join(value.split()).lower()
        if name in _ADDRESSES and scheme.startswith(("javascript:", "data:", "vbscript:")):
            yield f"<{tag} {name}={value[:40]}>"


def forms(html: str) -> list[Form]:
    """Return the forms of a page that are posted, the sign-out of the frame left aside."""
    return [form for form in _Reader(html).forms if "sign-out" not in form.action]


def runs(html: str) -> list[str]:
    """Return what could run in the page, or take the reader elsewhere, and is not the house's."""
    return _Reader(html).runs


def links(html: str) -> list[str]:
    """Return the addresses of this house that the page leads to."""
    return _Reader(html).links
