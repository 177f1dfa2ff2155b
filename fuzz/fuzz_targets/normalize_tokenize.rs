//! Normalises and tokenizes arbitrary text: no byte is lost on the way.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vidau::syllable::{Syllable, TonePlacement, fold_tone, is_legal, place_tone, tone_placement};
use vidau::text::{Normalizer, tokenize};

fuzz_target!(|text: &str| {
    let mut normalizer = Normalizer::default();
    let mut again = Normalizer::default();
    let mut tokens = Vec::new();
    let (mut folded, mut placed) = (String::new(), String::new());
    for line in text.lines() {
        normalizer.normalize(line);
        let normal = normalizer.text();
        again.normalize(normal);
        assert_eq!(again.text(), normal, "normalising twice");

        tokenize(normal, &mut tokens);
        let mut end = 0;
        for token in &tokens {
            assert_eq!(token.start as usize, end, "no gap");
            end = token.end as usize;
            let source = normalizer.source_range(token.range());
            assert!(line.get(source).is_some(), "characters stay whole");
            let word = &normal[token.range()];
            let _ = (is_legal(word), Syllable::parse(word), tone_placement(word));
            folded.clear();
            fold_tone(word, &mut folded);
            for placement in [TonePlacement::Old, TonePlacement::New] {
                placed.clear();
                place_tone(word, placement, &mut placed);
            }
        }
        assert_eq!(end, normal.len(), "the whole line");
    }
});
