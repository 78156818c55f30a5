"""An OpenAPI file as a document: read with positions, its references followed, old versions brought up to date."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from simkit.errors import FileError, did_you_mean
from simkit.spec.strict_yaml import Document, Loc, parse_documents, read_text

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


class Spec:
    """One description of an HTTP API."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises `FileError` for what is no OpenAPI of version 2 or 3."""
        self.path = path
        self._text = read_text(path)
        self._document: Document | None = None
        self.root = self._read()
        version = str(self.root.get("openapi") or self.root.get("swagger") or "")
        if not version.startswith(("2", "3.")):
            raise self.error(f"is no OpenAPI 3 or Swagger 2 (openapi: {version or 'missing'}); name another file")
        self.old = version.startswith("2")
        if not isinstance(self.root.get("paths"), dict) or not self.root["paths"]:
            raise self.error("describes no paths; add 'paths:' with at least one operation", ("paths",))

    def _read(self) -> dict[str, Any]:
        value: Any = None
        if self._text.lstrip().startswith("{"):
            try:
                value = json.loads(self._text)
            except (json.JSONDecodeError, RecursionError):
                value = None
        if value is None:
            value = self._yaml()
        if not isinstance(value, dict):
            raise self.error("is no OpenAPI description; it starts with 'openapi: 3.1.0'")
        return value

    def _yaml(self) -> Any:
        """The file's value; with aliases and tags, which our own files may not have, read without positions."""
        try:
            return self.document.value
        except FileError as error:
            if not any(sign in error.what for sign in ("alias", "anchor", "is a tag", "'<<'")):
                raise
            from ruamel.yaml import YAML
            from ruamel.yaml.error import YAMLError

            self._document = Document(self.path)
            try:
                return _plain(YAML(typ="safe", pure=True).load(self._text))
            except (YAMLError, ValueError):
                raise error from None

    @property
    def document(self) -> Document:
        """The file with the position of each node; read when first asked for, since that takes long."""
        if self._document is None:
            documents = parse_documents(self._text, self.path)
            self._document = documents[0] if documents else Document(self.path)
        return self._document

    def error(self, what: str, loc: Loc = ()) -> FileError:
        """A mistake at a place of the file."""
        return self.document.error(what, loc, key=True)

    def follow(self, node: Any, loc: Loc = ()) -> tuple[dict[str, Any], str]:
        """What stands at `node`, local references followed, and the name under which it is defined (or `""`).

        Raises `FileError` for a reference to another file, to nothing, or to itself.
        """
        name, seen = "", set()
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            ref = node["$ref"]
            if not ref.startswith("#/"):
                raise self.error(f"'{ref}' is in another file; bundle the description into one file first", loc)
            if ref in seen:
                raise self.error(f"'{ref}' refers to itself; define it", loc)
            seen.add(ref)
            parts = [unquote(part).replace("~1", "/").replace("~0", "~") for part in ref[2:].split("/")]
            found = self._at(parts, ref, loc)
            beside = {key: value for key, value in node.items() if key != "$ref"}
            node = {**found, **beside} if isinstance(found, dict) else found
            name = parts[-1]
        return (node if isinstance(node, dict) else {}), name

    def _at(self, parts: list[str], ref: str, loc: Loc) -> Any:
        node: Any = self.root
        for part in parts:
            if isinstance(node, dict) and part in node:
                node = node[part]
            elif isinstance(node, list) and part.isdigit() and int(part) < len(node):
                node = node[int(part)]
            else:
                cure = did_you_mean(part, node) if isinstance(node, dict) else ""
                raise self.error(f"'{ref}' leads to nothing{cure}", loc)
        return node

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
        """(path, method, the path's item, the operation) of each operation, in the order of the file."""
        for path, given in self.root["paths"].items():
            if not str(path).startswith("/"):
                continue  # an extension, x-…
            item, _ = self.follow(given, ("paths", path))
            for method, operation in item.items():
                if method.lower() in METHODS and isinstance(operation, dict):
                    yield str(path), method.lower(), item, operation


def _plain(node: Any) -> Any:
    """What YAML read, as JSON has it: keys are texts, and so are dates."""
    if isinstance(node, dict):
        return {str(key): _plain(item) for key, item in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node if node is None or isinstance(node, str | int | float | bool) else str(node)
