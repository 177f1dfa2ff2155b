#!/usr/bin/env python3
"""From a scanned PDF to one with corrected text under the scan.

    searchable.py SCAN.pdf OUTPUT.pdf [--lang vie] [--vidau PROGRAM] [--work FOLDER]

OCRmyPDF reads the pages into hOCR, vidau restores it, OCRmyPDF puts the text
under the images. Needs ocrmypdf 17 (PyPI), Tesseract and Ghostscript.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

# The two halves of OCRmyPDF are still marked as experimental by their names.
from ocrmypdf.api import _hocr_to_ocr_pdf, _pdf_to_hocr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scan", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--lang", default="vie", help="Tesseract's languages, as vie+eng")
    parser.add_argument("--vidau", default="vidau", help="the program")
    parser.add_argument("--work", type=Path, help="keep the hOCR and its ledger here")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        _pdf_to_hocr(args.scan, work, language=args.lang.split("+"))
        pages = sorted(work.glob("*_ocr_hocr.hocr"))
        if not pages:
            raise SystemExit(f"{args.scan}: no page was read")
        ledger = work / "changes.jsonl"
        subprocess.run([args.vidau, "restore", "-q", "-w", "--ledger", ledger, *pages], check=True)
        _hocr_to_ocr_pdf(work, args.output, optimize=0)


if __name__ == "__main__":
    main()
