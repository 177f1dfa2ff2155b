#!/usr/bin/env python3
"""Vidau beside other programs on the same text, in one run, as Markdown.

    python3 benches/compare/run.py [TEXT] [--rounds N]

TEXT is correct text, a paragraph a line; by default the truths in
data/fixtures. Its marks are taken off, and each program puts them back.
Programs with a spelling dictionary read the pages `data/fixtures/*.eng.ocr.txt`,
too.

It builds vidau, and **downloads from PyPI**, into target/compare and nowhere
else, what is named in PACKAGES; KenLM's is the source, built here by g++.

Times are user and system time of a process, the least of some rounds in which
the programs take turns, less the same for a text of one line.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import unicodedata
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
WORK = ROOT / "target" / "compare"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
MODEL = ROOT / "crates/vidau-model/default.vidau"
PYTHON = WORK / "venv/bin/python"
KENLM = "kenlm==0.3.0"
PACKAGES = ["pyvi==0.1.1", "underthesea==9.5.0", "symspellpy==6.10.1", "setuptools", "wheel"]
BEAM = 24


def say(text):
    print(text, file=sys.stderr, flush=True)


def call(*command, **more):
    return subprocess.run([str(c) for c in command], check=True, **more)


# What is needed


def build_vidau():
    say("building vidau")
    call("cargo", "build", "--release", "-q", "-p", "vidau-cli", cwd=ROOT)
    call("cargo", "build", "--release", "-q", "-p", "vidau", "--features", "train",
         "--example", "export_arpa", "--example", "export_lattices", cwd=ROOT)
    return TARGET / "release/vidau"


def install():
    if list(WORK.glob("kenlm-*/")):
        return
    say(f"downloading from PyPI into {WORK}: {', '.join([*PACKAGES, KENLM])}")
    venv.create(WORK / "venv", with_pip=True)
    pip = [PYTHON, "-m", "pip", "-q", "--disable-pip-version-check"]
    call(*pip, "install", *PACKAGES)
    call(*pip, "download", "--no-deps", "--no-binary", "kenlm", "--no-build-isolation", "-d", WORK, KENLM)
    with tarfile.open(next(WORK.glob("kenlm-*.tar.gz"))) as archive:
        archive.extractall(WORK, filter="data")


def build_kenlm():
    say("building KenLM and the Viterbi search")
    source = next(WORK.glob("kenlm-*/"))
    files = [f for d in ("util", "util/double-conversion", "lm") for f in (source / d).glob("*.cc")]
    files = sorted(f for f in files if not re.search(r"(main|test)\.cc$", f.name))
    programs = {"build_binary": source / "lm/build_binary_main.cc"}
    programs.update((name, HERE / f"{name}.cc") for name in ["viterbi", "lattice"])
    for program, main in programs.items():
        if not (WORK / program).exists() or main.stat().st_mtime > (WORK / program).stat().st_mtime:
            call("g++", "-O3", "-DNDEBUG", "-DKENLM_MAX_ORDER=6", "-std=c++14", "-w", "-I", source,
                 main, *files, "-o", WORK / program)


def build_models():
    """KenLM's models of the n-grams of ours."""
    arpa = WORK / "model.arpa"
    if arpa.exists() and arpa.stat().st_mtime > MODEL.stat().st_mtime:
        return
    say("exporting the n-grams")
    with open(arpa, "wb") as out:
        call(TARGET / "release/examples/export_arpa", MODEL, stdout=out)
    for kind in ["probing", "trie"]:
        call(WORK / "build_binary", "-s", kind, arpa, WORK / f"model.{kind}", stdout=sys.stderr)
    forms = {}
    with open(arpa, encoding="utf-8") as lines, open(WORK / "counts.txt", "w", encoding="utf-8") as counts:
        for line in lines:
            if line.startswith("\\2-grams"):
                break
            fields = line.rstrip("\n").split("\t")
            if len(fields) == 3 and fields[1].isalpha():
                forms.setdefault(bare(fields[1]), []).append(fields[1])
                print(fields[1], max(1, int(1e9 * 10 ** float(fields[0]))), file=counts)
    with open(WORK / "forms.txt", "w", encoding="utf-8") as out:
        out.writelines(f"{b} {' '.join(words)}\n" for b, words in forms.items())


# Texts


