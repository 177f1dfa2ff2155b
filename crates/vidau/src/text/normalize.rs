//! One spelling for every letter, with the way back to the source bytes.

use std::ops::Range;

use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use crate::syllable::{BREVE, CIRCUMFLEX, HORN, Letter, tone_of};

/// Normalises lines; keeps its buffers from one line to the next.
///
/// What changes: letters are composed (NFC), also from marks in the wrong
/// order; Ð and Ɖ become Đ; Cyrillic and Greek letters that look Latin become
/// Latin inside a word with Latin letters; typographic ligatures are taken
/// apart; soft hyphens and zero-width characters go; a non-breaking blank
/// becomes a blank. Quotes, dashes and everything else stay.
///
/// ```
/// use vidau::text::Normalizer;
/// let mut normalizer = Normalizer::default();
/// normalizer.normalize("\u{feff}Vie\u{323}\u{302}t Nam");
/// assert_eq!(normalizer.text(), "Việt Nam");
/// assert_eq!(normalizer.source_range(2..5), 5..10);
/// ```
#[derive(Debug, Default)]
pub struct Normalizer {
    text: String,
    /// Source and text are cut in as many pieces, each the image of the other.
    /// No pieces: source and text are the same bytes.
    pieces: Vec<Piece>,
    source_len: usize,
    chars: Vec<Char>,
    cluster: Cluster,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    text: u32,
    source: u32,
}

/// A character to be composed and where its source begins.
#[derive(Debug, Clone, Copy)]
struct Char {
    c: char,
    source: u32,
}

impl Normalizer {
    /// Normalises `source`, at most 4 GiB; afterwards [`Self::text`] and
    /// [`Self::source_range`] speak of it.
    pub fn normalize(&mut self, source: &str) {
        self.text.clear();
        self.pieces.clear();
        self.source_len = source.len();
        if is_normal(source) {
            self.text.push_str(source);
        } else {
            self.replace(source);
            self.compose();
        }
    }

    /// The normalised text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The smallest range of source bytes that gave the bytes `range` of
    /// [`Self::text`].
    ///
    /// Dropped characters belong to what precedes them, at the beginning of a
    /// line to what follows. Ranges that part the text between letters part
    /// the source as well; only a ligature or a letter with foreign marks
    /// gives several characters the same source.
    #[must_use]
    pub fn source_range(&self, range: Range<usize>) -> Range<usize> {
        if self.pieces.is_empty() {
            let end = range.end.min(self.source_len.min(self.text.len()));
            return range.start.min(end)..end;
        }
        let start = self.piece_at(range.start);
        let from = self.source_of(start);
        if range.end <= range.start {
            return from..from;
        }
        // The last piece that begins before the end, and thus the first that does not.
        let after = self
            .pieces
            .partition_point(|p| (p.text as usize) < range.end);
        from..self.source_of(after)
    }

