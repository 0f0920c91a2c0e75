"""The remote writer: any server that speaks OpenAI's chat-completions protocol (vLLM, llama.cpp, Ollama, ...)."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import openai

from copilot.cleaning import without_surrogates
from copilot.errors import GeneratorError
from copilot.generators import Prompt
from copilot.writer_prompt import fit_prompt
from copilot.writer_relay import Put, Stopped, relay

MAX_PROMPT_TOKENS = 6000
MAX_STREAMS = 8  # replies that may be read at once; more wait for one to end
_CHARACTERS_PER_TOKEN = 3  # the server's tokenizer is unknown; English has about 4, so this errs on the safe side
_MOST_CHARACTERS_PER_TOKEN = 20  # of what was asked for; a reply that is longer does not come to an end
_WHOLE = 3  # times the longest wait: what a whole reply may take
_LOOK_S = 0.05
_EXCERPT = 300

_FAILURES = (openai.OpenAIError, OSError, ValueError, TypeError, AttributeError, RecursionError)
"""What the client, and reading what it hands on, raise on a server that fails or sends what is no chat completion."""

_log = logging.getLogger(__name__)


class OpenAIGenerator:
    """Writes with the chat model of a server, streamed.

    Args:
        base_url: such as `http://127.0.0.1:8000/v1`.
        model: the model's name on that server.
        api_key: sent as a bearer token; most local servers need none. It appears in no message and no log.
        timeout_s: the longest wait for the reply's beginning, all tries together, and for each piece of it; the whole
            may take three times as long.
        max_retries: new tries after a refused connection or the server's 408, 409, 429 or 5xx, before the reply begins.
    Raises:
        GeneratorError: the URL is none, or no model was named.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        *,
        api_key: str = "",
        timeout_s: float = 60.0,
        max_retries: int = 2,
        temperature: float = 0.0,
        max_prompt_tokens: int = MAX_PROMPT_TOKENS,
    ) -> None:
        _check(base_url, model, api_key)
        self.name = model
        self._base_url = base_url
        self._api_key = api_key
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._temperature = temperature
        self._max_prompt_tokens = max_prompt_tokens
        self._unwanted: frozenset[str] = frozenset()  # parameters that this server's model has refused
        self._streams = ThreadPoolExecutor(max_workers=MAX_STREAMS, thread_name_prefix="writer-server")

    replies_at_once = MAX_STREAMS

    def __repr__(self) -> str:
        return f"OpenAIGenerator({self._place!r}, {self.name!r})"

    def prepare(self) -> None:
        """Need nothing: the server is first asked when there is something to write."""

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]:
        """Yield the reply as the server sends it; cancelling or closing ends the connection.

        Raises:
            GeneratorError: the server cannot be reached, refuses, stalls, breaks off, says nothing or talks nonsense.
        """
        fitted = fit_prompt(prompt, self._max_prompt_tokens, _estimated_tokens)
        return relay(partial(self._write, fitted), self._streams, cancel=cancel)

    @property
    def _place(self) -> str:
        """The server's address without credentials or query."""
        parts = urlsplit(self._base_url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"

    def _write(self, prompt: Prompt, put: Put, stopped: Stopped) -> None:
        """Write one reply; runs on a thread of its own with its own event loop, so that a stop ends the connection."""
        try:
            asyncio.run(self._until_stopped(prompt, put, stopped))
        except GeneratorError:
            raise
        except _FAILURES as error:
            _log.warning("the writer's server failed: %s: %s", type(error).__name__, self._said(error))
            # The cause is left out on purpose: a server may echo the key, and a traceback would print it.
            raise self._explained(error) from None

    async def _until_stopped(self, prompt: Prompt, put: Put, stopped: Stopped) -> None:
        reading = asyncio.create_task(self._read(prompt, put))
        while not reading.done():
            await asyncio.wait({reading}, timeout=_LOOK_S)
            if stopped():
                reading.cancel()
        if not reading.cancelled():
            reading.result()

    async def _read(self, prompt: Prompt, put: Put) -> None:
        whole = asyncio.timeout(_WHOLE * self._timeout_s)
        try:
            async with (
                whole,
                asyncio.timeout(self._timeout_s) as stall,
                self._client() as client,
                await self._request(client, prompt) as chunks,
            ):
                await self._relay(chunks, put, stall, _MOST_CHARACTERS_PER_TOKEN * prompt.max_new_tokens)
        except TimeoutError:
            if whole.expired():
                raise self._failed("endless") from None
            raise

    async def _relay(self, chunks: Any, put: Put, stall: asyncio.Timeout, most_characters: int) -> None:
        """Hand the pieces of a reply on; every one puts the stall off."""
        began, finished, wrote, n_characters = False, False, False, 0
        async for chunk in chunks:
            # The client counts bytes; a server that only sends keep-alive comments has stalled all the same.
            stall.reschedule(asyncio.get_running_loop().time() + self._timeout_s)
            began = True
            for choice in chunk.choices:
                if choice.delta and (text := _text_of(choice.delta.content)):
                    put(text)
                    n_characters += len(text)
                    wrote = wrote or not text.isspace()
                finished = finished or choice.finish_reason is not None
            if n_characters > most_characters:
                raise self._failed("endless")
        if not finished:
            raise self._failed("unfinished" if began else "nonsense")
        if not wrote:
            raise self._failed("empty")

    def _failed(self, how: str) -> GeneratorError:
        return GeneratorError.of(f"server_{how}", name=self.name, place=self._place)

    def _client(self) -> openai.AsyncOpenAI:
        client = openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",  # the client insists on one
            timeout=self._timeout_s,
            max_retries=self._max_retries,
        )
        # The client reads these from the environment, and they are nobody else's business.
        client.organization = client.project = None
        return client

    async def _request(self, client: openai.AsyncOpenAI, prompt: Prompt) -> Any:
        """Ask for a streamed reply; a parameter that the model refuses is left out from then on."""
        while True:
            try:
                return await client.chat.completions.create(**self._parameters(prompt))
            except openai.BadRequestError as error:
                refused = error.param or ""
                if refused not in {"max_tokens", "temperature", "seed"} - self._unwanted:
                    raise
                self._unwanted |= {refused}

    def _parameters(self, prompt: Prompt) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "max_tokens": prompt.max_new_tokens,
            "temperature": self._temperature if prompt.temperature is None else prompt.temperature,
            "seed": prompt.seed,
        }
        if "max_tokens" in self._unwanted:  # OpenAI's reasoning models know it by another name
            parameters["max_completion_tokens"] = prompt.max_new_tokens
        wanted = {name: value for name, value in parameters.items() if name not in self._unwanted}
        return {"model": self.name, "messages": prompt.turns, "stream": True, **wanted}

    def _explained(self, error: Exception) -> GeneratorError:
        """Return what went wrong and what to do, in our own words: what a library or a server says goes to the log."""
        status = error.status_code if isinstance(error, openai.APIStatusError) else 0
        about = {"name": self.name, "place": self._place, "seconds": f"{self._timeout_s:g}", "status": status}
        return GeneratorError.of(f"server_{_diagnosis(error)}", **about)

    def _said(self, error: Exception) -> str:
        """Return an error's own words for the log, in one short line, with the key blotted out."""
        words = " ".join(f"{error} {error.__cause__ or ''}".split())
        for secret in filter(None, (self._api_key, urlsplit(self._base_url).password)):
            words = words.replace(secret, "***")
        return words[:_EXCERPT]


