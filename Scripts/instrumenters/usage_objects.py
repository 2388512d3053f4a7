"""Holds Scrip's readers of usage objects against the objects of the libraries themselves, made by calls of the local upstream.

Each object is sent to `POST /v1/rate` as it comes; the cost must be what its provider's own counts cost.
"""

import asyncio
import json
import urllib.error
import urllib.request
from fractions import Fraction

import cases

SETUP = "objects"


def text(name):
    return f"case:{name} setup:{SETUP}"


def openai_objects(upstream):
    import openai

    client = openai.OpenAI(base_url=f"{upstream}/v1", api_key="none", max_retries=0)
    for name in ("chat", "chat-cached", "chat-reasoning", "chat-priority", "chat-audio"):
        model = cases.BY_NAME[name].model
        answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": text(name)}])
        yield name, "openai", "OpenAI's answer", answer.model_dump(), ()
        yield name, "openai", "OpenAI's usage", answer.usage.model_dump(), ("tier",)
    answer = client.responses.create(model=cases.CHAT, input=text("response"))
    yield "response", "openai", "OpenAI's response", answer.model_dump(), ()
    yield "response", "openai", "OpenAI's usage of a response", answer.usage.model_dump(), ()
    yield "embedding", "openai", "OpenAI's embedding", client.embeddings.create(
        model=cases.EMBEDDING, input=text("embedding")).model_dump(), ()
    yield "image", "openai", "OpenAI's image", client.images.generate(
        model=cases.IMAGE, prompt=text("image")).model_dump(), ()
    chunks = client.chat.completions.create(
        model=cases.CHAT, messages=[{"role": "user", "content": text("chat-stream-cached")}], stream=True,
        stream_options={"include_usage": True})
    yield "chat-stream-cached", "openai", "OpenAI's chunks", [chunk.model_dump() for chunk in chunks], ()


def anthropic_objects(upstream):
    import anthropic

    client = anthropic.Anthropic(base_url=upstream, api_key="none", max_retries=0)
    for name in ("message", "message-read", "message-written", "message-written-1h", "message-priority"):
        answer = client.messages.create(
            model=cases.CLAUDE, max_tokens=100, messages=[{"role": "user", "content": text(name)}])
        yield name, "anthropic", "Anthropic's answer", answer.model_dump(), ()
        yield name, "anthropic", "Anthropic's usage", answer.usage.model_dump(), ()
    name = "message-stream-written-1h"
    events = client.messages.create(
        model=cases.CLAUDE, max_tokens=100, messages=[{"role": "user", "content": text(name)}], stream=True)
    yield name, "anthropic", "Anthropic's events", [event.model_dump() for event in events], ()


def litellm_objects(upstream):
    import litellm

    for name, model, base in (
            *((name, f"openai/{cases.BY_NAME[name].model}", f"{upstream}/v1")
              for name in ("chat", "chat-cached", "chat-reasoning", "chat-priority", "chat-audio")),
            *((name, f"anthropic/{cases.CLAUDE}", upstream)
              for name in ("message", "message-read", "message-written", "message-written-1h", "message-priority"))):
        answer = litellm.completion(
            model=model, messages=[{"role": "user", "content": text(name)}], api_base=base, api_key="none", max_tokens=100)
        provider = model.split("/")[0]
        yield name, provider, "LiteLLM's answer", answer.model_dump(), ()
        yield name, provider, "LiteLLM's usage", answer.usage.model_dump(), () if provider == "anthropic" else ("tier",)


def langchain_objects(upstream):
    from langchain_anthropic import ChatAnthropic
    from langchain_openai import ChatOpenAI

    def openai(name, **options):
        return ChatOpenAI(model=cases.BY_NAME[name].model, base_url=f"{upstream}/v1", api_key="none", max_retries=0,
                          **options)

    for name in ("chat", "chat-cached", "chat-reasoning", "chat-priority", "chat-audio"):
        answer = openai(name).invoke(text(name))
        yield name, "openai", "LangChain's message", answer.model_dump(), ()
        yield name, "openai", "LangChain's usage_metadata", answer.usage_metadata, ()
        yield name, "openai", "LangChain's response_metadata", answer.response_metadata, ()
    answer = openai("response", use_responses_api=True).invoke(text("response"))
    yield "response", "openai", "LangChain's message of a response", answer.model_dump(), ()
    for name in ("message", "message-read", "message-written", "message-written-1h", "message-priority"):
        client = ChatAnthropic(model=cases.CLAUDE, base_url=upstream, api_key="none", max_retries=0, max_tokens=100)
        answer = client.invoke(text(name))
        yield name, "anthropic", "LangChain's message", answer.model_dump(), ()
        yield name, "anthropic", "LangChain's usage_metadata", answer.usage_metadata, ("tier",)
        yield name, "anthropic", "LangChain's response_metadata", answer.response_metadata, ()


def pydantic_ai_objects(upstream):
    import dataclasses

    import anthropic
    import openai
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.anthropic import AnthropicProvider
    from pydantic_ai.providers.openai import OpenAIProvider

    found = []

    async def run():
        at_openai = OpenAIProvider(
            openai_client=openai.AsyncOpenAI(base_url=f"{upstream}/v1", api_key="none", max_retries=0))
        at_anthropic = AnthropicProvider(
            anthropic_client=anthropic.AsyncAnthropic(base_url=upstream, api_key="none", max_retries=0))
        for name in ("chat", "chat-cached", "chat-reasoning", "chat-audio", "response", "message", "message-read",
                     "message-written", "message-written-1h"):
            if name.startswith("message"):
                model = AnthropicModel(cases.CLAUDE, provider=at_anthropic)
            elif name == "response":
                model = OpenAIResponsesModel(cases.CHAT, provider=at_openai)
            else:
                model = OpenAIChatModel(cases.BY_NAME[name].model, provider=at_openai)
            result = await Agent(model).run(text(name))
            usage = result.usage() if callable(result.usage) else result.usage
            provider = "anthropic" if name.startswith("message") else "openai"
            found.append((name, provider, "Pydantic AI's RunUsage", dataclasses.asdict(usage), ()))
            request = result.all_messages()[-1].usage
            found.append((name, provider, "Pydantic AI's RequestUsage", dataclasses.asdict(request), ()))

    asyncio.run(run())
    yield from found


def rate(server, raw, provider, model):
    body = {"action": "ask_model", "provider": provider, "model": model, "raw_usage": raw}
    request = urllib.request.Request(
        f"{server.address}/v1/rate", json.dumps(body, default=str).encode(),
        headers={"Authorization": f"Bearer {server.key}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return Fraction(json.load(answer)["amount"])
    except urllib.error.HTTPError as error:
        return error.read().decode()


def faults(server, upstream, expected):
    """What is wrong with the costs of the libraries' objects, as sentences, and how many objects there were.

    `expected(case, untold)` is what a case costs as far as the object tells.
    """
    found, count = [], 0
    for objects in (openai_objects, anthropic_objects, litellm_objects, langchain_objects, pydantic_ai_objects):
        for name, provider, what, raw, untold in objects(upstream.address):
            count += 1
            case = cases.BY_NAME[name]
            cost = rate(server, raw, provider, case.model)
            wanted = expected(case, untold)
            if cost != wanted:
                shown = cost if isinstance(cost, str) else float(cost)
                found.append(f"{what} of {name}: {shown} instead of {float(wanted)}: {json.dumps(raw, default=str)[:1500]}")
    return found, count
