"""The writer's adapter: merged by hand, kept under a key that holds its hash, and never silently wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from copilot import writer_adapter
from copilot.errors import GeneratorError
from copilot.generators import Prompt
from copilot.writer_adapter import ADAPTER_FILE, FOLDER, read_adapter, shipped_adapter, taught_smollm2
from copilot.writer_transformers import ONBOARD_NAME, TAUGHT_NAME, TransformersGenerator
from retrieval.errors import StorageFull
from retrieval.weights import SMOLLM2

LAYER = "model.layers.0.self_attn.q_proj"
SAID = {"format": "pt", "rank": "2", "alpha": "4", "rules": "Tell the facts.", "base_sha256": SMOLLM2.sha256}


@pytest.fixture
def plain(tmp_path, monkeypatch) -> Path:
    """A writer's folder of one small layer, in the place of the converted weights."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "manifest.json").write_text("not to be copied")
    save_file({f"{LAYER}.weight": torch.ones(3, 3), "norm.weight": torch.ones(3)}, folder / "model.safetensors")
    monkeypatch.setattr(writer_adapter, "converted_smollm2", lambda cache, progress: folder)
    return folder


def write_adapter(folder: Path, *, value: float = 1.0, layer: str = LAYER, **said: str) -> Path:
    tensors = {
        f"base_model.model.{layer}.lora_A.weight": torch.full((2, 3), value, dtype=torch.bfloat16),
        f"base_model.model.{layer}.lora_B.weight": torch.full((3, 2), 0.5, dtype=torch.bfloat16),
    }
    save_file(tensors, folder / ADAPTER_FILE, metadata=SAID | said)
    return folder / ADAPTER_FILE


def merged(cache: Path, path: Path) -> dict[str, torch.Tensor]:
    return load_file(taught_smollm2(cache, read_adapter(path)) / "model.safetensors")


def test_the_change_is_alpha_over_rank_times_b_a(plain, tmp_path):
    weights = merged(tmp_path / "cache", write_adapter(tmp_path))
    # B A = 2 x 0.5 x 1 = 1 everywhere, times 4 / 2, added to 1
    assert torch.equal(weights[f"{LAYER}.weight"], torch.full((3, 3), 3.0))
    assert torch.equal(weights["norm.weight"], torch.ones(3))
    assert (tmp_path / "cache" / FOLDER / "config.json").read_text() == "{}"


def test_it_is_merged_once_and_anew_for_another_adapter(plain, tmp_path):
    cache, path = tmp_path / "cache", write_adapter(tmp_path)
    merged(cache, path)
    made_at = (cache / FOLDER / "model.safetensors").stat().st_mtime_ns
    merged(cache, path)
    assert (cache / FOLDER / "model.safetensors").stat().st_mtime_ns == made_at
    other = merged(cache, write_adapter(tmp_path, value=2.0))
    assert torch.equal(other[f"{LAYER}.weight"], torch.full((3, 3), 5.0))


def test_merged_weights_that_were_changed_are_made_anew(plain, tmp_path):
    cache, path = tmp_path / "cache", write_adapter(tmp_path)
    merged(cache, path)
    (cache / FOLDER / "model.safetensors").write_bytes(b"half")
    assert torch.equal(merged(cache, path)["norm.weight"], torch.ones(3))


def test_a_full_disk_leaves_nothing_half_made(plain, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise StorageFull("The disk is full.")

    monkeypatch.setattr(writer_adapter, "_write_merged", full)
    with pytest.raises(GeneratorError, match="full"):
        merged(tmp_path / "cache", write_adapter(tmp_path))
    assert not (tmp_path / "cache" / FOLDER).exists()


@pytest.mark.parametrize("content", [b"", b"no safetensors at all, but long enough to hold a header of eight bytes"])
def test_a_damaged_adapter_is_named(tmp_path, content):
    path = tmp_path / ADAPTER_FILE
    path.write_bytes(content)
    with pytest.raises(GeneratorError, match="damaged"):
        read_adapter(path)


def test_a_missing_adapter_and_one_without_its_line_are_named(tmp_path):
    with pytest.raises(GeneratorError, match="damaged"):
        read_adapter(tmp_path / "absent")
    save_file({"a": torch.ones(1)}, tmp_path / "other.safetensors", metadata={"format": "pt"})
    with pytest.raises(GeneratorError, match="damaged"):
        read_adapter(tmp_path / "other.safetensors")


def test_an_adapter_of_other_weights_or_layers_is_refused(plain, tmp_path):
    with pytest.raises(GeneratorError, match="other weights"):
        read_adapter(write_adapter(tmp_path, base_sha256="0" * 64))
    with pytest.raises(GeneratorError, match="does not fit"):
        merged(tmp_path / "cache", write_adapter(tmp_path, layer="model.layers.9.mlp.up_proj"))
    assert not (tmp_path / "cache" / FOLDER).exists()


def test_the_shipped_adapter_is_whole_when_there_is_one():
    path = shipped_adapter()
    if path is None:
        pytest.skip("no adapter is shipped")
    assert read_adapter(path).rules
    assert path.stat().st_size <= 25 * 2**20


@pytest.mark.slow
def test_a_damaged_adapter_leaves_the_plain_writer_and_says_so(onboard_folder, tmp_path):
    path = tmp_path / ADAPTER_FILE
    path.write_bytes(b"damaged")
    writer = TransformersGenerator(cache=onboard_folder.parent, adapter=path, threads=1)
    assert writer.name == TAUGHT_NAME
    writer.prepare()
    assert writer.name == f"{ONBOARD_NAME} without its adapter"
    assert "damaged" in writer.adapter_failure
    assert "".join(writer.stream(Prompt("Be short.", "Say yes.", max_new_tokens=4)))


@pytest.mark.slow
def test_an_adapter_that_changes_nothing_writes_what_the_plain_model_writes(onboard_folder, tmp_path):
    shape = load_file(onboard_folder / "model.safetensors")[f"{LAYER}.weight"].shape
    tensors = {
        f"base_model.model.{LAYER}.lora_A.weight": torch.zeros(2, shape[1]),
        f"base_model.model.{LAYER}.lora_B.weight": torch.zeros(shape[0], 2),
    }
    save_file(tensors, tmp_path / ADAPTER_FILE, metadata=SAID)
    taught = TransformersGenerator(cache=onboard_folder.parent, adapter=tmp_path / ADAPTER_FILE, threads=1)
    plain = TransformersGenerator(cache=onboard_folder.parent, threads=1)
    asked = Prompt("These long rules give way to the line of the adapter.", "What is tea?", max_new_tokens=12)
    ruled = Prompt(SAID["rules"], "What is tea?", max_new_tokens=12)
    assert "".join(taught.stream(asked)) == "".join(plain.stream(ruled))
    assert taught.name == TAUGHT_NAME
