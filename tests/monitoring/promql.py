# SPDX-License-Identifier: GPL-3.0-only
"""Which metrics an expression of Prometheus names."""
import re

_DROP = [r'"(?:[^"\\]|\\.)*"', r'\{[^}]*\}', r'\[[^\]]*\]',
         r'\b(?:by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)']
_WORDS = {'and', 'or', 'unless', 'bool', 'offset', 'by', 'on', 'inf', 'nan'}
# Grafana's own, in a form that promtool understands
GRAFANA = {'$__rate_interval': '1m', '$__interval': '15s', '$instance': '.*', '$stream': '.*'}


def metrics(expression):
    for pattern in _DROP:
        expression = re.sub(pattern, ' ', expression)
    found = re.finditer(r'(?<![\w:.])[a-zA-Z_:][\w:]*(?!\s*\()(?![\w:])', expression)
    return {word.group(0) for word in found if word.group(0).lower() not in _WORDS}


def plain(expression):
    """The expression with Grafana's variables replaced."""
    for name, value in GRAFANA.items():
        expression = expression.replace(name, value)
    return expression
