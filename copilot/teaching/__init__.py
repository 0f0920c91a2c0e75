"""Teaching the on-board writer: fact sheets from the real pipeline, answers by a grammar, and a LoRA adapter.

`python -m copilot.teaching` runs it all: `shops` opens markets, `sheets` draws fact sheets from them, `lessons` pairs
each prompt with a verified answer of `grammar`, `training` fits the adapter and `measure` compares it with the plain
writer. What comes out is loaded by `copilot.writer_adapter`; nothing here is needed to run the product.
"""
