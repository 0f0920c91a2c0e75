"""Keys by identity: the same object is worked out once, and an equal one again."""

from functools import lru_cache

from copilot.identity import Same


def test_the_same_object_is_worked_out_once():
    seen = []

    @lru_cache(maxsize=4)
    def size(key: Same[dict]) -> int:
        seen.append(key.of)
        return len(key.of)

    words, equal = {"a": 1}, {"a": 1}
    assert [size(Same(words)), size(Same(words)), size(Same(equal))] == [1, 1, 1]
    assert len(seen) == 2
    assert seen[1] is equal


def test_a_key_keeps_its_object_so_that_no_other_takes_its_place():
    key = Same({"a": 1})
    assert key != {"a": 1}
    assert key == Same(key.of)
    assert hash(key) == id(key.of)
