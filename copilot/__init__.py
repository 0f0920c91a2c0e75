"""The operator's side: what a message asks, the facts that answer it, sentences checked against them, the screen.

Read it in the order of a question's life: `questions`, `facts`, `generators`, `verifier`, `answers`, and `briefs`; then
`store` (plans, locks, threads), `planning` and `ledger` (what stands and was decided), and `engine` (evidence over one
workspace), which `service.Copilot` joins. The screen in `ui` and the commands in `cli` talk to that one object only;
`start` builds and opens it from `settings`.
"""
