# SPDX-License-Identifier: GPL-2.0
"""Sphinx configuration: sphinx-build -W Documentation build/doc."""

project = "A DMA API that refuses rather than corrupts"
extensions = []
html_theme = "alabaster"
nitpicky = True
