#!/usr/bin/env python3
"""Pages of a folder tree as JSON lines, and back.

    pages.py pack   TREE  PARTS [--part-mb 64]
    pages.py unpack LINES TREE

`pack` writes PARTS/part-00000.jsonl.gz and so on, one record a page in the
order of the names: {"id": path, "text": content}, or hocr, alto, page, tsv in
the place of text. Millions of small files become some thousand large ones.
What is no UTF-8 goes to PARTS/_skipped.jsonl with the reason; `vidau batch`
does such files. `unpack` writes the records of LINES (files or folders of
them) back to files. The same tree gives the same bytes.
"""

import argparse
import gzip
import json
import os
import pathlib
import sys

TEXT = {".txt", ".text", ".ocr"}
MARKUP = {".hocr", ".html", ".htm", ".xhtml", ".xml", ".alto", ".page"}
FIELDS = ("text", "hocr", "alto", "page", "tsv")


def field_of(path, text):
    """The record's field for a file, None for one that is no OCR text."""
    suffix = path.suffix.lower()
    if suffix in TEXT and not text.lstrip("\ufeff \t\r\n").startswith("<"):
        return "text"
    if suffix == ".tsv":
        return "tsv" if text.startswith("level\tpage_num\t") else None
    if suffix in TEXT | MARKUP:
        head = text[:4096].lower()
        for mark, field in (("<alto", "alto"), ("<pcgts", "page"), ("ocr_page", "hocr")):
            if mark in head or f":{mark[1:]}" in head:
                return field
    return None


def files_below(tree):
    for folder, folders, names in os.walk(tree):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield pathlib.Path(folder, name)


class Parts:
    """Files of records, a new one when the last is large enough."""

    def __init__(self, folder, most):
        self.folder, self.most = folder, most
        self.number, self.size, self.file = 0, 0, None

    def add(self, line):
        if self.file is None or self.size + len(line) > self.most:
            self.close()
            path = self.folder / f"part-{self.number:05}.jsonl.gz"
            # Neither name nor time in the header: the same bytes every time.
            self.raw = open(path, "xb")
            self.file = gzip.GzipFile("", "wb", 6, self.raw, mtime=0)
            self.number += 1
            self.size = 0
        self.file.write(line)
        self.size += len(line)

    def close(self):
        if self.file is not None:
            self.file.close()
            self.raw.close()
            self.file = None


def pack(tree, folder, most):
    folder.mkdir(parents=True, exist_ok=False)
    parts, packed, skipped = Parts(folder, most), 0, 0
    with open(folder / "_skipped.jsonl", "w", encoding="utf-8") as out:
        for path in files_below(tree):
            if path.suffix.lower() not in TEXT | MARKUP | {".tsv"}:
                continue
            name = os.fsencode(path.relative_to(tree).as_posix()).decode("utf-8", "backslashreplace")
            try:
                name.encode("utf-8")
                text = path.read_bytes().decode("utf-8")
                field = field_of(path, text)
                if field is None or not text:
                    raise ValueError("no OCR text" if text else "empty")
            except (OSError, ValueError) as error:
                out.write(json.dumps({"id": name, "error": str(error)}, ensure_ascii=False) + "\n")
                skipped += 1
                continue
            record = {"id": name, field: text}
            parts.add((json.dumps(record, ensure_ascii=False) + "\n").encode())
            packed += 1
    parts.close()
    print(f"{packed} pages in {parts.number} parts, {skipped} skipped", file=sys.stderr)


def lines_of(path):
    paths = sorted(path.glob("part-*")) if path.is_dir() else [path]
    for path in paths:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rb") as file:
            yield from file


def unpack(lines, tree):
    written = failed = 0
    for line in lines_of(lines):
        record = json.loads(line)
        field = next((f for f in FIELDS if f in record), None)
        if field is None:
            print(f"{record['id']}: {record.get('error')}", file=sys.stderr)
            failed += 1
            continue
        path = tree / record["id"]
        if ".." in path.parts or pathlib.Path(record["id"]).is_absolute():
            sys.exit(f"{record['id']}: leads out of {tree}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(record[field].encode())
        written += 1
    print(f"{written} pages written, {failed} failed", file=sys.stderr)
    return 3 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("pack")
    command.add_argument("tree", type=pathlib.Path)
    command.add_argument("parts", type=pathlib.Path)
    command.add_argument("--part-mb", type=float, default=64)
    command = commands.add_parser("unpack")
    command.add_argument("lines", type=pathlib.Path)
    command.add_argument("tree", type=pathlib.Path)
    args = parser.parse_args()
    if args.command == "pack":
        pack(args.tree, args.parts, int(args.part_mb * 1e6))
        return 0
    return unpack(args.lines, args.tree)


if __name__ == "__main__":
    sys.exit(main())
