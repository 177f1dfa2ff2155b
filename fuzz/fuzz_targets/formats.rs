//! Reads arbitrary bytes in every format, changes words of what could be read
//! and undoes it: nothing panics, and what is not changed stays.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vidau::formats::{Change, Encoding, Format, Record, Scan};

/// What is put in the place of a word, by a byte of the input.
const TEXTS: [&str; 4] = ["ệ<&\"'", "hai từ", "", "x"];

fuzz_target!(|bytes: &[u8]| {
    for encoding in Encoding::ALL {
        if let Ok(text) = encoding.decode(bytes) {
            let back = encoding.encode(&text).expect("it was read");
            assert_eq!(back, bytes, "{encoding:?}");
        }
    }
    let _ = Encoding::detect_legacy(bytes);
    let Ok(file) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Format::detect(file);
    for format in Format::ALL {
        if let Ok(scan) = Scan::new(file, format) {
            change(&scan, bytes);
        }
    }
});

/// Changes words as the bytes say.
fn change(scan: &Scan<'_>, bytes: &[u8]) {
    let file = scan.file();
    let runs = scan.document().runs();
    let mut changes = Vec::new();
    let mut end = 0;
    for (i, run) in runs.iter().enumerate() {
        let byte = usize::from(bytes[i * 7 % bytes.len()]);
        // One word, or the next with it.
        let last = runs.get(i + byte / 4 % 2).unwrap_or(run);
        let span = run.range.start..last.range.end.max(run.range.end);
        if byte % 3 == 0 || span.start < end || span.is_empty() {
            continue;
        }
        end = span.end;
        changes.push(Change {
            span,
            text: TEXTS[byte % TEXTS.len()],
            confidence: Some(0.5),
        });
    }
    for record in Record::ALL {
        assert_eq!(scan.splice(&[], record).apply(file), file, "{record:?}");
        let splice = scan.splice(&changes, record);
        let output = splice.apply(file);
        let mut back = String::with_capacity(file.len());
        let (mut at, mut from) = (0, 0);
        for edit in &splice.edits {
            back += &output[at..at + (edit.range.start - from)];
            at += edit.range.start - from + edit.text.len();
            back += &file[edit.range.clone()];
            from = edit.range.end;
        }
        back += &output[at..];
        assert_eq!(back, file, "{record:?}");
    }
    for run in runs {
        let place = scan.file_range(run.range.clone());
        assert!(file.get(place.clone()).is_some(), "characters stay whole");
        let _ = scan.document_span(place);
    }
    let _ = scan.text();
}
