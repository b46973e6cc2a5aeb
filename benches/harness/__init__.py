# SPDX-License-Identifier: Apache-2.0
"""The harness of the benchmark suite: samples programs in turn, judges the bars, reports."""