    /// Whether text and source are the same bytes.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.pieces.is_empty() && self.text.len() == self.source_len
    }

    fn piece_at(&self, text: usize) -> usize {
        if text >= self.text.len() {
            return self.pieces.len();
        }
        let after = self.pieces.partition_point(|p| p.text as usize <= text);
        after.saturating_sub(1)
    }

    fn source_of(&self, piece: usize) -> usize {
        let piece = self.pieces.get(piece);
        piece.map_or(self.source_len, |p| p.source as usize)
    }

    /// Fills `chars` with what is left of the source after single replacements.
    fn replace(&mut self, source: &str) {
        self.chars.clear();
        let mut rest = source;
        while let Some(first) = rest.chars().next() {
            let at = source.len() - rest.len();
            let of_word = |c: char| c.is_alphabetic() || is_combining_mark(c) || is_dropped(c);
            let length = rest.find(|c| !of_word(c)).unwrap_or(rest.len());
            let length = length.max(first.len_utf8());
            let (word, after) = rest.split_at(length);
            rest = after;
            let latin = is_latin_with_look_alikes(word);
            for (i, c) in word.char_indices() {
                if is_dropped(c) {
                    continue;
                }
                let source = (at + i) as u32;
                let mut push = |c| self.chars.push(Char { c, source });
                match c {
                    '\u{D0}' | '\u{189}' => push('Đ'),
                    '\u{F0}' | '\u{256}' => push('đ'),
                    '\u{A0}' | '\u{2007}' | '\u{202F}' => push(' '),
                    '\u{FB00}'..='\u{FB04}' => {
                        let letters = ["ff", "fi", "fl", "ffi", "ffl"];
                        let letters = letters[c as usize - 0xFB00];
                        letters.chars().for_each(push);
                    }
                    _ if latin => push(look_alike(c).unwrap_or(c)),
                    _ => push(c),
                }
            }
        }
    }

    /// Composes `chars` cluster by cluster into pieces.
    fn compose(&mut self) {
        let chars = std::mem::take(&mut self.chars);
        let mut rest = chars.as_slice();
        while let Some(first) = rest.first() {
            let joined = |pair: &[Char]| pair[0].source == pair[1].source || !starts(pair[1].c);
            let length = 1 + rest.windows(2).take_while(|pair| joined(pair)).count();
            let (cluster, after) = rest.split_at(length);
            rest = after;
            self.pieces.push(Piece {
                text: self.text.len() as u32,
                // What was dropped before the first belongs to the first.
                source: if self.pieces.is_empty() {
                    0
                } else {
                    first.source
                },
            });
            match cluster {
                [one] if one.c.is_ascii() => self.text.push(one.c),
                _ => self.cluster.compose(cluster, &mut self.text),
            }
        }
        self.chars = chars;
    }
}

/// Whether normalising would change nothing.
fn is_normal(source: &str) -> bool {
    if source.is_ascii() {
        return true;
    }
    let plain = |c: char| c.is_ascii() || Letter::from_char(c).is_some();
    let others = || source.chars().filter(|&c| !plain(c));
    let replaced = |c: char| {
        matches!(c, '\u{D0}' | '\u{F0}' | '\u{189}' | '\u{256}' | '\u{A0}')
            || matches!(c, '\u{2007}' | '\u{202F}' | '\u{FB00}'..='\u{FB04}')
            || is_dropped(c)
            || is_greek_or_cyrillic(c)
    };
    others().next().is_none()
        || (!others().any(replaced) && is_nfc_quick(source.chars()) == IsNormalized::Yes)
}

fn is_dropped(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}'
    )
}

/// Whether no earlier character can compose or change places with `c`.
fn starts(c: char) -> bool {
    if c < '\u{300}' {
        return true;
    }
    let mut first = c;
    if let Some(decomposed) = std::iter::once(c).nfd().next() {
        first = decomposed;
    }
    canonical_combining_class(first) == 0
        && is_nfc_quick(std::iter::once(first)) != IsNormalized::Maybe
}

fn is_greek_or_cyrillic(c: char) -> bool {
    // U+0374 composes to a modifier letter, which belongs to no script.
    matches!(c, '\u{370}'..='\u{373}' | '\u{375}'..='\u{52F}')
        || matches!(c, '\u{1C80}'..='\u{1C8F}' | '\u{1F00}'..='\u{1FFF}' | '\u{2126}')
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic()
        || c.is_alphabetic()
            && matches!(c, '\u{C0}'..='\u{2AF}' | '\u{1E00}'..='\u{1EFF}'
                | '\u{212A}' | '\u{212B}' | '\u{FB00}'..='\u{FB06}')
}

/// Whether the word has Latin letters and every Greek or Cyrillic letter in it
/// could be one: a word in another script that has a Latin letter by
/// mistake is not torn further.
fn is_latin_with_look_alikes(word: &str) -> bool {
    let (mut latin, mut foreign) = (false, false);
    for c in word.chars() {
        if is_greek_or_cyrillic(c) {
            if look_alike(c).is_none() {
                return false;
            }
            foreign = true;
        } else {
            latin |= is_latin(c);
        }
    }
    latin && foreign
}

