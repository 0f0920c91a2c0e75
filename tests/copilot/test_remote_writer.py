"""The chat over an OpenAI-compatible server, which is a real one on 127.0.0.1 over a writer of ours.

Whatever the server does, an answer comes, each of its sentences is verified, and it says who wrote it and why.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from copilot.errors import GeneratorError
from copilot.generators import PHRASES, PhraseGenerator, Prompt, ScriptedGenerator, TextGenerator
from copilot.service import Finished, SentenceReady
from copilot.writer_fallback import FallbackGenerator
from copilot.writer_openai import OpenAIGenerator
from copilot.writer_transformers import TransformersGenerator

KEY = "sk-test-0ddba11"
LIE = "It is expected to sell 98765"  # a sentence that never ends


class Aloud:
    """Reads its prompt's facts aloud."""

    name = "aloud"

    def prepare(self) -> None:
        """Need nothing."""

    def stream(self, prompt: Prompt, *, cancel: threading.Event | None = None) -> Iterator[str]:
        for line in prompt.user.splitlines():
            if line.startswith("- "):
                yield f"{line[2:]} "


class WriterServer(ThreadingHTTPServer):
    """Serves a writer with OpenAI's streamed chat completions.

    Args:
        after: what happens after `whole` sentences of a reply, in place of its rest.
        status: refuses every request with it.
    """

    daemon_threads = True

    def __init__(self, writer: TextGenerator) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.writer = writer
        self.key = KEY
        self.statuses: list[int] = []  # of the next requests; the last one stays
        self.whole = 2
        self.after: Callable[[Handler], None] | None = None
        self.asked: list[dict] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request, client_address) -> None:
        """Say nothing: clients that hang up are part of the test."""


