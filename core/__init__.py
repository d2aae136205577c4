"""Spendscope's core: collect, keep and judge what a cloud organisation spends. Knows nothing of the web."""