def _text_of(content: Any) -> str:
    """Return the text of a piece of the reply, which some servers send as a list of parts, such as thoughts and text.

    Raises:
        TypeError: it is neither text nor such a list.
    """
    if isinstance(content, list):
        content = "".join(part.get("text") for part in content if part.get("type") == "text")
    if not isinstance(content, str | None):
        raise TypeError(f"a reply's piece is {type(content).__name__}")
    return without_surrogates(content or "")


def _check(base_url: str, model: str, api_key: str) -> None:
    try:
        parts = urlsplit(base_url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number
        sound = False
    if not sound:
        raise GeneratorError(
            "The writer's server address is no URL. Set COPILOT_WRITER_URL to one such as http://127.0.0.1:8000/v1."
        )
    if not model:
        raise GeneratorError("The writer's server needs a model's name. Set COPILOT_WRITER_MODEL.")
    if not (api_key.isascii() and api_key.isprintable()):
        raise GeneratorError("The writer's API key holds characters that cannot be sent. Set COPILOT_WRITER_API_KEY.")


def _diagnosis(error: Exception) -> str:
    """Return what happened, as the line that tells it is called."""
    match error:
        case openai.APITimeoutError() | TimeoutError():
            return "timeout"
        case openai.APIConnectionError():
            return "unreachable"
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return "key"
        case openai.NotFoundError():
            return "model"
        case openai.RateLimitError():
            return "busy"
        case openai.APIStatusError():
            return "status"
        case openai.APIError():
            return "broke"
        case _:
            return "nonsense"


def _estimated_tokens(prompt: Prompt) -> int:
    characters = sum(len(turn["content"]) for turn in prompt.turns)
    return characters // _CHARACTERS_PER_TOKEN