/// The Latin letter a Greek or Cyrillic one looks like.
fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' => 'I',
        'Ј' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Ԝ' => 'W',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' => 'Y',
        'Ζ' => 'Z',
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' => 'e',
        'һ' => 'h',
        'і' | 'ι' | '\u{1FBE}' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'ѕ' => 's',
        'υ' => 'u',
        'ν' => 'v',
        'ԝ' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'ү' => 'y',
        _ => return None,
    })
}

/// Composes one letter and its marks; keeps its buffer.
#[derive(Debug, Default)]
struct Cluster {
    marks: Vec<char>,
}

impl Cluster {
    fn compose(&mut self, cluster: &[Char], out: &mut String) {
        self.marks.clear();
        self.marks.extend(cluster.iter().map(|c| c.c).nfd());
        // A tone typed before the modifier (é + circumflex) would stay apart;
        // where the letter takes the modifier, the tone goes last.
        let mut rest = self.marks.as_mut_slice();
        while let Some((first, after)) = rest.split_first_mut() {
            let base = Letter::from_char(*first);
            let length = after.iter().position(|&c| starts(c));
            let (marks, next) = after.split_at_mut(length.unwrap_or(after.len()));
            if base.is_some_and(|base| takes_modifier(base, marks)) {
                marks.sort_by_key(|&mark| tone_of(mark).is_some());
            }
            rest = next;
        }
        out.extend(self.marks.iter().copied().nfc());
    }
}

/// Whether `marks` are one modifier the letter takes and at most one tone.
fn takes_modifier(base: Letter, marks: &[char]) -> bool {
    let modifiers = marks.iter().filter_map(|&mark| modifier_of(mark));
    let tones = marks.iter().filter(|&&mark| tone_of(mark).is_some());
    let (n, tones) = (modifiers.clone().count(), tones.count());
    n == 1
        && tones <= 1
        && n + tones == marks.len()
        && modifiers.into_iter().all(|modifier| {
            Letter {
                mark: modifier * 6,
                ..base
            }
            .exists()
        })
}

