"""Sessions as OpenTelemetry traces: OTLP in JSON, a session (`TracesData`) a line, as the file exporter writes them.

    session late-refund/novice/0          the whole session, and what became of it
    ├ invoke_agent AGENT                  a turn of the agent: from the user's words to its own
    │ ├ chat MODEL                        a model answered
    │ └ execute_tool TOOL                 a call; error.type is its outcome where that is not ok
    └ execute_tool TOOL                   a call of the user's own (dual control)

Names and attributes are those of the semantic conventions for generative AI (`gen_ai.*`, semconv 1.41, in
development); what they have no name for begins with `simkit.`. Identifiers come from the session's digest: the same log
gives the same trace, wherever it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from simkit.report.exports.lines import inner, line
from simkit.trace.events import (
    AgentSaid,
    Ended,
    Event,
    Failed,
    Injected,
    Judged,
    ModelCalled,
    NodeEntered,
    Perturbed,
    ToolCalled,
    UserSaid,
    answer,
)
from simkit.trace.log import Log

_SCHEMA = "https://opentelemetry.io/schemas/1.41.0"
_INTERNAL, _CLIENT, _ERROR = 1, 3, 2
_PROVIDERS = {
    "azure_ai": "azure.ai.inference",
    "azure_openai": "azure.ai.openai",
    "bedrock": "aws.bedrock",
    "google_genai": "gcp.gemini",
    "google_vertexai": "gcp.vertex_ai",
    "ibm": "ibm.watsonx.ai",
    "mistralai": "mistral_ai",
    "xai": "x_ai",
}
"""Providers of whom the conventions have another name than we."""
_TOKENS = {"input_tokens": "gen_ai.usage.input_tokens", "output_tokens": "gen_ai.usage.output_tokens"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Clock:
    """When things are said to have happened. A log keeps no time of day: every session begins at `begins`.

    `recorded`: as many seconds after that as the run noted; else the events' numbers are milliseconds: order, not time.
    """

    begins: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    recorded: bool = False

    def of(self, log: Log) -> list[int]:
        """When each event was over: nanoseconds since 1970, never falling."""
        noted = self.recorded and len(log.beside) == len(log)
        after = [round(one.at * 1e9) for one in log.beside] if noted else [seq * 1_000_000 for seq in range(len(log))]
        first = round((self.begins - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000_000
        return list(accumulate((first + one for one in after), max))


def traces(sessions: Iterable[tuple[Log, str]], version: str, clock: Clock = Clock()) -> Iterator[str]:
    """A line for each session; the text beside a log is its outcome. `version` is simkit's."""
    resource = {"attributes": _attributes({"service.name": "simkit", "service.version": version})}
    for log, outcome in sessions:
        scope = {"scope": {"name": "simkit", "version": version}, "spans": _Trace(log, outcome, clock).spans}
        yield line({"resourceSpans": [{"resource": resource, "scopeSpans": [{**scope, "schemaUrl": _SCHEMA}]}]})


