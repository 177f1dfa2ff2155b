#!/usr/bin/env python3
"""A large batch that is killed again and again ends like one that is not.

    batch.py VIDAU [--files 20000] [--kills 10] [--scaling] [--folder FOLDER]

Makes a tree of small pages (text, hOCR, ALTO) of data/fixtures, restores it
once without interruption and once with kill -9 at random moments, and holds
outputs, ledgers and reports against each other byte for byte. Prints what was
measured: pages a second, memory at the beginning and at the end. --scaling
restores it with one thread as well, and with as many processes of one thread,
a share of the files each, as there were threads: what the machine can give.
"""

import argparse
import html
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "data" / "fixtures"
OWN = {"journal.jsonl", "lock"}


def hocr(lines):
    body = "".join(
        f"<span class='ocr_line' title='bbox 0 {20 * y} 900 {20 * y + 15}'>"
        + " ".join(
            f"<span class='ocrx_word' title='bbox {60 * x} {20 * y} {60 * x + 50} {20 * y + 15};"
            f" x_wconf 70'>{html.escape(word)}</span>"
            for x, word in enumerate(line.split())
        )
        + "</span>\n"
        for y, line in enumerate(lines)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<html xmlns='http://www.w3.org/1999/xhtml'>"
        f"<head><title/></head><body><div class='ocr_page' title='bbox 0 0 900 900'>\n{body}"
        "</div></body></html>\n"
    )


def alto(lines):
    body = "".join(
        f"<TextLine HPOS='0' VPOS='{20 * y}' WIDTH='900' HEIGHT='15'>"
        + "<SP/>".join(
            f"<String HPOS='{60 * x}' VPOS='{20 * y}' WIDTH='50' HEIGHT='15' WC='0.7' "
            f"CONTENT='{html.escape(word)}'/>"
            for x, word in enumerate(line.split())
        )
        + "</TextLine>\n"
        for y, line in enumerate(lines)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        "<alto xmlns='http://www.loc.gov/standards/alto/ns-v3#'><Layout><Page WIDTH='900' "
        f"HEIGHT='900'><PrintSpace><TextBlock>\n{body}</TextBlock></PrintSpace></Page></Layout></alto>\n"
    )


def make_tree(tree, files):
    pages = [p.read_text("utf-8").splitlines() for p in sorted(FIXTURES.glob("*.ocr.txt"))]
    pages = [[line for line in page if line.strip()] for page in pages]
    for i in range(files):
        page = pages[i % len(pages)]
        start = i // len(pages) % max(1, len(page) - 6)
        lines = [f"So {i}"] + page[start : start + 5]
        name, text = (
            (f"p{i}.txt", "\n".join(lines) + "\n"),
            (f"p{i}.hocr", hocr(lines)),
            (f"p{i}.xml", alto(lines)),
        )[i % 4 % 3]
        path = tree / f"{i % 7}" / f"{i // 7 % 30}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="")


def contents(root):
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in root.rglob("*")
        if p.is_file() and not (p.parent.name == ".vidau" and p.name in OWN)
    }


def journal(out):
    path = out / ".vidau" / "journal.jsonl"
    # A last line without its end counts as not written.
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line) for line in lines]


def done(out):
    return {line["path"] for line in journal(out) if line.get("status") == "done"}


def memory_kb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def one_thread_each(vidau, tree, folder, processes):
    """Runs that share nothing but the machine; seconds of the clock."""
    names = sorted(p.relative_to(tree).as_posix() for p in tree.rglob("*") if p.is_file())
    commands = []
    for i in range(processes):
        share = folder / f"share{i}"
        share.write_text("\n".join(names[i::processes]), "utf-8")
        out = folder / f"alone{i}"
        commands.append([vidau, "batch", tree, "-o", out, "-q", "-j1", "--file-list", share])
    started = time.monotonic()
    children = [subprocess.Popen(command) for command in commands]
    assert all(child.wait() == 0 for child in children)
    return time.monotonic() - started


