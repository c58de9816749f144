"""Shuangkong (双控): a city's five-year energy-saving and emission-reduction plan, kept true."""

__version__ = "0.1.0"
