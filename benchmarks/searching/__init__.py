"""The parts of `python -m benchmarks.search`: the corpus, what is compared with, and what is measured of each."""
