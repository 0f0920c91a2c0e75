"""Data in, evidence out: a shop's own files become clean tables, a search index over its texts, and search demand.

Public names, in the order the data flows: `sources.open_source` and `Source`; `contracts.TABLES` and `validate`;
`privacy.load_or_create_key`; `ingest.ingest` and `DataReport`; `workspace.Workspace` and `WorkspaceBuilder`;
`encoder.TextEncoder`; `index.build_index`; `search.CatalogueSearch`; `demand.DemandModel`; `evaluation`.
Errors are in `errors`.
"""
