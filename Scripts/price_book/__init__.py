"""Makes Scrip's price book from the price data of openly licensed packages, and what their own rules make of it."""
