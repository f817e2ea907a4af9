"""What users add to what is looked for: their own recognisers, lists of terms, allowed values."""
