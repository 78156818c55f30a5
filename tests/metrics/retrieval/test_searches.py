"""Searches are recognised in the log, and make one ranking together."""

from __future__ import annotations

from storylog import story

from simkit.metrics.retrieval.searches import ids_at, ranking, searches

KNOWLEDGE = {"documents": "articles", "found_by": {"search": "articles.*.id", "lookup": "id"}}


def found(*lines: str, knowledge: object = KNOWLEDGE) -> tuple[tuple[str, ...], ...]:
    """What each search of a session found."""
    episode = story(
        "user: How do I print?", *lines, "user(close): Bye.", card={"domain": "desk", "knowledge": knowledge}
    )
    return tuple(search.documents for search in searches(episode))


def test_calls_of_knowledge_tools_are_searches_and_no_others() -> None:
    search = 'call search {"query": "print"} -> ok {"articles": [{"id": "KB2"}, {"id": "KB1"}, {"id": "KB2"}]}'
    lookup = 'call lookup {"id": "KB7"} -> ok {"id": "KB7", "text": "Turn it off."}'
    failed = 'call search {"query": ""} -> refused "say what to look for"'
    other = 'call open_ticket {} -> ok {"id": "T1"}'
    users = 'user call search {} -> ok {"articles": [{"id": "KB9"}]}'

    assert found(search, failed, other, users, lookup) == (("KB2", "KB1"), ("KB7",))
    assert found(search, knowledge=None) == ()


def test_a_result_without_documents_is_an_empty_search() -> None:
    assert found('call search {} -> ok {"articles": []}', 'call search {} -> ok "nothing"') == ((), ())


def test_searches_are_interleaved_each_document_once() -> None:
    one = 'call search {} -> ok {"articles": [{"id": "A"}, {"id": "B"}, {"id": "C"}]}'
    two = 'call search {} -> ok {"articles": [{"id": "X"}, {"id": "A"}]}'
    card = {"domain": "desk", "knowledge": KNOWLEDGE}

    assert ranking(searches(story("user: Hi.", one, two, card=card))) == ("A", "X", "B", "C")
    assert ranking(()) == ()


def test_a_path_leads_through_lists_tables_and_places() -> None:
    assert list(ids_at({"hits": {"a": {"id": 1}, "b": {"id": 2}}}, "hits.*.id")) == [1, 2]
    assert list(ids_at(["A", "B"], "*")) == ["A", "B"]
    assert list(ids_at([["A"], ["B"]], "1.0")) == ["B"]
    assert list(ids_at({"hits": None}, "hits.*.id")) == []
