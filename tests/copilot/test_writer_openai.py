"""The remote writer against a real server on 127.0.0.1 that speaks chat completions, and misbehaves on request."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from copilot.errors import GeneratorError
from copilot.generators import Prompt, ScriptedGenerator, active_name
from copilot.writer_fallback import FallbackGenerator
from copilot.writer_openai import OpenAIGenerator

KEY = "sk-test-51f0c0ffee"
PROMPT = Prompt("Use only the facts.", "Why?", max_new_tokens=50, seed=7, examples=(("Q", "A"),))
TEXT = "Chips sell 12 units [F1]. Größer als Tee."


class Server(ThreadingHTTPServer):
    """A chat-completions server whose `behave` answers each request; it remembers what it was asked."""

    daemon_threads = True

    def __init__(self, behave: Callable[[Handler], None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave = behave
        self.requests: list[dict] = []
        self.headers: list[Message] = []
        self.gone = threading.Event()  # the client hung up while we wrote

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address) -> None:
        """Say nothing: clients that hang up are part of the test."""


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append({"path": self.path, **json.loads(body)})
        self.server.headers.append(self.headers)
        try:
            self.server.behave(self)
        except OSError:
            self.server.gone.set()

    def log_message(self, *_) -> None:
        """Say nothing."""

    def start_events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()

    def event(self, data: str) -> None:
        self.wfile.write(f"data: {data}\n\n".encode())
        self.wfile.flush()

    def piece(self, text: str | None, finish: str | None = None) -> None:
        delta = {} if text is None else {"content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        self.event(json.dumps({"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}))

    def refuse(self, status: int, message: str, param: str | None = None) -> None:
        body = json.dumps({"error": {"message": message, "type": "error", "param": param}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def write_text(handler: Handler) -> None:
    handler.start_events()
    handler.piece("")  # servers open with the role alone
    for start in range(0, len(TEXT), 5):
        handler.piece(TEXT[start : start + 5])
    handler.piece(None, finish="stop")
    handler.event(json.dumps({"id": "c", "choices": [], "usage": {"total_tokens": 9}}))
    handler.event("[DONE]")


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[Handler], None]], Server]]:
    servers: list[Server] = []

    def start(behave: Callable[[Handler], None]) -> Server:
        server = Server(behave)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def writer(server: Server, **options) -> OpenAIGenerator:
    return OpenAIGenerator(server.url, "m", **{"api_key": KEY, "timeout_s": 5, "max_retries": 0, **options})


def failure(server: Server, **options) -> str:
    with pytest.raises(GeneratorError) as caught:
        list(writer(server, **options).stream(PROMPT))
    return str(caught.value)


def test_streams_the_reply_and_sends_the_prompt(serve):
    server = serve(write_text)
    pieces = list(writer(server).stream(PROMPT))
    assert "".join(pieces) == TEXT
    assert len(pieces) == 9
    (request,) = server.requests
    assert request["path"] == "/v1/chat/completions"
    assert request["messages"] == PROMPT.turns
    assert (request["model"], request["max_tokens"], request["seed"], request["temperature"]) == ("m", 50, 7, 0)
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_pieces_arrive_while_the_server_still_writes(serve):
    read_on = threading.Event()

    def behave(handler: Handler) -> None:
        handler.start_events()
        handler.piece("first ")
        read_on.wait(5)
        handler.piece("last", finish="stop")

    stream = writer(serve(behave)).stream(PROMPT)
    assert next(stream) == "first "
    read_on.set()
    assert list(stream) == ["last"]


def piece_of(content: object) -> str:
    """Return a chunk whose piece of the reply is any JSON value."""
    return json.dumps({"id": "c", "choices": [{"index": 0, "delta": {"content": content}}]})


def test_a_piece_that_is_a_list_of_parts_gives_their_text(serve):
    def behave(handler: Handler) -> None:
        handler.start_events()
        handler.event(piece_of([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]))
        handler.event(piece_of([{"type": "text", "text": "Chips "}, {"type": "text", "text": "lead."}]))
        handler.piece(None, finish="stop")

    assert list(writer(serve(behave)).stream(PROMPT)) == ["Chips lead."]


def test_half_a_character_is_left_out_and_whole_ones_stay(serve):
    def behave(handler: Handler) -> None:
        handler.start_events()
        handler.event(
            piece_of(
                "\ud800Chips \U0001f35f lead.\udfff",
            )
        )
        handler.event(piece_of([{"type": "text", "text": " Tea\ud83d too."}]))
        handler.piece("\udc00", finish="stop")

    assert list(writer(serve(behave)).stream(PROMPT)) == ["Chips \U0001f35f lead.", " Tea too."]


def test_works_without_a_key(serve):
    assert "".join(writer(serve(write_text), api_key="").stream(PROMPT)) == TEXT


def test_the_operators_environment_is_not_sent(serve, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-shell")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://192.0.2.1/v1")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-from-the-shell")
    server = serve(write_text)
    list(writer(server, api_key="").stream(PROMPT))
    assert server.headers[0]["Authorization"] == "Bearer none"
    assert "from-the-shell" not in str(server.headers[0])


@pytest.mark.parametrize("how", ["cancel", "close"])
def test_stopping_closes_the_connection(serve, how):
    def behave(handler: Handler) -> None:
        handler.start_events()
        while True:
            handler.piece("word ")
            time.sleep(0.01)

    server = serve(behave)
    cancel = threading.Event()
    stream = writer(server).stream(PROMPT, cancel=cancel)
    next(stream)
    if how == "cancel":
        cancel.set()
        assert list(stream) == []
    else:
        stream.close()
    assert server.gone.wait(5)


def test_cancel_does_not_wait_for_a_silent_server(serve):
    answer = threading.Event()
    server = serve(lambda handler: answer.wait(20) and None)
    cancel = threading.Event()
    threading.Timer(0.2, cancel.set).start()
    assert list(writer(server, timeout_s=20).stream(PROMPT, cancel=cancel)) == []
    answer.set()


class TestFailures:
    def test_refused_connection(self):
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            port = unused.getsockname()[1]
        generator = OpenAIGenerator(f"http://127.0.0.1:{port}/v1", "m", max_retries=0)
        with pytest.raises(GeneratorError, match=rf"m at http://127.0.0.1:{port}/v1 cannot be reached. Is it running"):
            list(generator.stream(PROMPT))

    def test_wrong_key(self, serve, caplog):
        message = failure(serve(lambda handler: handler.refuse(401, f"Incorrect API key provided: {KEY}.")))
        assert "refused the API key." in message
        assert "Incorrect" not in message  # the server's own words are for the log, without the key
        assert "Incorrect API key provided: ***" in caplog.text
        assert KEY not in caplog.text
        assert "COPILOT_WRITER_API_KEY" in message

    def test_unknown_model(self, serve):
        message = failure(serve(lambda handler: handler.refuse(404, "The model `m` does not exist.")))
        assert "does not know this model" in message
        assert "COPILOT_WRITER_MODEL" in message

    @pytest.mark.parametrize(("status", "words"), [(429, "no capacity"), (500, "status 500"), (400, "status 400")])
    def test_other_statuses(self, serve, status, words):
        assert words in failure(serve(lambda handler: handler.refuse(status, "sorry")))

    def test_an_error_inside_the_stream(self, serve, caplog):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips ")
            handler.event(json.dumps({"error": {"message": "out of memory"}}))

        message = failure(serve(behave))
        assert "reported an error while writing. Ask again" in message
        assert "out of memory" not in message
        assert "out of memory" in caplog.text

    @pytest.mark.parametrize("drip", ["", ": keep-alive\n\n"])
    def test_a_stall_inside_the_stream(self, serve, drip):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips ")
            for _ in range(200):
                handler.wfile.write(drip.encode())
                handler.wfile.flush()
                time.sleep(0.02)

        assert "did not answer within 0.3 s" in failure(serve(behave), timeout_s=0.3)

    def test_a_server_that_never_answers_is_asked_no_second_time(self, serve):
        server = serve(lambda handler: time.sleep(2))
        started_s = time.monotonic()
        assert "did not answer within 0.3 s" in failure(server, timeout_s=0.3, max_retries=5)
        assert time.monotonic() - started_s < 1.5
        assert len(server.requests) == 1

    def test_a_reply_that_goes_on_and_on_in_drops(self, serve):
        def behave(handler: Handler) -> None:
            handler.start_events()
            while True:  # each drop in time, but never an end
                handler.piece("a ")
                time.sleep(0.05)

        assert "without coming to an end" in failure(serve(behave), timeout_s=0.3)

    def test_a_reply_far_beyond_the_length_asked_for(self, serve):
        def behave(handler: Handler) -> None:
            handler.start_events()
            while True:
                handler.piece("chips " * 100)

        server = serve(behave)
        assert "without coming to an end" in failure(server, timeout_s=60)
        assert server.gone.wait(5)  # the connection was closed

    @pytest.mark.parametrize(
        "data", ["{broken", "[]", "7", '"text"', '{"choices": null}', '{"choices": [7]}', '{"choices": [{"delta": 5}]}']
    )
    def test_a_malformed_chunk(self, serve, data):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips ")
            handler.event(data)

        message = failure(serve(behave))
        assert "no chat completion" in message
        assert "Is it OpenAI-compatible?" in message

    @pytest.mark.parametrize(
        "content",
        [5, 1.5, True, {"text": "Tea"}, ["Tea"], [["Tea"]], [{"type": "text"}], [{"type": "text", "text": 7}]],
    )
    def test_a_piece_that_is_no_text(self, serve, content):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips lead. Tea ")
            handler.event(piece_of(content))
            handler.piece(None, finish="stop")

        server = serve(behave)
        assert "no chat completion" in failure(server)
        generator = FallbackGenerator(writer(server), ScriptedGenerator("Backup.", name="backup"))
        assert "".join(generator.stream(PROMPT)) == "Chips lead.\nBackup."
        assert "no chat completion" in generator.last_failure

    @pytest.mark.parametrize("data", ["[" * 100_000, '{"choices": ' + "[" * 100_000, '{"a":' * 100_000])
    def test_json_nested_beyond_reading(self, serve, data):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips ")
            handler.event(data)

        assert "no chat completion" in failure(serve(behave))

    @pytest.mark.parametrize("pieces", [[], [""], [" \n", "\u3000"], ["\ud800"]])
    @pytest.mark.parametrize("finish", ["stop", "length", "content_filter"])
    def test_a_reply_without_a_word(self, serve, pieces, finish):
        def behave(handler: Handler) -> None:
            handler.start_events()
            for piece in pieces:
                handler.piece(piece)
            handler.piece(None, finish=finish)
            handler.event("[DONE]")

        server = serve(behave)
        assert "ended its reply without a word. Ask again" in failure(server)
        generator = FallbackGenerator(writer(server), ScriptedGenerator("Backup.", name="backup"))
        stream = generator.stream(PROMPT)
        assert "".join(stream).split() == ["Backup."]
        assert active_name(stream, generator) == "backup"
        assert "without a word" in generator.last_failure

    def test_a_reply_that_breaks_off(self, serve):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips sell 12")

        assert "ended its reply without finishing it" in failure(serve(behave))

    def test_a_connection_that_breaks_off(self, serve):
        def behave(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/event-stream")
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            handler.piece("Chips sell 12")

        assert "cannot be reached" in failure(serve(behave))

    def test_a_page_instead_of_a_stream(self, serve):
        def behave(handler: Handler) -> None:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/html")
            handler.end_headers()
            handler.wfile.write(b"<h1>It works!</h1>")

        message = failure(serve(behave))
        assert "no chat completion" in message
        assert "ends in /v1" in message

    def test_what_was_written_before_a_failure_arrives(self, serve):
        def behave(handler: Handler) -> None:
            handler.start_events()
            handler.piece("Chips lead. Tea ")

        primary = writer(serve(behave))
        generator = FallbackGenerator(primary, ScriptedGenerator("Backup.", name="backup"))
        stream = generator.stream(PROMPT)
        assert "".join(stream) == "Chips lead.\nBackup."
        assert active_name(stream, generator) == "backup"


def test_a_busy_server_is_asked_again(serve):
    def behave(handler: Handler) -> None:
        if len(server.requests) == 1:
            handler.refuse(503, "loading the model")
        else:
            write_text(handler)

    server = serve(behave)
    assert "".join(writer(server, max_retries=1).stream(PROMPT)) == TEXT
    assert len(server.requests) == 2


def test_a_parameter_that_the_model_refuses_is_left_out_from_then_on(serve):
    def behave(handler: Handler) -> None:
        for name in ("max_tokens", "temperature"):
            if name in server.requests[-1]:
                handler.refuse(400, f"Unsupported parameter: '{name}'", param=name)
                return
        write_text(handler)

    server = serve(behave)
    generator = writer(server)
    assert "".join(generator.stream(PROMPT)) == TEXT
    assert "".join(generator.stream(PROMPT)) == TEXT
    assert len(server.requests) == 4
    assert server.requests[-1]["max_completion_tokens"] == 50
    assert server.requests[-1]["seed"] == 7


def test_a_parameter_that_is_refused_again_is_an_error(serve):
    message = failure(serve(lambda handler: handler.refuse(400, "never", param="seed")))
    assert "status 400" in message


def test_replies_at_once_do_not_mix(serve):
    def behave(handler: Handler) -> None:
        handler.start_events()
        name = server.requests[-1]["messages"][-1]["content"]
        for _ in range(20):
            handler.piece(f"{name} ")
            time.sleep(0.002)
        handler.piece(None, finish="stop")

    server = serve(behave)
    generator = writer(server)
    streams = {}
    for name in "abc":
        streams[name] = generator.stream(Prompt("", name))
        first = next(streams[name])
        assert first == f"{name} "
    for name, stream in streams.items():
        assert set("".join(stream).split()) == {name}


def test_the_key_appears_nowhere(serve, caplog):
    caplog.set_level(logging.DEBUG)
    generator = writer(serve(lambda handler: handler.refuse(401, f"Incorrect API key provided: {KEY}.")))
    with pytest.raises(GeneratorError) as caught:
        list(generator.stream(PROMPT))
    logging.getLogger("test").error("refused", exc_info=caught.value)
    said = [*(record.getMessage() for record in caplog.records), caplog.text, str(caught.value), repr(generator)]
    assert not [text for text in said if KEY in text]


@pytest.mark.parametrize("key", ["sk-ключ", "sk-1\nX-Other: 2"])
def test_a_key_that_cannot_be_sent(key):
    with pytest.raises(GeneratorError, match="characters that cannot be sent") as caught:
        OpenAIGenerator("http://127.0.0.1:1/v1", "m", api_key=key)
    assert key not in str(caught.value)


def test_credentials_in_the_address_appear_nowhere():
    generator = OpenAIGenerator("http://ann:hunter2@127.0.0.1:1/v1", "m", max_retries=0)
    with pytest.raises(GeneratorError) as caught:
        list(generator.stream(PROMPT))
    assert "hunter2" not in str(caught.value) + repr(generator)
