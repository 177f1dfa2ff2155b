//! Restores arbitrary text with the embedded model and holds the result to the
//! contract.
#![no_main]

use std::cell::RefCell;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vidau::{Break, Document, Restorer, Worker};

static RESTORER: LazyLock<Restorer> = LazyLock::new(|| Restorer::embedded().expect("a model"));

thread_local! {
    static WORKER: RefCell<Worker<'static>> = RefCell::new(RESTORER.worker());
}

fuzz_target!(|text: &str| {
    WORKER.with_borrow_mut(|worker| {
        check(worker, &Document::from_text(text));
        let mut words = Document::new();
        for line in text.lines() {
            for (i, word) in line.split(' ').enumerate() {
                words.push(word, Some((i % 10) as f32 / 10.0), Break::Blank);
            }
            words.push("", None, Break::Line);
        }
        check(worker, &words);
    });
});

fn check(worker: &mut Worker<'_>, document: &Document<'_>) {
    let source = document.source();
    let restored = worker.restore(document);
    let text = restored.text();
    let ends = |s: &str| {
        s.bytes()
            .filter(|b| b"\n\r\x0c".contains(b))
            .collect::<Vec<_>>()
    };
    assert_eq!(ends(text), ends(source), "line ends");

    let mut applied = String::new();
    let mut written = 0;
    for c in restored.corrections() {
        let span = c.span();
        assert!(written <= span.start && span.start < span.end, "in order");
        assert_eq!(c.original(), &source[span.clone()]);
        assert_ne!(c.original(), c.best());
        applied.push_str(&source[written..span.start]);
        applied.push_str(c.best());
        written = span.end;
    }
    applied.push_str(&source[written..]);
    assert_eq!(applied, text, "corrections applied");

    let runs = document.runs().len();
    for c in restored.corrections().chain(restored.flags()) {
        assert!((0.0..=1.0).contains(&c.confidence()), "{}", c.confidence());
        assert!(c.run() < runs);
        for a in c.alternatives() {
            assert!((0.0..=1.0).contains(&a.probability), "{}", a.probability);
        }
    }
    let first = restored.to_owned();
    assert_eq!(worker.restore(document).to_owned(), first, "once more");
}
