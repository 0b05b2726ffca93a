"""匠果 (Jiangguo): a marketplace that turns what working people invented into contracts, money and traceable figures."""

__version__ = "0.1.0"
