"""dolma's fast tagger of personal information, `pii_regex_with_counts_fast_v2`: as it is."""

import adapter
import nltk

# dolma would fetch data for tokenizers that this tagger has no use for.
nltk.download = lambda *_, **__: False

from dolma.core.data_types import Document  # noqa: E402
from dolma.taggers.pii import FastPiiRegex  # noqa: E402


def personal(path):
    tagger = FastPiiRegex()
    texts = adapter.texts_of(path).to_pylist()
    documents = [Document(source="s", id=str(i), text=text) for i, text in enumerate(texts)]
    start = adapter.cpu_s()
    results = [tagger.predict(document) for document in documents]
    seconds = adapter.cpu_s() - start
    spans = [
        (number, span.type, span.start, span.end)
        for number, result in enumerate(results)
        for span in result.spans
        if not span.type.startswith("doc")
    ]
    return {"seconds": seconds, "spans": spans}


adapter.main(personal=personal)
