//! What the benches run on: named texts, each with the reason why it is here.
#![allow(dead_code)]

use vidau::syllable::Letter;

/// A text to measure.
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../data/fixtures/", $name))
    };
}

/// Every kind of page, from nothing to the worst.
pub(crate) fn all() -> Vec<Input> {
    vec![empty(), clean(), stripped(), eng(), vie(), caps_table()]
}

/// What a call costs before it meets a word.
pub(crate) fn empty() -> Input {
    input("empty", "")
}

/// A page without an error: most of what is ever fed in, and nothing to do.
pub(crate) fn clean() -> Input {
    input("clean prose", fixture!("ke-hoach.vie.truth.txt"))
}

/// All marks gone, no letter wrong: few channel edits, many readings a word.
pub(crate) fn stripped() -> Input {
    input("stripped prose", &strip(fixture!("ke-hoach.vie.truth.txt")))
}

/// Read without knowing Vietnamese: wrong letters, the widest search.
pub(crate) fn eng() -> Input {
    input("eng page", fixture!("ke-hoach.eng.ocr.txt"))
}

/// Pages of different subjects, one of them in English: what is kept of
/// one has to last until it comes again.
pub(crate) fn eng_pages() -> Vec<&'static str> {
    vec![
        fixture!("bao-cao.eng.ocr.txt"),
        fixture!("bien-ban.eng.ocr.txt"),
        fixture!("cong-van-1994.eng.ocr.txt"),
        fixture!("cong-van.eng.ocr.txt"),
        fixture!("english.eng.ocr.txt"),
        fixture!("ke-hoach.eng.ocr.txt"),
        fixture!("quyet-dinh.eng.ocr.txt"),
    ]
}

/// Read with the right engine: an error now and then.
pub(crate) fn vie() -> Input {
    input("vie page", fixture!("ke-hoach.vie.ocr.txt"))
}

/// Capitals have confusions of their own and three casings to try; cells and
/// figures cut the language model's context.
pub(crate) fn caps_table() -> Input {
    input(
        "caps table",
        &fixture!("bao-cao.eng.ocr.txt").to_uppercase(),
    )
}

fn input(name: &'static str, text: &str) -> Input {
    Input {
        name,
        text: text.to_owned(),
    }
}

fn strip(text: &str) -> String {
    let bare = |c| match Letter::from_char(c) {
        Some(letter) => Letter { mark: 0, ..letter }.to_char(),
        None => c,
    };
    text.chars().map(bare).collect()
}
