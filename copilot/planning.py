"""Planning: makes the plan's versions under what stands, and prices what a person decides against it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from copilot.errors import StalePlan, UnknownProduct
from copilot.ledger import decided
from copilot.records import StoredPlan
from copilot.standing import Rules, check_known, split_known, without_lock
from ranking.interventions import Exclude, Lock

if TYPE_CHECKING:
    from copilot.engine import Engine
    from copilot.store import Store

OPERATOR = "operator"  # one operator per installation for now; the audit log names who acted


class Planning:
    """Plans and their versions over one engine and one store.

    Args:
        engine: solves plans.
        store: keeps them, with what stands.
    """

    def __init__(self, engine: Engine, store: Store) -> None:
        self.engine = engine
        self.store = store
        self.strange_rules: Rules = ()

    def current_plan(self) -> StoredPlan:
        """Return the latest plan, making a new version when there is none or its data or settings changed."""
        stored = self.store.latest_plan()
        if stored is not None and stored.fingerprint == self.engine.fingerprint:
            return stored
        note = "first plan" if stored is None else "the data or the planning settings changed"
        try:
            return self._solve_and_save(self.standing(), note, stored.version if stored else None)
        except StalePlan:  # somebody else made the plan meanwhile, and who only reads takes theirs
            newer = self.store.latest_plan()
            if newer is None or newer.fingerprint != self.engine.fingerprint:
                raise
            return newer

    def replan(self, note: str) -> StoredPlan:
        """Solve again under what stands and save the result as a new version."""
        return self._solve_and_save(self.standing(), note, self.current_plan().version)

    def lock(self, product_id: str, week: date, placement: str, expected_version: int) -> StoredPlan:
        """Lock a launch to its slot, in place of any other lock of the product. Raises as `decide` does."""
        rules = (*without_lock(self.standing(), product_id), Lock(product_id, week, placement))
        return self.decide("lock", product_id, rules, expected_version)

    def unlock(self, product_id: str, expected_version: int) -> StoredPlan:
        """Remove a product's lock. Raises as `decide` does."""
        return self.decide("unlock", product_id, without_lock(self.standing(), product_id), expected_version)

    def exclude(
        self, product_id: str, expected_version: int, week: date | None = None, placement: str | None = None
    ) -> StoredPlan:
        """Keep a product out of the plan, a week or a placement; its lock is removed. Raises as `decide` does."""
        exclude = Exclude(product_id, week, placement)
        check_known(exclude, self.engine.problem)
        rules = (*without_lock(self.standing(), product_id), exclude)
        return self.decide("exclude", product_id, rules, expected_version)

    def decide(
        self, kind: Literal["lock", "unlock", "exclude"], product_id: str, rules: Rules, expected_version: int
    ) -> StoredPlan:
        """Plan under what a person decided about a product, price the decision, and save both as one step.

        Raises:
            StalePlan: another version was saved since the operator looked; nothing is written.
            InfeasiblePlan: the rules cannot all hold; nothing is written.
        """
        before = self.current_plan()
        made = self.engine.solve(rules, near=before.plan)  # no launch moves without need
        title = self._title(product_id)
        decision = decided(kind, product_id, title, before, made)
        fingerprint, note = self.engine.fingerprint, f"{_DONE[kind]} {product_id}"
        return self.store.save_plan(
            made, fingerprint, note, expected_version, actor=OPERATOR, standing=rules, decision=decision
        )

    def restore(self, version: int, expected_version: int) -> StoredPlan:
        """Make an earlier version the current one again, with what stood then, as a new version.

        Raises:
            NoPlan: there is no such version.
            StalePlan: it was made from other data or settings, so its figures no longer hold; or another version was
                saved since the operator looked.
        """
        past = self.store.plan(version)
        if past.fingerprint != self.engine.fingerprint:
            raise StalePlan(
                f"Version {version} was made from other data or settings and cannot come back. "
                "Its launches can still be read; plan again instead."
            )
        note = f"restored version {version}"
        return self.store.save_plan(
            past.plan, past.fingerprint, note, expected_version, actor=OPERATOR, standing=past.plan.interventions
        )

    def adopt(self, name: str, rules: Rules, expected_version: int) -> StoredPlan:
        """Let a scenario's interventions stand in place of all others, with its price. Raises as `decide` does."""
        before = self.current_plan()
        made = self.engine.solve(rules, near=before.plan)  # no launch moves without need
        decision = decided("adopt", "", name, before, made)
        note = f"adopted the scenario {name}"
        return self.store.save_plan(
            made, self.engine.fingerprint, note, expected_version, actor=OPERATOR, standing=rules, decision=decision
        )

    def standing(self) -> Rules:
        """Return the standing rules that the present problem knows; the others stay in the store, with a notice."""
        rules = [standing.rule for standing in self.store.rules()]
        kept, self.strange_rules = split_known(rules, self.engine.problem)
        return kept

    def _solve_and_save(self, rules: Rules, note: str, expected_version: int | None) -> StoredPlan:
        plan = self.engine.solve(rules)
        return self.store.save_plan(plan, self.engine.fingerprint, note, expected_version, actor=OPERATOR)

    def _title(self, product_id: str) -> str:
        try:
            return self.engine.product(product_id).title
        except UnknownProduct:  # a lock of a product that left the catalogue can still be removed
            return product_id


_DONE = {"lock": "locked", "unlock": "unlocked", "exclude": "excluded"}
