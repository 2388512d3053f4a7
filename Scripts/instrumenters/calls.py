"""Makes every call of one setup, instrumented as the setup says, and exports the spans: run in a process of its own.

    calls.py SETUP UPSTREAM

What spans are exported to, and for which account, stands in OpenTelemetry's own environment variables. With
SCRIP_SPAN_BY_SPAN each span is sent as soon as it ends.
"""

import asyncio
import os
import sys
import warnings
from contextlib import nullcontext

warnings.filterwarnings("ignore")

from opentelemetry import trace  # noqa: E402
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: E402
from opentelemetry.sdk.trace import TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor  # noqa: E402

import cases  # noqa: E402

SETUP, UPSTREAM = sys.argv[1:]
TOOL = {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}


class Exporter(OTLPSpanExporter):
    """Sends spans to Scrip; with SCRIP_SPAN_FOLDER each is written there, too, to be looked at."""

    def export(self, spans):
        if folder := os.environ.get("SCRIP_SPAN_FOLDER"):
            with open(f"{folder}/{SETUP}.spans", "a") as file:
                file.writelines(span.to_json() + "\n" for span in spans)
        return super().export(spans)


def processor():
    exporter = Exporter()
    return SimpleSpanProcessor(exporter) if os.environ.get("SCRIP_SPAN_BY_SPAN") else BatchSpanProcessor(exporter)


def text(name):
    return f"case:{name} setup:{SETUP}"


def said(name):
    return [{"role": "user", "content": text(name)}]


def refused(call, *arguments, **options):
    """A call that the provider refuses."""
    try:
        call(*arguments, **options)
    except Exception as error:  # Each library has its own.
        if not getattr(error, "status_code", None):
            raise
    else:
        sys.exit("a call that is to be refused was answered")


def openai_calls():
    import openai

    client = openai.OpenAI(base_url=f"{UPSTREAM}/v1", api_key="none", max_retries=0)
    create = client.chat.completions.create
    for name in ("chat", "chat-cached", "chat-reasoning", "chat-priority"):
        create(model=cases.CHAT, messages=said(name))
    create(model=cases.AUDIO, messages=said("chat-audio"))
    for name in ("chat-stream", "chat-stream-cached"):
        for _ in create(model=cases.CHAT, messages=said(name), stream=True, stream_options={"include_usage": True}):
            pass
    openai.OpenAI(base_url=f"{UPSTREAM}/v1", api_key="none", max_retries=1).chat.completions.create(
        model=cases.CHAT, messages=said("chat-retried"))
    refused(create, model=cases.CHAT, messages=said("chat-refused"))
    refused(create, model=cases.CHAT, messages=said("chat-limited"))
    client.responses.create(model=cases.CHAT, input=text("response"))
    for _ in client.responses.create(model=cases.CHAT, input=text("response-stream"), stream=True):
        pass
    refused(client.responses.create, model=cases.CHAT, input=text("response-refused"))
    client.embeddings.create(model=cases.EMBEDDING, input=text("embedding"))
    client.images.generate(model=cases.IMAGE, prompt=text("image"))

    async def later():
        async with openai.AsyncOpenAI(base_url=f"{UPSTREAM}/v1", api_key="none", max_retries=0) as client:
            await client.chat.completions.create(model=cases.CHAT, messages=said("chat-async"))

    asyncio.run(later())


def anthropic_calls(own_spans):
    import anthropic

    # The SDK makes spans of its own unless it is told not to.
    options = {"base_url": UPSTREAM, "api_key": "none", "open_telemetry": {"traces": own_spans}}
    client = anthropic.Anthropic(max_retries=0, **options)
    asked = {"model": cases.CLAUDE, "max_tokens": 1_000}
    for name in ("message", "message-read", "message-written", "message-written-1h", "message-priority"):
        client.messages.create(messages=said(name), **asked)
    for name in ("message-stream", "message-stream-written-1h"):
        for _ in client.messages.create(messages=said(name), stream=True, **asked):
            pass
    with client.messages.stream(messages=said("message-stream-helper"), **asked) as stream:
        stream.get_final_message()
    client.beta.messages.create(messages=said("message-beta"), **asked)
    anthropic.Anthropic(max_retries=1, **options).messages.create(messages=said("message-retried"), **asked)
    refused(client.messages.create, messages=said("message-refused"), **asked)
    refused(client.messages.create, messages=said("message-overloaded"), **asked)

    async def later():
        async with anthropic.AsyncAnthropic(max_retries=0, **options) as client:
            await client.messages.create(messages=said("message-async"), **asked)

    asyncio.run(later())


