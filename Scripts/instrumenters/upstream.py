"""A local stand-in for OpenAI's and Anthropic's APIs. The case that a call asks for, and who asks, stand in its text."""

import collections
import json
import os
import re
import sys
import threading

import cases

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import stand_in_server  # noqa: E402


class Upstream:
    """Answers calls, and knows of each setup which cases it answered."""

    def __init__(self):
        self.lock = threading.Lock()
        self.count = 0
        # What was answered with usage, and so is to be charged, by setup.
        self.answered = collections.defaultdict(list)
        # How often a case was refused, by setup and case.
        self.refused = collections.Counter()
        self.unknown = []
        self.address = stand_in_server.serve(lambda _, path, body, __: self.answer(path, json.loads(body or b"{}")))

    def answer(self, path, body):
        # The last one named is the one asked for: a conversation carries what was said before.
        named = re.findall(r"case:([a-z0-9-]+) setup:([a-z0-9-]+)", json.dumps(body))
        if not named or named[-1][0] not in cases.BY_NAME:
            self.unknown.append((path, body))
            return self.refusal(path, 404)
        name, setup = named[-1]
        if "tool_result" in json.dumps(body) or '"role": "tool"' in json.dumps(body) or "function_call_output" in json.dumps(body):
            name += "-result"
        case = cases.BY_NAME[name]
        with self.lock:
            attempt = self.refused[setup, case.name]
            if attempt < len(case.refusals) or case.usage is None:
                self.refused[setup, case.name] += 1
                return self.refusal(path, case.refusals[min(attempt, len(case.refusals) - 1)])
            self.answered[setup].append(case)
            self.count += 1
            identity = f"{setup}-{self.count}"
        streams = body.get("stream") is True
        if path.endswith("/chat/completions"):
            return stream_chat(case, identity, body) if streams else as_json(chat(case, identity))
        if path.endswith("/responses"):
            return stream_response(case, identity) if streams else as_json(response(case, identity))
        if path.endswith("/embeddings"):
            return as_json({
                "object": "list", "model": case.model, "usage": case.usage,
                "data": [{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}]})
        if path.endswith("/images/generations"):
            return as_json({"created": 1_790_000_000, "data": [{"b64_json": "aGk="}], "usage": case.usage})
        return stream_message(case, identity) if streams else as_json(message(case, identity))

    @staticmethod
    def refusal(path, status):
        kind = {400: "invalid_request_error", 404: "not_found_error", 429: "rate_limit_error"}.get(status, "overloaded_error")
        error = {"type": kind, "message": "refused", "param": None, "code": None}
        # So that whoever tries again does so at once.
        return status, "application/json", json.dumps({"type": "error", "error": error}).encode()


def as_json(answer):
    return 200, "application/json", json.dumps(answer).encode()


def as_events(events, named):
    lines = [(f"event: {event['type']}\n" if named else "") + f"data: {json.dumps(event)}\n\n" for event in events]
    return 200, "text/event-stream", ("".join(lines) + ("" if named else "data: [DONE]\n\n")).encode()


def tier(case):
    return case.tier or "default"


def chat(case, identity):
    said = {"role": "assistant", "content": "Yes.", "refusal": None}
    reason = "stop"
    if case.name.endswith("-tool"):
        call = {"name": "look_up", "arguments": '{"word": "credit"}'}
        said = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function", "function": call}]}
        reason = "tool_calls"
    return {
        "id": f"chatcmpl-{identity}", "object": "chat.completion", "created": 1_790_000_000, "model": case.model,
        "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": reason}], "usage": case.usage,
        "service_tier": tier(case), "system_fingerprint": "fp"}


def stream_chat(case, identity, body):
    frame = {"id": f"chatcmpl-{identity}", "object": "chat.completion.chunk", "created": 1_790_000_000,
             "model": case.model, "service_tier": tier(case), "system_fingerprint": "fp"}
    parts = [{"role": "assistant", "content": ""}, {"content": "Ye"}, {"content": "s."}]
    chunks = [{**frame, "choices": [{"index": 0, "delta": part, "finish_reason": None}], "usage": None} for part in parts]
    chunks.append({**frame, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": None})
    if (body.get("stream_options") or {}).get("include_usage"):
        chunks.append({**frame, "choices": [], "usage": case.usage})
    return as_events(chunks, named=False)


def response(case, identity, status="completed", usage=True):
    text = {"type": "output_text", "annotations": [], "logprobs": [], "text": "Yes."}
    item = {"id": f"msg_{identity}", "type": "message", "status": "completed", "role": "assistant", "content": [text]}
    return {
        "id": f"resp_{identity}", "object": "response", "created_at": 1_790_000_000, "status": status, "error": None,
        "incomplete_details": None, "instructions": None, "max_output_tokens": None, "model": case.model,
        "output": [item] if usage else [], "parallel_tool_calls": True, "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None}, "service_tier": tier(case), "store": True, "temperature": 1.0,
        "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "truncation": "disabled", "usage": case.usage if usage else None, "user": None, "metadata": {}}


def stream_response(case, identity):
    whole = response(case, identity)
    item = whole["output"][0]
    empty = {**item, "status": "in_progress", "content": []}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    begun = response(case, identity, status="in_progress", usage=False)
    events = [
        {"type": "response.created", "response": begun}, {"type": "response.in_progress", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": empty},
        {"type": "response.content_part.added", **place, "part": {**item["content"][0], "text": ""}},
        {"type": "response.output_text.delta", **place, "delta": "Yes.", "logprobs": []},
        {"type": "response.output_text.done", **place, "text": "Yes.", "logprobs": []},
        {"type": "response.content_part.done", **place, "part": item["content"][0]},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": whole}]
    return as_events([{**event, "sequence_number": number} for number, event in enumerate(events)], named=True)


def message(case, identity):
    content = [{"type": "text", "text": "Yes."}]
    reason = "end_turn"
    if case.name.endswith("-tool"):
        content = [{"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"word": "credit"}}]
        reason = "tool_use"
    return {
        "id": f"msg_{identity}", "type": "message", "role": "assistant", "model": case.model, "content": content,
        "stop_reason": reason, "stop_sequence": None, "usage": {**case.usage, "service_tier": case.tier or "standard"}}


def stream_message(case, identity):
    whole = message(case, identity)
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    # The final counts repeat the input's, but neither lifetimes nor tier.
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    final = {name: case.usage[name] for name in names}
    return as_events([
        {"type": "message_start", "message": begun},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Yes."}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": final},
        {"type": "message_stop"}], named=True)
