"""A page as a browser reads it: its forms, with the values they would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from broker.basics.errors import NotFound


@dataclass(slots=True)
class Form:
    """A form that is sent with POST; `action` is empty when it goes back to its own page.

    `names` are all its boxes, `values` what they would send as they stand.
    """

    action: str
    names: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)


class Page(HTMLParser):
    """Reads the forms and the visible words of `html`."""

    def __init__(self, url: str, html: str) -> None:
        super().__init__()
        self.url, self.html = url, html
        self.forms: list[Form] = []
        self._words: list[str] = []
        self._form: Form | None = None
        self._area = ""
        self._select = ""
        self.feed(html)

    @property
    def words(self) -> str:
        """The text of the page, all white space as single spaces."""
        return " ".join(" ".join(self._words).split())

    def form(self, holding: str = "") -> Form:
        """Return the page's own form, the one with the field `holding` if given."""
        for form in self.forms:
            if holding in form.names if holding else not form.action:
                return form
        raise NotFound(
            f"The page {self.url} has no form to fill in.",
            why=self.words[:300],
            remedy="Look at it in the portal.",
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        present = {name for name, _ in attrs}
        if tag == "form" and facts.get("method", "").lower() == "post":
            self._form = Form(facts.get("action", ""))
            self.forms.append(self._form)
        elif tag in {"input", "textarea", "select"}:
            self._box(tag, facts, present)
        elif tag == "option" and self._select:
            self._option(facts.get("value", ""), chosen="selected" in present)

    def _box(self, tag: str, facts: dict[str, str], present: set[str]) -> None:
        name = facts.get("name", "")
        if self._form is not None and name:
            self._form.names.add(name)
        if tag == "input":
            self._input(facts, present)
        elif tag == "textarea":
            self._area = name
        else:
            self._select = name

    def _option(self, value: str, *, chosen: bool) -> None:
        """The first option stands until another one is marked."""
        if self._form is not None and (chosen or self._select not in self._form.values):
            self._form.values[self._select] = [value]

    def _input(self, facts: dict[str, str], present: set[str]) -> None:
        kind = facts.get("type", "text")
        chosen = kind not in {"checkbox", "radio"} or "checked" in present
        if chosen and kind != "file":
            self._add(facts.get("name", ""), facts.get("value", "on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._area:
            # HTML drops the line break right behind the tag.
            self._add(self._area, data.removeprefix("\n"))

    def _add(self, name: str, value: str) -> None:
        if self._form is not None and name:
            self._form.values.setdefault(name, []).append(value)
