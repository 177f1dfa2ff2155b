"""Restores stdin line by line by another program; `run.py` runs it in its venv.

    others.py pyvi | underthesea | symspell FORMS
"""

import re
import sys


def pyvi():
    from pyvi import ViUtils

    return ViUtils.add_accents


def underthesea():
    from underthesea import restore_diacritics

    return restore_diacritics


def symspell(words):
    """The commonest of the nearest words, each word for itself."""
    from symspellpy import SymSpell, Verbosity

    spell = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for line in open(words, encoding="utf-8"):
        word, count = line.split()
        spell.create_dictionary_entry(word, int(count))

    def one(match):
        word = match.group()
        found = spell.lookup(word, Verbosity.TOP, max_edit_distance=2, transfer_casing=True)
        return found[0].term if found else word

    return lambda line: re.sub(r"[^\W\d_]+", one, line)


def main():
    restore = {"pyvi": pyvi, "underthesea": underthesea, "symspell": symspell}[sys.argv[1]](*sys.argv[2:])
    lines = failed = 0
    for line in sys.stdin:
        lines += 1
        line = line.rstrip("\n")
        try:
            restored = restore(line) if line.strip() else line
        except Exception as e:  # What it cannot take stays as it is, and is counted.
            failed += 1
            restored, last = line, repr(e)
        print(restored)
    if failed:
        print(f"failed on {failed} of {lines} lines, at last with {last}", file=sys.stderr)


main()