class Handler(BaseHTTPRequestHandler):
    server: WriterServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body)
        if self.headers["Authorization"] != f"Bearer {self.server.key}":
            self.refuse(401)
        elif self.server.statuses and (status := self.next_status()) != 200:
            self.refuse(status)
        else:
            self.write(body)

    def next_status(self) -> int:
        statuses = self.server.statuses
        return statuses.pop(0) if len(statuses) > 1 else statuses[0]

    def write(self, body: dict) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        system, user = (
            next(m["content"] for m in body["messages"] if m["role"] == role) for role in ("system", "user")
        )
        prompt = Prompt(system, user, body["max_tokens"], body["seed"], body["temperature"])
        told = ""
        for piece in self.server.writer.stream(prompt):
            if self.server.after is not None and told.count("]. ") >= self.server.whole:
                self.server.after(self)
                return
            told += piece
            self.piece(piece)
        self.piece(None, "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def piece(self, text: str | None, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {} if text is None else {"content": text}, "finish_reason": finish}
        chunk = {"id": "c", "object": "chat.completion.chunk", "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.flush()

    def refuse(self, status: int) -> None:
        body = json.dumps({"error": {"message": "no", "type": "error"}}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Say nothing."""


def break_off(handler: Handler) -> None:
    handler.piece(LIE)


def reset(handler: Handler) -> None:
    handler.piece(LIE)
    handler.connection.close()


def stall(handler: Handler) -> None:
    handler.piece(LIE)
    time.sleep(3)


def talk_nonsense(handler: Handler) -> None:
    handler.piece(LIE)
    handler.wfile.write(b"data: {broken\n\n")


def send_a_number(handler: Handler) -> None:
    handler.piece(LIE)
    handler.wfile.write(b'data: {"choices": [{"index": 0, "delta": {"content": 7}}]}\n\n')


def nest_without_end(handler: Handler) -> None:
    handler.piece(LIE)
    handler.wfile.write(b"data: " + b"[" * 100_000 + b"\n\n")


def say_half_a_character(handler: Handler) -> None:
    handler.piece("It is \ud800great. ")
    handler.piece(None, "stop")


def report_an_error(handler: Handler) -> None:
    handler.piece(LIE)
    handler.wfile.write(b'data: {"error": {"message": "out of memory"}}\n\n')


def say_it_is_finished(handler: Handler) -> None:
    handler.piece(LIE)
    handler.piece(None, "length")


@pytest.fixture
def serve() -> Iterator[Callable[[TextGenerator], WriterServer]]:
    servers: list[WriterServer] = []

    def start(writer: TextGenerator) -> WriterServer:
        server = WriterServer(writer)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(serve) -> WriterServer:
    return serve(Aloud())


@pytest.fixture
def remote(copilot, server, monkeypatch) -> FallbackGenerator:
    """The service's writer: the server, and a backup whose words never pass."""
    generator = OpenAIGenerator(server.url, "served", api_key=KEY, timeout_s=0.5, max_retries=0)
    writer = FallbackGenerator(generator, ScriptedGenerator("It is great.", name="backup"), rest_s=0.0)
    monkeypatch.setattr(copilot, "writer", writer)
    return writer


@pytest.fixture
def message(copilot):
    launch = copilot.current_plan().plan.launches[0]
    return f"Why is #{launch.product_id} in week {launch.week:%V}?"


def answer_of(copilot, message):
    events = list(copilot.ask(message))
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    shown = [event.sentence for event in events if isinstance(event, SentenceReady)]
    assert shown == list(answer.sentences)
    assert all(sentence.verified for sentence in shown)
    assert "98765" not in answer.text
    return answer


def written(answer):
    return [sentence.writer for sentence in answer.sentences if sentence.origin == "writer"]


def test_the_server_writes_the_answer(copilot, server, remote, message):
    answer = answer_of(copilot, message)
    assert set(written(answer)) == {"served"}
    assert (answer.writer, answer.instead_of, answer.failure) == ("served", "", "")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (break_off, "without finishing it"),
        (reset, "without finishing it"),
        (stall, "did not answer within 0.5 s"),
        (talk_nonsense, "no chat completion"),
        (send_a_number, "no chat completion"),
        (nest_without_end, "no chat completion"),
        (report_an_error, "reported an error while writing"),
    ],
)
def test_a_server_that_fails_in_a_sentence_keeps_its_verified_ones(copilot, server, remote, message, after, words):
    server.after = after
    answer = answer_of(copilot, message)
    assert written(answer) == ["served", "served"]
    assert (answer.writer, answer.instead_of) == ("backup", "served")
    assert words in answer.failure
    assert words in next(notice.text for notice in copilot.notices() if notice.subject == "writer")
    assert copilot.active_writer().name == "backup"


def test_an_answer_with_half_a_character_from_the_server_is_kept(copilot, server, remote, message):
    server.whole, server.after = 1, say_half_a_character
    thread = copilot.store.new_thread("en")
    events = list(copilot.ask(message, thread_id=thread))
    kept = copilot.store.messages(thread)[-1].payload
    assert [one["text"] for one in kept["sentences"]] == [one.text for one in events[-1].answer.sentences]
    assert "It is great." in [one["rejected"] for one in kept["sentences"]]


def test_a_reply_without_a_word_is_the_servers_failure(copilot, serve, message, monkeypatch):
    silent = OpenAIGenerator(serve(ScriptedGenerator("")).url, "served", api_key=KEY, timeout_s=5, max_retries=0)
    monkeypatch.setattr(copilot, "writer", FallbackGenerator(silent, PhraseGenerator(), rest_s=0.0))
    answer = answer_of(copilot, message)
    assert (answer.writer, answer.instead_of) == (PHRASES, "served")
    assert "without a word" in answer.failure
    assert "without a word" in next(notice.text for notice in copilot.notices() if notice.subject == "writer")


def test_a_reply_cut_at_its_length_shows_no_half_sentence(copilot, server, remote, message):
    server.after = say_it_is_finished
    answer = answer_of(copilot, message)
    assert (answer.writer, answer.failure) == ("served", "")
    assert written(answer) == ["served", "served"]


@pytest.mark.parametrize(("status", "words"), [(429, "no capacity"), (500, "status 500"), (404, "does not know this")])
def test_a_server_that_refuses_is_named_with_its_reason(copilot, server, remote, message, status, words):
    server.statuses = [status]
    answer = answer_of(copilot, message)
    assert written(answer) == []
    assert (answer.writer, answer.instead_of) == ("backup", "served")
    assert words in answer.failure


def test_a_wrong_key_is_said_without_the_key(copilot, server, remote, message):
    server.key = "another"
    answer = answer_of(copilot, message)
    assert "refused the API key" in answer.failure
    assert KEY not in json.dumps(answer.to_record())


def test_a_busy_server_is_asked_again_and_then_writes(copilot, server, message, monkeypatch):
    server.statuses = [429, 503, 200]
    generator = OpenAIGenerator(server.url, "served", api_key=KEY, timeout_s=5, max_retries=2)
    monkeypatch.setattr(copilot, "writer", FallbackGenerator(generator, PhraseGenerator()))
    assert set(written(answer_of(copilot, message))) == {"served"}
    assert len(server.asked) == 3


def test_a_server_that_is_gone_and_comes_back(copilot, serve, message, monkeypatch):
    server = serve(Aloud())
    port = server.server_port
    generator = OpenAIGenerator(server.url, "served", api_key=KEY, timeout_s=5, max_retries=0)
    monkeypatch.setattr(copilot, "writer", FallbackGenerator(generator, PhraseGenerator(), rest_s=0.0))
    server.shutdown()
    server.server_close()
    gone = answer_of(copilot, message)
    assert (gone.writer, gone.instead_of) == ("phrases", "served")
    assert f"127.0.0.1:{port}/v1 cannot be reached" in gone.failure
    back = serve(Aloud())
    generator._base_url = back.url
    assert set(written(answer_of(copilot, message))) == {"served"}
    assert copilot.active_writer().failure == ""


def test_a_variation_is_sent_with_its_seed_and_temperature(copilot, server, remote, message):
    thread = copilot.store.new_thread("en")
    list(copilot.ask(message, thread_id=thread))
    list(copilot.ask("again", thread_id=thread))
    assert [asked["seed"] for asked in server.asked] == [0, 1]
    assert server.asked[0]["temperature"] == 0
    assert server.asked[1]["temperature"] > 0


def test_many_chats_share_a_server_without_mixing(copilot, server, remote, monkeypatch):
    launches = copilot.current_plan().plan.launches[:4]
    messages = [f"Why is #{launch.product_id} in week {launch.week:%V}?" for launch in launches]
    alone = [answer_of(copilot, message) for message in messages]
    together = {}

    def ask(number):
        together[number] = answer_of(copilot, messages[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [together[number].sentences for number in range(4)] == [answer.sentences for answer in alone]


@pytest.mark.slow
def test_the_on_board_model_behind_a_server_answers_as_it_does_on_board(copilot, serve, onboard_folder, message):
    onboard = TransformersGenerator(cache=onboard_folder.parent, threads=1)
    copilot.writer = onboard
    direct = answer_of(copilot, message)
    server = serve(onboard)
    generator = OpenAIGenerator(server.url, "served", api_key=KEY, timeout_s=120, max_retries=0)
    copilot.writer = FallbackGenerator(generator, onboard, rest_s=0.0)
    served = answer_of(copilot, message)
    assert [one.text for one in served.sentences] == [one.text for one in direct.sentences]
    assert served.writer == "served"
    server.whole, server.after = 0, break_off
    fallen = answer_of(copilot, message)
    assert (fallen.writer, fallen.instead_of) == (onboard.name, "served")
    assert [one.text for one in fallen.sentences] == [one.text for one in direct.sentences]


def test_a_server_without_a_backup_raises_what_the_answer_tells(copilot, server, message, monkeypatch):
    server.statuses = [500]
    generator = OpenAIGenerator(server.url, "served", api_key=KEY, timeout_s=5, max_retries=0)
    with pytest.raises(GeneratorError, match="status 500"):
        list(generator.stream(Prompt("", "Why?")))
    monkeypatch.setattr(copilot, "writer", generator)
    answer = answer_of(copilot, message)
    assert answer.writer == "phrases"
    assert "status 500" in next(one.text for one in answer.sentences if one.origin == "template")