def bare(text):
    text = unicodedata.normalize("NFD", text).replace("đ", "d").replace("Đ", "D")
    return re.sub("[\u0300-\u036f]", "", text)


def folded(word):
    """With the tone where the old custom puts it, as the vocabulary has it."""
    word = unicodedata.normalize("NFD", word.lower())
    word = re.sub("(?<!q)(o[ae]|uy)([\u0300\u0301\u0303\u0309\u0323])$", lambda m: m[1][0] + m[2] + m[1][1], word)
    return unicodedata.normalize("NFC", word)


def fixtures(pattern):
    pages = sorted((ROOT / "data/fixtures").glob(pattern))
    return "".join(unicodedata.normalize("NFC", page.read_text("utf-8")) for page in pages)


def write(name, text):
    (WORK / name).write_text(text, "utf-8")
    return WORK / name


def correct_text(path):
    if path:
        return unicodedata.normalize("NFC", Path(path).read_text("utf-8"))
    # A line that goes on in lower case is not a paragraph of its own.
    return re.sub(r"\n(?=[a-zà-ỹđ])", " ", fixtures("*.vie.truth.txt"))


# Measuring


class Program:
    """A program that restores stdin to stdout."""

    def __init__(self, name, command, *files):
        self.name, self.command = name, [str(c) for c in command]
        self.disk = sum(size(f) for f in files)
        self.seconds, self.peak, self.said = {}, 0, ""

    def run(self, text):
        restored = text.with_suffix(f".{re.sub(r'[^a-z0-9]+', '-', self.name.lower())}.txt")
        with open(text) as stdin, open(restored, "w") as out, open(WORK / "stderr", "w") as err:
            child = subprocess.Popen(self.command, stdin=stdin, stdout=out, stderr=err)
            _, status, usage = os.wait4(child.pid, 0)
        self.said = (WORK / "stderr").read_text().strip()
        if status:
            raise SystemExit(f"{self.name}: {self.said}")
        seconds = usage.ru_utime + usage.ru_stime
        self.seconds[text] = min(seconds, self.seconds.get(text, seconds))
        self.peak = max(self.peak, usage.ru_maxrss * 1024)
        return restored


def size(path):
    if path.is_dir():
        return sum(f.stat().st_size for f in path.rglob("*") if f.is_file() and f.suffix != ".pyc")
    return path.stat().st_size


def mb(n):
    return f"{n / 1e6:,.0f} MB" if n >= 1e7 else f"{n / 1e6:.1f} MB"


def table(title, programs, truth, text, rounds, page=False):
    start = write("start.txt", "van ban\n")
    restored = {}
    for turn in range(rounds):
        for program in programs:
            say(f"{title}, round {turn + 1}: {program.name}")
            program.run(start)
            restored[program] = program.run(text)
    print(f"\n{title}:\n")
    print("| | syllables/s | peak memory | on disk | syllables wrong, % |\n|---|---|---|---|---|")
    for program in programs:
        seconds = max(program.seconds[text] - program.seconds[start], 1e-3)
        report = call(VIDAU, "eval", "--json", *(["--page"] if page else []), truth, text, restored[program],
                      capture_output=True)
        figures = json.loads(report.stdout)["total"]["restored"]
        words, wrong = figures["counts"]["syllables"], figures["syl_err"]
        print(f"| {program.name} | {words / seconds:,.0f} | {mb(program.peak)} | {mb(program.disk)} | {wrong:.2f} |")
    for program in programs:
        if program.said:
            print(f"\n{program.name}: {program.said}")


def same_candidates(texts):
    """Vidau, and KenLM's models in a plain search through the lattices that vidau builds."""
    print("\nThrough the same lattices, seconds:\n")
    heads = [f"{name}, {len(text.read_text('utf-8').split()):,} words" for name, text in texts]
    print(f"| | {' | '.join(heads)} |")
    print("|---" * (len(texts) + 1) + "|")
    rows = {}
    for _, text in texts:
        say(f"lattices of {text}")
        lattices = text.with_suffix(".lattices")
        with open(lattices, "w") as out:
            said = call(TARGET / "release/examples/export_lattices", text, stdout=out, stderr=subprocess.PIPE)
        rows.setdefault("vidau, text to text, candidates cached", []).append(f"{float(said.stderr.split()[1]):.2f}")
        for kind in ["probing", "trie"]:
            for beam in [BEAM, 0]:
                say(f"KenLM {kind}, beam {beam}")
                with open(lattices) as stdin:
                    out = call(WORK / "lattice", WORK / f"model.{kind}", beam, stdin=stdin, capture_output=True)
                seconds, cost, ours = map(float, out.stdout.split())
                name = f"KenLM {kind}, the search alone, " + (f"beam of {beam}" if beam else "all hypotheses")
                rows.setdefault(name, []).append(f"{seconds:.2f} ({100 * (cost / ours - 1):+.2f} %)")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")
    print("\nIn brackets what the best ways cost against those of vidau's first pass.")