fn modifier_of(mark: char) -> Option<u8> {
    Some(match mark {
        '\u{302}' => CIRCUMFLEX,
        '\u{306}' => BREVE,
        '\u{31B}' => HORN,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    fn normalized(source: &str) -> String {
        let mut normalizer = Normalizer::default();
        normalizer.normalize(source);
        normalizer.text().to_owned()
    }

    #[test]
    fn composes_whatever_the_order() {
        for source in [
            "ế",
            "e\u{302}\u{301}",
            "ê\u{301}",
            "é\u{302}",
            "e\u{301}\u{302}",
            "e\u{AD}\u{302}\u{200B}\u{341}",
        ] {
            assert_eq!(normalized(source), "ế", "{source:?}");
        }
        assert_eq!(
            normalized("o\u{301}\u{31B} u\u{323}\u{31B} a\u{301}\u{306}"),
            "ớ ự ắ"
        );
        assert_eq!(
            normalized("Vie\u{323}\u{302}t, Vie\u{302}\u{323}t"),
            "Việt, Việt"
        );
        assert_eq!(normalized("n\u{301}\u{302}"), "ń\u{302}", "no such letter");
        assert_eq!(normalized("i\u{301}\u{302}"), "í\u{302}");
    }

    #[test]
    fn replaces_what_looks_the_same() {
        for (source, text) in [
            ("Ðảng ủy, ƉÔ, ðược", "Đảng ủy, ĐÔ, được"),
            ("сông Тác", "công Tác"),
            ("k\u{1FBE}nh", "kinh"),
            ("Οl\u{374}", "Ol\u{2B9}"),
            ("Москва và Ω", "Москва và Ω"),
            ("Мoсква", "Мoсква"),
            ("ο μm", "ο μm"),
            ("ﬁle ﬂag eﬃ", "file flag effi"),
            ("1\u{A0}000\u{202F}đ", "1 000 đ"),
            ("dân\u{AD} vận\u{200B}", "dân vận"),
            ("“a” – ‘b’ — c…", "“a” – ‘b’ — c…"),
            ("", ""),
        ] {
            assert_eq!(normalized(source), text, "{source:?}");
        }
    }

    #[test]
    fn maps_back() {
        let source = "\u{200B}e\u{301}\u{302} ﬁ\u{AD}x";
        let mut n = Normalizer::default();
        n.normalize(source);
        assert_eq!(n.text(), "ế fix");
        assert!(!n.is_identity());
        let back = |range: Range<usize>| &source[n.source_range(range)];
        assert_eq!(back(0..3), "\u{200B}e\u{301}\u{302}");
        assert_eq!(back(3..4), " ");
        assert_eq!(back(4..5), "ﬁ\u{AD}");
        assert_eq!(back(5..6), "ﬁ\u{AD}");
        assert_eq!(back(6..7), "x");
        assert_eq!(back(0..7), source);
        assert_eq!(n.source_range(7..7), source.len()..source.len());
        assert_eq!(n.source_range(3..3), 8..8);
        assert_eq!(n.source_range(90..95), source.len()..source.len());
        n.normalize("dân vận");
        assert!(n.is_identity());
        assert_eq!(n.source_range(1..4), 1..4);
        n.normalize("\u{FEFF}");
        assert_eq!((n.text(), n.source_range(0..0)), ("", 0..0));
    }

    /// Text with much of what is normalised.
    fn strange() -> impl Strategy<Value = String> {
        let odd = "[ae̛oudD ÐƉðбсаАТοΩﬁﬂéêơ\u{300}\u{301}\u{302}\u{303}\u{306}\u{309}\u{31B}\u{323}\u{327}\u{AD}\u{200B}\u{FEFF}\u{A0}\u{1100}\u{1161}\u{11A8}\u{F73}\u{FB1D}]{0,16}";
        prop_oneof![odd, ".{0,12}", "\\PC{0,12}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_text_is_normal(source in strange()) {
            let text = normalized(&source);
            prop_assert!(is_nfc(&text));
            prop_assert!(!text.contains(is_dropped));
            prop_assert_eq!(normalized(&text), text);
        }

        #[test]
        fn pieces_part_the_source(source in strange()) {
            let mut n = Normalizer::default();
            n.normalize(&source);
            let mut end = 0;
            let mut cuts: Vec<usize> = n.pieces.iter().map(|p| p.text as usize).collect();
            if n.is_identity() {
                cuts = n.text().char_indices().map(|(i, _)| i).collect();
            }
            cuts.push(n.text().len());
            for cut in cuts.windows(2) {
                prop_assert!(n.text().is_char_boundary(cut[0]));
                let range = n.source_range(cut[0]..cut[1]);
                prop_assert_eq!(range.start, end);
                prop_assert!(source.is_char_boundary(range.end));
                prop_assert!(!range.is_empty());
                end = range.end;
            }
            prop_assert!(end == source.len() || n.text().is_empty());
        }

        #[test]
        fn every_character_lies_in_its_range(source in strange()) {
            let mut n = Normalizer::default();
            n.normalize(&source);
            let mut last = 0..0;
            for (i, c) in n.text().char_indices() {
                let range = n.source_range(i..i + c.len_utf8());
                prop_assert!(source.get(range.clone()).is_some_and(|s| !s.is_empty()));
                prop_assert!(range == last || range.start == last.end);
                last = range;
            }
        }

        #[test]
        fn the_quick_way_gives_the_same(source in strange()) {
            let mut n = Normalizer::default();
            n.replace(&source);
            n.compose();
            prop_assert_eq!(&n.text, &normalized(&source));
        }
    }
}
