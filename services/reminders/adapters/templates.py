"""Message templates: Markdown files with Jinja2 in a sandbox, one per language and occasion.

A file has a heading for each form (`# sms`, `# mail`, `# call`) and under it one for each part (`## why`). A
part that a file does not have is taken, for a call, from its mail, and then from the language's `common.md`;
only what the occasion needs is taken from there. A template that names a fact which is not given fails:
nothing is sent with a gap in it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.reminders.domain.words.messages import Form, Message, Occasion, Part
from services.reminders.domain.words.spoken import spoken

FOLDER = Path(__file__).resolve().parents[1] / "templates"
COMMON = "common"
_HEADING = re.compile(r"^(#{1,2}) (\w+)[ \t]*$", re.MULTILINE)
_VERSION = re.compile(r"\Aversion: (\d+)\n")


class BadTemplate(Exception):
    """A template cannot be used; the text says which and why. Services refuse to start with one."""


@dataclass(frozen=True)
class Rendered:
    """A message and the template that it was made from, such as `missed_first/en/3`."""

    message: Message
    template: str


@dataclass(frozen=True)
class _Piece:
    template: Template
    facts: frozenset[str]


class Templates:
    """All templates of a folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._pieces: dict[tuple[str, str, Form, Part], _Piece] = {}
        self._versions: dict[tuple[str, str], int] = {}
        self.languages = tuple(sorted(child.name for child in folder.iterdir() if child.is_dir()))
        """The languages that there are templates in."""
        for language in self.languages:
            self._read_language(folder / language, language)
        self._look_for_gaps()

    def render(
        self,
        occasion: Occasion,
        form: Form,
        language: str,
        facts: Mapping[str, object],
        known: tuple[str, ...] = (),
    ) -> Rendered:
        """The message for an occasion. Facts may be texts, numbers, money and days; `known` are names that
        the reader knows.

        Raises `BadTemplate` when a fact is missing or no template has the language.
        """
        if language not in self.languages:
            raise BadTemplate(f"no templates in {language}; there are {', '.join(self.languages)}")
        parts = {}
        for part, piece in self._parts(occasion, form, language):
            try:
                parts[part] = piece.template.render(facts).strip()
            except TemplateError as error:
                raise BadTemplate(f"{language}/{occasion}.md, {form}, {part}: {error}") from error
        version = self._versions[language, occasion]
        return Rendered(Message(occasion, form, language, parts, known), f"{occasion}/{language}/{version}")

    def facts(self, occasion: Occasion, form: Form, language: str) -> frozenset[str]:
        """The names of the facts that the templates for an occasion use."""
        return frozenset().union(*(piece.facts for _, piece in self._parts(occasion, form, language)))

    def _parts(self, occasion: Occasion, form: Form, language: str) -> Iterator[tuple[Part, _Piece]]:
        needs = occasion.needs | ({Part.SUBJECT} if form is Form.MAIL else frozenset())
        own_forms = (form, Form.MAIL) if form is Form.CALL else (form,)
        for part in Part:
            if part is Part.SUBJECT and form is not Form.MAIL:
                continue
            places = [(occasion.value, one) for one in own_forms]
            if part in needs:
                places = (
                    [places[0], (COMMON, form), *places[1:]]
                    if part in (Part.WHO, Part.STOP)
                    else [*places, (COMMON, form)]
                )
            found = next(
                (self._pieces[language, *at, part] for at in places if (language, *at, part) in self._pieces),
                None,
            )
            if found is not None:
                yield part, found

    def _read_language(self, folder: Path, language: str) -> None:
        known = {COMMON, *Occasion}
        environment = ImmutableSandboxedEnvironment(
            undefined=StrictUndefined,
            autoescape=False,  # plain text; HTML is made of it, escaped, where a mail is built
            finalize=lambda value: spoken(value, language),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for file in sorted(folder.glob("*.md")):
            if file.stem not in known:
                raise BadTemplate(f"{language}/{file.name}: there is no occasion {file.stem}")
            text = file.read_text(encoding="utf-8")
            if (version := _VERSION.match(text)) is None:
                raise BadTemplate(
                    f"{language}/{file.name}: the first line must be its version, such as `version: 1`"
                )
            self._versions[language, file.stem] = int(version[1])
            for form, part, source in _sections(text[version.end() :], f"{language}/{file.name}"):
                try:
                    facts = meta.find_undeclared_variables(environment.parse(source))
                    piece = _Piece(environment.from_string(source), frozenset(facts))
                except TemplateError as error:
                    raise BadTemplate(f"{language}/{file.name}, {form}, {part}: {error}") from error
                self._pieces[language, file.stem, form, part] = piece

    def _look_for_gaps(self) -> None:
        for language in self.languages:
            for occasion in Occasion:
                if (language, occasion.value) not in self._versions:
                    raise BadTemplate(f"{language}/{occasion}.md is missing")
                for form in Form:
                    has = {part for part, _ in self._parts(occasion, form, language)}
                    needs = occasion.needs | ({Part.SUBJECT} if form is Form.MAIL else frozenset())
                    if missing := needs - has:
                        raise BadTemplate(
                            f"{language}/{occasion}.md, {form}: no {', '.join(sorted(missing))}"
                        )


def _sections(text: str, name: str) -> Iterator[tuple[Form, Part, str]]:
    form: Form | None = None
    headings = list(_HEADING.finditer(text))
    for number, heading in enumerate(headings):
        end = headings[number + 1].start() if number + 1 < len(headings) else len(text)
        body = text[heading.end() : end].strip()
        try:
            if len(heading[1]) == 1:
                form = Form(heading[2])
                continue
            part = Part(heading[2])
        except ValueError as error:
            raise BadTemplate(f"{name}: {error}") from error
        if form is None:
            raise BadTemplate(f"{name}: `## {part}` stands before any of # sms, # mail, # call")
        yield form, part, body