def queries():
    """Nanoseconds a query of the language model, all on the same words."""
    page = fixtures("ke-hoach.vie.truth.txt")
    words = write("words.txt", " ".join(folded(w) for w in re.findall(r"[^\W\d_]+", page)))
    say("queries: vidau")
    said = call("cargo", "bench", "-q", "-p", "vidau", "--bench", "lm", "--", "--quick",
                cwd=ROOT, capture_output=True, text=True).stdout
    times = dict(re.findall(r"^lm/([\w -]+?)\s+time:.*?\n\s+thrpt:\s+\[\S+ \S+ (\S+ \S+)", said, re.M))
    units = {"elem/s": 1e9, "Kelem/s": 1e6, "Melem/s": 1e3}
    nanoseconds = {name: units[t.split()[1]] / float(t.split()[0]) for name, t in times.items()}
    print("\nNanoseconds a query of the language model:\n")
    print("| | next word from the state before | every context in vain |\n|---|---|---|")
    print(f"| vidau | {nanoseconds['saved context']:.0f} | {nanoseconds['full back-off']:.0f} |")
    for kind in ["probing", "trie"]:
        say(f"queries: KenLM {kind}")
        with open(words) as stdin:
            out = call(WORK / "viterbi", WORK / f"model.{kind}", "--queries", stdin=stdin, capture_output=True)
        running, backoff = map(float, out.stdout.split())
        print(f"| KenLM {kind} | {running:.0f} | {backoff:.0f} |")


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("text", nargs="?")
    args.add_argument("--rounds", type=int, default=3)
    args = args.parse_args()
    WORK.mkdir(parents=True, exist_ok=True)
    global VIDAU
    VIDAU = build_vidau()
    install()
    build_kenlm()
    build_models()

    packages = next((WORK / "venv/lib").glob("python*/site-packages"))
    vidau = Program("vidau", [VIDAU, "restore"], VIDAU)

    def kenlm(kind, beam):
        name = f"KenLM {kind}, Viterbi, " + (f"beam of {beam}" if beam else "all hypotheses")
        files = [WORK / f"model.{kind}", WORK / "forms.txt"]
        return Program(name, [WORK / "viterbi", *files, beam], WORK / "viterbi", *files)

    def python(tool, *files):
        return Program(tool, [PYTHON, HERE / "others.py", tool, *files], packages / tool, *files)

    pyvi = python("pyvi")
    symspell = Program("SymSpell, our words", [PYTHON, HERE / "others.py", "symspell", WORK / "counts.txt"],
                       packages / "symspellpy", WORK / "counts.txt")
    programs = [vidau, *(kenlm(k, b) for k in ["probing", "trie"] for b in [BEAM, 0]), pyvi, symspell]
    has = "import underthesea, sys; sys.exit(not hasattr(underthesea, 'restore_diacritics'))"
    if subprocess.run([PYTHON, "-c", has], stderr=subprocess.DEVNULL).returncode == 0:
        programs.append(python("underthesea"))
    else:
        print("underthesea has no restore_diacritics in this release.")

    truth = correct_text(args.text)
    table("Marks put back", programs, write("truth.txt", truth), write("bare.txt", bare(truth)), args.rounds)
    pages, read = fixtures("*.eng.truth.txt"), fixtures("*.eng.ocr.txt")
    table("Pages read by Tesseract `eng`", [vidau, symspell], write("pages.txt", pages), write("read.txt", read),
          args.rounds, page=True)
    same_candidates([("marks put back", write("bare.txt", bare(truth))), ("`eng` pages", write("read.txt", read))])
    queries()


if __name__ == "__main__":
    main()