class _Trace:
    """The spans of one session."""

    def __init__(self, log: Log, outcome: str, clock: Clock) -> None:
        self.log, self.times = log, clock.of(log)
        self.agent = log.started.agent or "agent"
        self.spans: list[Json] = []
        self.turn: Json | None = None
        self.root = self._span(f"session {log.session}", 0, len(log) - 1, _about(log), None)
        for event in log:
            self._take(event)
        verdict = {"gen_ai.evaluation.name": "outcome", "gen_ai.evaluation.score.label": outcome}
        self._note(self.root, "gen_ai.evaluation.result", len(log) - 1, verdict)

    def _take(self, event: Event) -> None:
        if isinstance(event, UserSaid):
            self._user_said(event)
        elif isinstance(event, AgentSaid):
            self._agent_said(event)
        elif isinstance(event, ToolCalled):
            self._called(event)
        elif isinstance(event, ModelCalled):
            self._answered(event)
        elif isinstance(event, Failed):
            self._failed(event)
        elif isinstance(event, Ended):
            self.root["attributes"] += _attributes({"simkit.end": event.reason})
        else:
            self._noted(event)

    def _user_said(self, event: UserSaid) -> None:
        self._close(event.seq)
        if event.closing:
            self._note(self.root, "simkit.user_said", event.seq, {"simkit.text": event.text, "simkit.closing": True})
        else:
            self.turn = self._turn(event.seq)
            self.turn["attributes"] += _attributes({"gen_ai.input.messages": _message("user", event.text)})

    def _agent_said(self, event: AgentSaid) -> None:
        said = _message("assistant", event.text, finish_reason="stop")
        self._open(event.seq)["attributes"] += _attributes({"gen_ai.output.messages": said})
        self._close(event.seq)

    def _close(self, seq: int) -> None:
        if self.turn is not None:
            self.turn["endTimeUnixNano"] = str(self.times[seq])
        self.turn = None

    def _called(self, event: ToolCalled) -> None:
        asked = event.arguments
        found = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.conversation.id": str(self.log.session),
            "gen_ai.tool.name": event.tool,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": f"call_{event.seq}",
            "gen_ai.tool.call.arguments": asked if isinstance(asked, str) else inner(asked),
            "gen_ai.tool.call.result": inner(event.result),
            "error.type": None if event.outcome == "ok" else event.outcome,
            "simkit.by": event.by,
            "simkit.node": event.node,
            "simkit.world": event.world or None,
        }
        above = self.root if event.by == "user" else self._open(event.seq)
        span = self._span(f"execute_tool {event.tool}", event.seq - 1, event.seq, found, above)
        if event.outcome != "ok":
            span["status"] = {"code": _ERROR, "message": answer(event.outcome, event.result)}

    def _answered(self, event: ModelCalled) -> None:
        provider, slash, model = event.model.removeprefix("langchain:").partition("/")
        provider, model = (provider, model) if slash else ("", provider)
        found = {
            "gen_ai.operation.name": "chat",
            "gen_ai.conversation.id": str(self.log.session),
            "gen_ai.provider.name": _PROVIDERS.get(provider, provider) or None,
            "gen_ai.request.model": model,
            "simkit.role": event.role,
            **{_TOKENS[name]: count for name, count in event.usage.items() if name in _TOKENS},
        }
        above = self._open(event.seq) if event.role == "agent" else self.root
        self._span(f"chat {model}", event.seq - 1, event.seq, found, above, _CLIENT)

    def _failed(self, event: Failed) -> None:
        span = self.root if self.turn is None else self.turn
        kind = event.error.partition(":")[0]
        span["status"] = {"code": _ERROR, "message": event.error}
        span["attributes"] += _attributes({"error.type": kind, "simkit.boundary": event.boundary})
        self._note(span, "exception", event.seq, {"exception.type": kind, "exception.message": event.error})

    def _noted(self, event: Event) -> None:
        where = self.root if self.turn is None else self.turn
        if isinstance(event, NodeEntered):
            self._note(where, "simkit.node_entered", event.seq, {"simkit.node": event.node})
        elif isinstance(event, Injected):
            about = {"simkit.fault": event.fault, "simkit.how": event.how, "simkit.rule": event.rule or None}
            self._note(where, "simkit.injected", event.seq, about)
        elif isinstance(event, Perturbed):
            self._note(
                where, "simkit.perturbed", event.seq, {"simkit.how": list(event.how), "simkit.meant": event.meant}
            )
        elif isinstance(event, Judged):
            scored = "label" if isinstance(event.verdict, str) else "value"
            about = {f"gen_ai.evaluation.score.{scored}": event.verdict if scored == "label" else float(event.verdict)}
            about |= {"gen_ai.evaluation.name": event.question, "gen_ai.evaluation.explanation": event.reason or None}
            self._note(self.root, "gen_ai.evaluation.result", event.seq, about)

    def _turn(self, seq: int) -> Json:
        about: Json = {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.conversation.id": str(self.log.session),
            "gen_ai.agent.name": self.agent,
        }
        if len(self.spans) == 1:  # what all turns share is told once
            about |= _told(self.log)
        return self._span(f"invoke_agent {self.agent}", seq, len(self.log) - 1, about, self.root)

    def _open(self, seq: int) -> Json:
        if self.turn is None:
            self.turn = self._turn(seq - 1)
        return self.turn

    def _span(self, name: str, begins: int, ends: int, about: Json, above: Json | None, kind: int = _INTERNAL) -> Json:
        number = len(self.spans)
        mark = hashlib.sha256(f"{self.log.digest} {number}".encode()).hexdigest()
        span: Json = {
            "traceId": self.log.digest[:32],
            "spanId": mark[:16],
            **({} if above is None else {"parentSpanId": above["spanId"]}),
            "name": name,
            "kind": kind,
            "startTimeUnixNano": str(self.times[begins]),
            "endTimeUnixNano": str(self.times[ends]),
            "attributes": _attributes(about),
            "events": [],
        }
        self.spans.append(span)
        return span

    def _note(self, span: Json, name: str, seq: int, about: Json) -> None:
        span["events"].append({"timeUnixNano": str(self.times[seq]), "name": name, "attributes": _attributes(about)})


def _about(log: Log) -> Json:
    first = log.started
    return {
        "gen_ai.conversation.id": str(log.session),
        "simkit.scenario": log.session.scenario,
        "simkit.persona": log.session.persona,
        "simkit.trial": log.session.trial,
        "simkit.domain": str(first.domain.get("domain", "")),
        "simkit.agent": first.agent,
        "simkit.user": first.user,
        "simkit.seed": str(first.seed),
        "simkit.digest": log.digest,
    }


def _told(log: Log) -> Json:
    domain = log.started.domain
    tools = [tool for tool in domain.get("tools", ()) if tool.get("by", "agent") == "agent"]
    shown = [
        {"type": "function", **{name: tool[name] for name in ("name", "description", "parameters")}} for tool in tools
    ]
    policy = str(domain.get("policy", ""))
    return {
        "gen_ai.system_instructions": inner([{"type": "text", "content": policy}]) if policy else None,
        "gen_ai.tool.definitions": inner(shown) if shown else None,
    }


def _message(role: str, text: str, **more: str) -> str:
    return inner([{"role": role, "parts": [{"type": "text", "content": text}], **more}])


def _attributes(about: Json) -> list[Json]:
    """Attributes as OTLP has them; those that are None are left out."""
    return [{"key": key, "value": _value(value)} for key, value in about.items() if value is not None]


def _value(value: Any) -> Json:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        # 64 bits travel as text; whatever is longer is one.
        return {"intValue": str(value)} if -(2**63) <= value < 2**63 else {"stringValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [_value(one) for one in value]}}
    return {"stringValue": str(value)}
