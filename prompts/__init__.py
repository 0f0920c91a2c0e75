"""Words, no logic: per language, the phrases, templates, examples and labels that `copilot` reads."""
