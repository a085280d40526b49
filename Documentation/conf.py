# SPDX-License-Identifier: GPL-2.0
"""Sphinx configuration: 'make docs'."""

import os
from pathlib import Path

project = "A DMA API that refuses rather than corrupts"
extensions = []
html_theme = "alabaster"
# For the tables.
html_theme_options = {"page_width": "75rem", "body_max_width": "none"}
nitpicky = True

# What the last boots measured; a fresh clone has none.
RESULTS = (Path(__file__).resolve().parent.parent / os.environ.get("OUT", "build")
           / "report/results.rst")
NO_RESULTS = "There are none in this build of the documentation: run ``make matrix`` first."


def insert_results(_, document, source):
    if document == "results":
        table = RESULTS.read_text() if RESULTS.is_file() else NO_RESULTS
        source[0] = source[0].replace(".. results", table)


def setup(app):
    app.connect("source-read", insert_results)
