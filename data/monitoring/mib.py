# SPDX-License-Identifier: GPL-3.0-only
"""A reader of our own MIB file: names, numbers, enumerations, indexes.

It knows the subset that STREAM-PUMP-MIB uses and needs no other MIB file, so
that the pack can be made and checked where none is installed."""
import re
from pathlib import Path

PLAYPEN = '1.3.6.1.4.1.8072.9999.9999'
COUNTERS = ('Counter32', 'Counter64')
_STRING = re.compile(r'"[^"]*"')
_COMMENT = re.compile(r'--[^\n]*')
_NODE = re.compile(
    r'^([a-z][\w-]*)\s+(OBJECT IDENTIFIER|OBJECT-TYPE|NOTIFICATION-TYPE|MODULE-IDENTITY'
    r'|OBJECT-GROUP|NOTIFICATION-GROUP|MODULE-COMPLIANCE)\b(.*?)::=\s*\{\s*([\w-]+)\s+(\d+)\s*\}',
    re.S | re.M)
_CONVENTION = re.compile(
    r'^([A-Z][\w-]*)\s*::=\s*TEXTUAL-CONVENTION\b.*?SYNTAX\s+(.*?)(?=^\S|\Z)', re.S | re.M)


class Object:
    """One node; syntax, access, index and values are of an OBJECT-TYPE."""

    def __init__(self, name, kind, body, oid):
        self.name, self.kind, self.oid = name, kind, oid
        syntax = re.search(r'SYNTAX\s+(.*?)\s+(?:UNITS|MAX-ACCESS)\b', body, re.S)
        self.syntax = ' '.join(syntax.group(1).split()) if syntax else ''
        access = re.search(r'MAX-ACCESS\s+([\w-]+)', body)
        self.access = access.group(1) if access else ''
        index = re.search(r'INDEX\s+\{([^}]*)\}', body)
        self.index = [word.strip() for word in index.group(1).split(',')] if index else []
        augments = re.search(r'AUGMENTS\s+\{\s*(\w+)', body)
        self.augments = augments.group(1) if augments else None
        self.values = {}
        self.is_scalar = False

    @property
    def is_value(self):
        """It has instances that somebody may read."""
        return self.kind == 'OBJECT-TYPE' and self.access.startswith('read')

    @property
    def is_counter(self):
        return self.syntax in COUNTERS


def _values(syntax):
    found = re.search(r'INTEGER\s*\{(.*)\}', syntax, re.S)
    if not found:
        return {}
    return {int(number): word
            for word, number in re.findall(r'([\w-]+)\s*\((\d+)\)', found.group(1))}


class Mib:
    """The objects of one file by name."""

    def __init__(self, path):
        text = _COMMENT.sub('', _STRING.sub('""', Path(path).read_text(encoding='utf-8')))
        self.objects = {}
        numbers = {'netSnmpPlaypen': PLAYPEN}
        waiting = list(_NODE.finditer(text))
        while waiting:
            later = []
            for node in waiting:
                name, kind, body, parent, last = node.groups()
                if parent not in numbers:
                    later.append(node)
                    continue
                numbers[name] = f'{numbers[parent]}.{last}'
                self.objects[name] = Object(name, kind, body, numbers[name])
            if len(later) == len(waiting):
                raise ValueError('no parent: ' + ', '.join(node.group(1) for node in later))
            waiting = later
        conventions = {name: syntax for name, syntax in _CONVENTION.findall(text)}
        by_oid = {each.oid: each for each in self.objects.values()}
        for each in self.objects.values():
            each.values = _values(conventions.get(each.syntax, each.syntax))
            parent = by_oid.get(each.oid.rpartition('.')[0])
            each.is_scalar = parent is None or not (parent.index or parent.augments)
        self.by_oid = by_oid
        self.root = self.objects['spObjects'].oid

    def __getitem__(self, name):
        return self.objects[name]

    def below_root(self, name):
        """The number of @name after the root of the objects: '.1.3'; '.0' is added to a scalar."""
        each = self.objects[name]
        if not each.is_value:
            raise ValueError(f'{name} cannot be read')
        return each.oid[len(self.root):] + ('.0' if each.is_scalar else '')

    def find(self, oid):
        """The readable object that @oid is an instance of, or None."""
        oid = oid.lstrip('.')
        while oid:
            if oid in self.by_oid:
                each = self.by_oid[oid]
                return each if each.is_value else None
            oid = oid.rpartition('.')[0]
        return None


def words(name):
    """noSource: 'no source'"""
    return re.sub(r'(?<=[a-z])(?=[A-Z])', ' ', name).lower()
