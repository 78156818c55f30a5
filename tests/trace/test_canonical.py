"""What is laid out by hand, or made without a look, is what the general way gives."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simkit.trace.canonical import body_of
from simkit.trace.events import AgentSaid, Change, ModelCalled, ToolCalled, UserSaid, any_event

TEXT = st.text(st.characters(codec=None))
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
RECORD = st.dictionaries(TEXT, VALUE, max_size=2)
CHANGE = st.builds(Change, path=TEXT, before=st.none() | RECORD, after=st.none() | RECORD)
SEQ = st.integers(0, 10**6)

SAID = st.fixed_dictionaries(
    {"kind": st.just("user_said"), "seq": SEQ, "text": TEXT, "closing": st.booleans(), "act": st.none() | TEXT}
)
ANSWERED = st.fixed_dictionaries({"kind": st.just("agent_said"), "seq": SEQ, "text": TEXT})
CALLED = st.fixed_dictionaries(
    {
        "kind": st.just("tool_called"),
        "seq": SEQ,
        "tool": TEXT,
        "arguments": VALUE,
        "outcome": st.sampled_from(["ok", "malformed", "refused"]),
        "result": VALUE,
        "by": st.sampled_from(["agent", "user"]),
        "node": st.none() | TEXT,
        "changes": st.lists(CHANGE, max_size=2).map(tuple),
        "before": RECORD,
        "after": RECORD,
        "world": TEXT,
    }
)
USED = st.fixed_dictionaries(
    {
        "kind": st.just("model_called"),
        "seq": SEQ,
        "role": st.sampled_from(["agent", "user", "judge"]),
        "model": TEXT,
        "usage": st.dictionaries(TEXT, st.integers(0), max_size=3),
    }
)
KINDS = {"user_said": UserSaid, "agent_said": AgentSaid, "tool_called": ToolCalled, "model_called": ModelCalled}


def written(value: Any) -> dict[str, Any]:
    """The fields of an event; what invariants ask for stands there only where it says something."""
    silent = isinstance(value, ToolCalled) and not value.after
    return {name: one for name, one in vars(value).items() if not (silent and name == "after")}


@given(SAID | ANSWERED | CALLED | USED)
def test_an_event_that_was_made_quickly_is_the_same_event_and_gives_the_same_bytes(fields: dict[str, Any]) -> None:
    kind: Any = KINDS[fields["kind"]]
    whole, quick = kind(**fields), kind.of(**fields)
    plain = json.dumps(whole, sort_keys=True, separators=(",", ":"), default=written)

    assert quick == whole
    assert body_of(quick) == body_of(whole) == plain
    assert any_event.validate_python(json.loads(plain)) == whole