def litellm_calls():
    import litellm

    litellm.num_retries = 0
    openai = {"api_base": f"{UPSTREAM}/v1", "api_key": "none"}
    anthropic = {"api_base": UPSTREAM, "api_key": "none", "max_tokens": 1_000}

    def chat(name, **options):
        return litellm.completion(model=f"openai/{cases.CHAT}", messages=said(name), **openai, **options)

    def message(name, **options):
        return litellm.completion(model=f"anthropic/{cases.CLAUDE}", messages=said(name), **anthropic, **options)

    for name in ("chat", "chat-cached", "chat-reasoning", "chat-priority"):
        chat(name)
    litellm.completion(model=f"openai/{cases.AUDIO}", messages=said("chat-audio"), **openai)
    for _ in chat("chat-stream-cached", stream=True, stream_options={"include_usage": True}):
        pass
    refused(chat, "chat-refused")
    for name in ("message", "message-read", "message-written", "message-written-1h", "message-priority"):
        message(name)
    for _ in message("message-stream-written-1h", stream=True, stream_options={"include_usage": True}):
        pass
    refused(message, "message-refused")
    litellm.embedding(model=f"openai/{cases.EMBEDDING}", input=[text("embedding")], **openai)
    litellm.responses(model=f"openai/{cases.CHAT}", input=text("response"), **openai)

    async def later():
        await litellm.acompletion(model=f"openai/{cases.CHAT}", messages=said("chat-async"), **openai)
        await litellm.acompletion(model=f"anthropic/{cases.CLAUDE}", messages=said("message-async"), **anthropic)
        await asyncio.sleep(0)
        try:
            from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER
        except ImportError:
            return
        await GLOBAL_LOGGING_WORKER.flush()

    asyncio.run(later())
    # What is told to callbacks is told by threads of LiteLLM's own.
    from litellm.litellm_core_utils.thread_pool_executor import executor

    executor.shutdown(wait=True)


def pydantic_ai_calls():
    import openai
    from pydantic_ai import Agent
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
    from pydantic_ai.providers.anthropic import AnthropicProvider
    from pydantic_ai.providers.openai import OpenAIProvider
    import anthropic

    at_openai = OpenAIProvider(
        openai_client=openai.AsyncOpenAI(base_url=f"{UPSTREAM}/v1", api_key="none", max_retries=0))
    at_anthropic = AnthropicProvider(anthropic_client=anthropic.AsyncAnthropic(
        base_url=UPSTREAM, api_key="none", max_retries=0, open_telemetry={"traces": "anthropic" in SETUP.split("-and-")}))
    chat = Agent(OpenAIChatModel(cases.CHAT, provider=at_openai), retries=0)
    audio = Agent(OpenAIChatModel(cases.AUDIO, provider=at_openai))
    responses = Agent(OpenAIResponsesModel(cases.CHAT, provider=at_openai))
    claude = Agent(AnthropicModel(cases.CLAUDE, provider=at_anthropic))

    def look_up(word: str) -> str:
        """Looks a word up."""
        return "trust"

    async def run():
        for name in ("chat", "chat-cached", "chat-reasoning", "chat-priority"):
            await chat.run(text(name))
        await audio.run(text("chat-audio"))
        async with chat.run_stream(text("chat-stream-cached")) as stream:
            await stream.get_output()
        await Agent(chat.model, tools=[look_up]).run(text("chat-tool"))
        await responses.run(text("response"))
        async with responses.run_stream(text("response-stream")) as stream:
            await stream.get_output()
        for name in ("message", "message-read", "message-written", "message-written-1h", "message-priority"):
            await claude.run(text(name))
        async with claude.run_stream(text("message-stream-written-1h")) as stream:
            await stream.get_output()
        await Agent(claude.model, tools=[look_up]).run(text("message-tool"))
        for agent, name in ((chat, "chat-refused"), (responses, "response-refused"), (claude, "message-refused")):
            try:
                await agent.run(text(name))
            except Exception as error:
                if not getattr(error, "status_code", None):
                    raise

    asyncio.run(run())


def openllmetry():
    from opentelemetry.instrumentation.anthropic import AnthropicInstrumentor
    from opentelemetry.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    AnthropicInstrumentor().instrument()


def openinference():
    from openinference.instrumentation.anthropic import AnthropicInstrumentor
    from openinference.instrumentation.openai import OpenAIInstrumentor

    OpenAIInstrumentor().instrument()
    AnthropicInstrumentor().instrument()


def logfire_calls():
    import logfire

    logfire.instrument_openai()
    logfire.instrument_anthropic()


def litellm_own():
    import litellm
    from litellm.integrations.opentelemetry import OpenTelemetry

    litellm.callbacks = [OpenTelemetry(tracer_provider=trace.get_tracer_provider())]


def litellm_openinference():
    from openinference.instrumentation.litellm import LiteLLMInstrumentor

    LiteLLMInstrumentor().instrument()


def pydantic_ai():
    from pydantic_ai import Agent

    Agent.instrument_all()


INSTRUMENTERS = {
    "anthropic": lambda: None, "openllmetry": openllmetry, "openinference": openinference, "logfire": logfire_calls,
    "litellm": litellm_own, "litellm-inside": litellm_own, "litellm-openinference": litellm_openinference, "pydantic-ai": pydantic_ai,
}


def main():
    names = SETUP.split("-and-")
    if "logfire" in names:
        import logfire

        # It makes the provider of spans that all then use.
        logfire.configure(send_to_logfire=False, console=False, additional_span_processors=[processor()])
    else:
        provider = TracerProvider()
        provider.add_span_processor(processor())
        trace.set_tracer_provider(provider)
    for name in names:
        INSTRUMENTERS[name]()
    # LiteLLM's own writer of spans makes no span of a call inside another span, but writes on that one.
    alone = "litellm" in names
    with nullcontext() if alone else trace.get_tracer("app").start_as_current_span("handle a request"):
        if any(name.startswith("litellm") for name in names):
            litellm_calls()
        elif "pydantic-ai" in names:
            pydantic_ai_calls()
        else:
            if names != ["anthropic"]:
                openai_calls()
            anthropic_calls(own_spans="anthropic" in names)
    provider = trace.get_tracer_provider()
    provider.force_flush()
    provider.shutdown()


main()
