"""Models for named entities, through Presidio's NLP engines: spaCy, Stanza, transformers, GLiNER.

What the policy says becomes a `NerConfig` (`declared`), once the model was found on this machine
(`files`) and loaded (`engines`). Texts go to the model of their language (`routing`), in pieces
(`pieces`), and come back as spans (`finding`). Nothing here ever fetches a model.
"""
