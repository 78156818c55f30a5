"""What other programs read of a run's events is what the log holds, and nobody is misled by what they get."""

from __future__ import annotations

import base64
import io
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from goldenfile import golden
from needed import needed
from storylog import story

from simkit.errors import UsageError
from simkit.imports.formats import reader
from simkit.report.exports.formats import export
from simkit.report.exports.otel import Clock
from simkit.trace.events import AgentSaid, Injected, ToolCalled
from simkit.trace.log import Beside, Log

TOOLS = [
    {"name": "get_order", "description": "Look it up.", "parameters": {"type": "object"}, "effect": "read"},
    {"name": "refund", "description": "Pay back.", "parameters": {"type": "object"}, "effect": "write"},
    {"name": "toggle_wifi", "description": "", "parameters": {"type": "object"}, "effect": "write", "by": "user"},
]
CARD = {"policy": "1.1 Be kind.", "now": "2026-03-01T09:00:00", "tools": TOOLS}
REFUND = story(
    "user(inform): I'd like a refund for W1001.",
    "node lookup",
    'model agent openai/gpt-x {"input_tokens": 120, "output_tokens": 7}',
    'call get_order {"id": "W1001"} -> ok {"status": "delivered"}',
    "agent: Shall I refund it? It is 5 €.",
    "user: Yes, please.",
    'call refund {"order": "W1001"} -> refused "the window has closed" @w2',
    "user call toggle_wifi -> ok",
    "agent: I cannot: the window has closed.",
    "judged polite: true (it says sorry)",
    "user(close): Bye.",
    card=CARD,
).log
BROKEN = story("user: Hello?", "failed agent: RuntimeError: no such luck", card=CARD, trial=1).log
PLAIN = story("user: \ud800<script>\x00\u202e", "call x", "agent: \u2028 ok", card=CARD, trial=2).log
ODD = ToolCalled(seq=2, tool="=1+1\udfff", arguments={"\ud83d\ude00": "\udc00"}, outcome="error", result="\x1b[31m")
HOSTILE = Log(PLAIN.session, (*PLAIN.events[:2], ODD, *PLAIN.events[3:]))
LOGS = [REFUND, BROKEN, HOSTILE]


def exported(format: str, *logs: Log, outcome: str = "pass", **how: Any) -> list[dict[str, Any]]:
    """The lines of a format, read."""
    out = io.StringIO()
    export(((log, outcome) for log in logs), format, out, "1.0", **how)
    assert out.getvalue().isascii()
    return [json.loads(line) for line in out.getvalue().splitlines()]


def pretty(lines: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(line, indent=1, ensure_ascii=False) + "\n" for line in lines)


def own_calls(log: Log) -> list[tuple[str, Any, str]]:
    return [(one.tool, one.arguments, one.outcome) for one in log.of(ToolCalled) if one.by == "agent"]


def test_a_session_as_a_training_example_reads_like_the_session() -> None:
    assert pretty(exported("sft", REFUND)) == golden("exports/refund.sft.json", pretty(exported("sft", REFUND)))


