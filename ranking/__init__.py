"""Ranking: from clean tables to numbers and decisions.

`features` tells past launches and candidates apart, `forecast` predicts units in the first four weeks, `lift`,
`momentum` and `rhythm` estimate what placements, trends and crowding do, `ranker` joins them into expected units per
candidate and slot, `planner` solves the calendar, and `backtest` says how far the numbers can be trusted.

Public: `past_launches`, `candidate_table`, `rhythm_group` (features); `Forecast`, `ForecastModel`
(forecast); `PlacementLift`, `estimate_lifts` (lift); `Momentum`, `estimate_momentum` (momentum); `GroupRhythm`,
`Rhythm`, `estimate_rhythm` (rhythm); `ScoreParts`, `SlotRanker` (ranker); `default_slots` (slots); `Models`,
`train_models`, `load_models` (models); `backtest_forecast` (backtest); `Slot`, `Lock`,
`Exclude`, `Plan`, `PlanningProblem` (plan); `solve_plan` (planner); `counterfactual` (counterfactual).
"""