def whole_run(vidau, tree, out, jobs, files):
    """Runs to the end; seconds of the clock, of the processors, memory by share done."""
    command = [vidau, "batch", tree, "-o", out, "-q", "-j", str(jobs)]
    started, memory = time.monotonic(), {}
    child = subprocess.Popen(command)
    seconds = 0.0
    while True:
        try:
            child.wait(timeout=0.5)
            break
        except subprocess.TimeoutExpired:
            with open(out / ".vidau" / "journal.jsonl", "rb") as file:
                share = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) / files
            for mark in (0.1, 0.5, 0.95):
                if share >= mark and mark not in memory:
                    memory[mark] = memory_kb(child.pid)
            stat = pathlib.Path(f"/proc/{child.pid}/stat").read_text().rsplit(")", 1)[1].split()
            seconds = (int(stat[11]) + int(stat[12])) / 100
    assert child.returncode == 0, child.returncode
    return time.monotonic() - started, seconds, memory


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vidau", type=pathlib.Path)
    parser.add_argument("--files", type=int, default=20000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scaling", action="store_true", help="one thread and as many processes, too")
    parser.add_argument("--folder", type=pathlib.Path, help="work here and leave it")
    args = parser.parse_args()
    vidau, rng = args.vidau.resolve(), random.Random(args.seed)
    folder = args.folder or pathlib.Path(tempfile.mkdtemp())
    tree, whole, killed = folder / "in", folder / "whole", folder / "killed"
    make_tree(tree, args.files)

    print("load:", *(f"{load:.1f}" for load in os.getloadavg()), flush=True)
    clock, busy, memory = whole_run(vidau, tree, whole, args.jobs, args.files)
    print(f"{args.files} files, {args.jobs} threads: {clock:.0f} s, {busy:.0f} s of processor")
    print(f"{args.files / clock:.1f} files a second; memory by share done, kB: {memory}", flush=True)
    if args.scaling:
        one, busy, _ = whole_run(vidau, tree, folder / "one", 1, args.files)
        print(f"1 thread: {one:.0f} s, {busy:.0f} s of processor; {one / clock:.2f} times", flush=True)
        assert contents(folder / "one") == contents(whole), "threads matter"
        alone = one_thread_each(vidau, tree, folder, args.jobs)
        print(f"{args.jobs} processes: {alone:.0f} s; {one / alone:.2f} times", flush=True)

    for kill in range(args.kills):
        child = subprocess.Popen([vidau, "batch", tree, "-o", killed, "-q", "-j", str(args.jobs)])
        try:
            child.wait(timeout=rng.uniform(0.05, 1.6 * clock / args.kills))
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
        print(f"kill {kill + 1}: {len(done(killed))} done", flush=True)
    subprocess.run([vidau, "batch", tree, "-o", killed, "-q", "-j", str(args.jobs)], check=True)

    expected, found = contents(whole), contents(killed)
    assert set(found) == set(expected), sorted(set(found) ^ set(expected))[:9]
    assert found == expected, [k for k in found if found[k] != expected[k]][:9]
    assert len(done(killed)) == args.files
    events = [line for line in journal(killed) if line["event"] != "file"]
    again = sum(line.get("status") == "done" for line in journal(killed)) - args.files
    starts = sum(line["event"] == "start" for line in events)
    assert events[-1]["event"] == "end" and events[-1]["outcome"] == "complete"
    print(f"the same {len(found)} files byte for byte; {starts} runs, {again} files done twice")
    ledgers = [p.stat().st_size for p in (whole / ".vidau" / "ledger").rglob("*") if p.is_file()]
    size = (whole / ".vidau" / "journal.jsonl").stat().st_size
    print(f"{len(ledgers)} ledgers, {sum(ledgers) / len(ledgers):.0f} bytes each; journal {size / args.files:.0f} a file")
    if not args.folder:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
