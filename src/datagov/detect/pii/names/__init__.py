"""Names of persons without a model: lists of names, and what stands before and behind them."""
