"""ETag and If-Match: two people who look at the same thing do not overwrite each other unknowingly."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from shared.http.problems import BadRequest, PreconditionFailed, PreconditionRequired

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
_VERSION = re.compile(r"\d{1,18}")


class NotModified(Exception):  # not an error
    """What the caller has is still what there is: 304, no body."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


class IfMatchMalformed(BadRequest):
    """If-Match is * or a list of entity tags, such as "7"."""


def etag(version: int) -> str:
    """The strong entity tag of a version."""
    return f'"{version}"'


class Tag:
    """Tags an answer with its version."""

    def __init__(self, request: Request, response: Response, if_none_match: str | None) -> None:
        self._reads = request.method in ("GET", "HEAD")
        self._response, self._if_none_match = response, if_none_match

    def __call__(self, version: int) -> None:
        """Set the ETag. Raises NotModified when a read asks only for something newer."""
        tag = self._response.headers["ETag"] = etag(version)
        wanted = self._if_none_match
        if not self._reads or wanted is None:
            return
        # RFC 9110 13.1.2: here a weak tag matches its strong twin.
        if wanted.strip() == "*" or str(version) in {found[2] for found in _TAG.finditer(wanted)}:
            raise NotModified(tag)


class Expected:
    """Which versions the caller has read before it asks for a change."""

    def __init__(self, if_match: str | None) -> None:
        self._if_match = if_match

    def versions(self) -> frozenset[int] | None:
        """The versions of which it must still be one; None for `*`, any.

        Put them into the command: only under the state's lock is the comparison safe, and a repeated request
        must get its stored answer although the version has moved on since. Raises PreconditionRequired and
        IfMatchMalformed.
        """
        if self._if_match is None:
            raise PreconditionRequired()
        text = self._if_match.strip()
        if text == "*":
            return None
        found = list(_TAG.finditer(text))
        if not found or _TAG.sub("", text).strip(", \t"):
            raise IfMatchMalformed()
        # RFC 9110 13.1.1: a weak tag never matches; neither does one that is no version of ours.
        return frozenset(int(one[2]) for one in found if not one[1] and _VERSION.fullmatch(one[2]))

    def check(self, version: int) -> None:
        """For changes outside the door. Raises PreconditionFailed unless `version` is expected."""
        versions = self.versions()
        if versions is not None and version not in versions:
            raise PreconditionFailed(version=version)


async def _tag(
    request: Request,
    response: Response,
    if_none_match: Annotated[
        str | None, Header(description="Answer 304 as long as the ETag is this", examples=['"7"'])
    ] = None,
) -> Tag:
    return Tag(request, response, if_none_match)


async def _expected(
    if_match: Annotated[
        str | None, Header(description="The ETag that you have read", examples=['"7"'])
    ] = None,
) -> Expected:
    return Expected(if_match)


Versioned = Annotated[Tag, Depends(_tag)]
"""Declares a route whose answer has a version: `tag(loan.version)`."""
IfMatch = Annotated[Expected, Depends(_expected)]
"""Declares a write that needs If-Match."""