def test_a_training_example_read_back_has_the_same_calls_and_words(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    export([(REFUND, ""), (HOSTILE, "")], "sft", file, "1.0")

    refund, odd = reader("openai-messages")(file)

    assert own_calls(refund) == own_calls(REFUND)
    assert [one.text for one in refund.of(AgentSaid)] == [one.text for one in REFUND.of(AgentSaid)]
    assert own_calls(odd) == [("=1+1\ufffd", {"\U0001f600": "\ufffd"}, "error")]


def test_sessions_that_nobody_should_learn_from_are_left_out_and_counted() -> None:
    def injected(fault: str) -> Injected:
        return Injected(seq=0, fault=fault, how="added", instead=None)

    spoilt = story("user: Hi.", injected("wrong_tool"), "call refund -> ok", "agent: Done.").log
    slow = story("user: Hi.", injected("latency"), "call refund -> ok", "agent: Done.").log
    garbled = story("user: Hi.", "call refund {order: -> malformed", "agent: Done.").log
    out = io.StringIO()

    found = export([(log, "") for log in (BROKEN, spoilt, slow, garbled, REFUND)], "sft", out, "1.0")

    assert found.written == 2 and sum(found.left_out.values()) == 3 and len(found.left_out) == 3
    assert all(json.loads(line)["messages"][-1]["role"] == "assistant" for line in out.getvalue().splitlines())


def test_a_session_as_a_trace_reads_like_the_session() -> None:
    found = "".join(told(line) for line in exported("otel", REFUND, BROKEN, outcome="fail"))
    assert found == golden("exports/refund.otel.txt", found)


def told(line: dict[str, Any]) -> str:
    """A trace for people: each span and event with its attributes and its milliseconds."""

    def milliseconds(nanos: str) -> int:
        return (int(nanos) - int(spans_of(line)[0]["startTimeUnixNano"])) // 1_000_000

    lines = []
    for span in spans_of(line):
        begins, ends = milliseconds(span["startTimeUnixNano"]), milliseconds(span["endTimeUnixNano"])
        lines.append(f"{span['name']} [{begins} to {ends}] in {span.get('parentSpanId')}, kind {span['kind']}")
        lines.append(f"  traceId {span['traceId']} spanId {span['spanId']} status {span.get('status')}")
        lines += [f"  {one['key']} = {one['value']}" for one in span["attributes"]]
        for event in span["events"]:
            about = ", ".join(f"{one['key']} = {one['value']}" for one in event["attributes"])
            lines.append(f"  at {milliseconds(event['timeUnixNano'])} {event['name']}: {about}")
    return "\n".join(lines) + "\n\n"


def spans_of(line: dict[str, Any]) -> list[dict[str, Any]]:
    return line["resourceSpans"][0]["scopeSpans"][0]["spans"]  # type: ignore[no-any-return]


def test_a_trace_is_one_tree_whose_spans_lie_within_their_parents() -> None:
    for line in exported("otel", *LOGS):
        root, *rest = spans = spans_of(line)
        by_id = {span["spanId"]: span for span in spans}
        assert len(by_id) == len(spans) and "parentSpanId" not in root
        assert {span["traceId"] for span in spans} == {root["traceId"]}
        for span in rest:
            above = by_id[span["parentSpanId"]]
            begins, ends = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
            assert int(above["startTimeUnixNano"]) <= begins <= ends <= int(above["endTimeUnixNano"])


def test_opentelemetry_itself_reads_the_traces_and_knows_the_names() -> None:
    needed("opentelemetry.proto")
    names = needed("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
    from google.protobuf import json_format
    from opentelemetry.proto.trace.v1.trace_pb2 import TracesData

    known = {getattr(names, name) for name in dir(names) if name.isupper()}
    for line in exported("otel", *LOGS):
        for span in spans_of(line):
            # OTLP writes identifiers in hexadecimal, where protobuf's own JSON has base64.
            for name in {"traceId", "spanId", "parentSpanId"} & set(span):
                span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
        data = json_format.ParseDict(line, TracesData())
        spans = data.resource_spans[0].scope_spans[0].spans
        used = {one.key for span in spans for one in span.attributes} | {
            one.key for span in spans for event in span.events for one in event.attributes
        }
        assert {name for name in used if name.startswith("gen_ai.")} <= known
        assert all(len(span.trace_id) == 16 and len(span.span_id) == 8 for span in spans)


def test_the_times_of_a_trace_are_those_that_the_run_noted_if_it_is_asked_for_them() -> None:
    timed = Log(BROKEN.session, BROKEN.events, tuple(Beside(at / 2) for at in range(len(BROKEN))))
    begins = datetime(2026, 3, 1, 9, tzinfo=UTC)

    (line,) = exported("otel", timed, clock=Clock(begins, recorded=True))

    root = spans_of(line)[0]
    took = int(root["endTimeUnixNano"]) - int(root["startTimeUnixNano"])
    assert (int(root["startTimeUnixNano"]), took) == (int(begins.timestamp()) * 10**9, 1_500_000_000)
    assert exported("otel", timed) == exported("otel", BROKEN)


def test_the_table_is_the_log_to_the_letter(tmp_path: Path) -> None:
    parquet = needed("pyarrow.parquet")
    file = tmp_path / "new" / "run.parquet"

    export(((log, "") for log in LOGS), "parquet", file, "1.0")

    rows = parquet.read_table(file).to_pylist()
    assert [row["event"] for row in rows] == [line for log in LOGS for line in log.lines()]
    assert [(row["session"], row["seq"]) for row in rows] == [(str(log.session), e.seq) for log in LOGS for e in log]
    called = [row for row in rows if row["kind"] == "tool_called" and row["by"] == "agent"]
    assert [(json.loads(row["arguments"]), row["outcome"]) for row in called[:2]] == [
        one[1:] for one in own_calls(REFUND)
    ]
    assert called[2]["tool"] == "=1+1\ufffd" and json.loads(called[2]["arguments"]) == {"\U0001f600": "\ufffd"}
    assert Counter(row["text"] is not None for row in rows if "said" in row["kind"]) == {True: 8}


def test_a_large_table_is_written_in_groups_of_rows_and_holds_times_if_asked_for(tmp_path: Path) -> None:
    parquet = needed("pyarrow.parquet")
    said = tuple(AgentSaid(seq=seq, text="x") for seq in range(1, 20_002))
    beside = tuple(Beside(float(seq), 0.5, 0.01) for seq in range(20_002))
    file = tmp_path / "run.parquet"

    export([(Log(BROKEN.session, (BROKEN.started, *said), beside), "")], "parquet", file, "1.0", Clock(recorded=True))

    read = parquet.ParquetFile(file)
    assert (read.num_row_groups, read.metadata.num_rows) == (2, 20_002)
    assert read.read(["at", "took", "cost"]).to_pylist()[-1] == {"at": 20_001.0, "took": 0.5, "cost": 0.01}


def test_what_cannot_be_written_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="did you mean 'sft'"):
        export([], "stf", io.StringIO(), "1.0")
    with pytest.raises(UsageError, match="is no text; name a file with --out"):
        export([], "parquet", io.StringIO(), "1.0")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pyarrow is not installed; pip install 'simkit\[tables\]'"):
        export([], "parquet", tmp_path / "x.parquet", "1.0")
