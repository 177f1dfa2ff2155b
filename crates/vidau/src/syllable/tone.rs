//! Where the tone mark stands: "hòa" or "hoà".
//!
//! Two customs differ in the open rimes oa, oe and uy (not after q): the old
//! one marks the first letter, the new one (Quyết định 240/QĐ, 1984) the
//! second. Inside the library every word has the old placement.

use unicode_normalization::UnicodeNormalization;

use super::{Letter, letter::CIRCUMFLEX};

/// A custom of placing the tone mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TonePlacement {
    /// On the first letter: hòa, khỏe, thủy.
    Old,
    /// On the second letter: hoà, khoẻ, thuỷ.
    New,
}

const WORD_MAX: usize = 12;

/// Appends `word` with its tone mark where the old custom puts it.
///
/// A cluster oa, oe, uy decides wherever it stands, also in what is no
/// syllable; letters, case and all words without such a cluster stay.
///
/// ```
/// use vidau::syllable::fold_tone;
/// let mut out = String::new();
/// for word in ["hoà", " ", "KHOẺ", " ", "thuỷ", " ", "quý", " ", "hòan"] {
///     fold_tone(word, &mut out);
/// }
/// assert_eq!(out, "hòa KHỎE thủy quý hoàn");
/// ```
pub fn fold_tone(word: &str, out: &mut String) {
    let mut letters = [Letter {
        base: 0,
        mark: 0,
        upper: false,
    }; WORD_MAX];
    let mut n = 0;
    for c in word.chars() {
        match Letter::from_char(c) {
            Some(letter) if n < WORD_MAX => letters[n] = letter,
            _ => return fold_any(word, out),
        }
        n += 1;
    }
    let letters = &mut letters[..n];
    let tone = letters.iter().rev().find(|l| l.tone() != 0);
    let Some(tone) = tone.map(|l| l.tone()) else {
        return out.push_str(word);
    };
    let Some(at) = tone_seat(letters.iter().map(|l| (l.base, l.modifier()))) else {
        return out.push_str(word);
    };
    for (i, letter) in letters.iter().enumerate() {
        let tone = if i == at { tone } else { 0 };
        out.push(letter.with_tone(tone).to_char());
    }
}

/// The letter that bears the tone under the old custom, if the word has a
/// cluster that decides it. Letters are base and modifier; base 0 is no letter.
fn tone_seat(letters: impl Iterator<Item = (u8, u8)>) -> Option<usize> {
    let mut letters = letters.peekable();
    let mut before = 0;
    for at in 0.. {
        let letter = letters.next()?;
        let is_glide = match (letter, letters.peek()?) {
            ((b'o', 0), (b'a' | b'e', 0)) => true,
            ((b'u', 0), (b'y', 0)) => before != b'q',
            _ => false,
        };
        if is_glide {
            // uyê is no open rime: its tone sits on the ê in either custom.
            return Some(match letters.nth(1) {
                None => at,
                Some((b'e', CIRCUMFLEX)) if letter.0 == b'u' => at + 2,
                Some(_) => at + 1,
            });
        }
        before = letter.0;
    }
    None
}

/// [`fold_tone`] for words that have other characters than Vietnamese letters.
#[cold]
fn fold_any(word: &str, out: &mut String) {
    let is_tone = |c: &char| tone_of(*c).is_some();
    let Some(tone) = word.nfd().filter(is_tone).last() else {
        return out.push_str(word);
    };
    let bare = || word.nfd().filter(|c| !is_tone(c)).nfc();
    let letter = |c| Letter::from_char(c).map_or((0, 0), |l| (l.base, l.modifier()));
    let Some(at) = tone_seat(bare().map(letter)) else {
        return out.push_str(word);
    };
    let before = bare().take(at + 1).chain([tone]);
    out.extend(before.chain(bare().skip(at + 1)).nfc());
}

/// The tone of a combining tone mark.
pub(crate) fn tone_of(mark: char) -> Option<u8> {
    Some(match mark {
        '\u{300}' => 1,
        '\u{309}' => 2,
        '\u{303}' => 3,
        '\u{301}' => 4,
        '\u{323}' => 5,
        _ => return None,
    })
}

/// Appends `canonical`, a word as [`fold_tone`] gives it, in the placement wanted.
///
/// ```
/// use vidau::syllable::{TonePlacement, place_tone};
/// let mut out = String::new();
/// place_tone("Hòa", TonePlacement::New, &mut out);
/// assert_eq!(out, "Hoà");
/// ```
pub fn place_tone(canonical: &str, placement: TonePlacement, out: &mut String) {
    if placement == TonePlacement::New
        && let Some(rime) = OpenRime::of(canonical)
        && rime.glide.tone() != 0
        && rime.vowel.tone() == 0
    {
        out.push_str(rime.before);
        out.push(rime.glide.with_tone(0).to_char());
        out.push(rime.vowel.with_tone(rime.glide.tone()).to_char());
    } else {
        out.push_str(canonical);
    }
}

/// The custom `word` follows; `None` where the two do not differ.
#[must_use]
pub fn tone_placement(word: &str) -> Option<TonePlacement> {
    let rime = OpenRime::of(word)?;
    let toned = |c: char| Letter::from_char(c).is_some_and(|l| l.tone() != 0);
    match (rime.glide.tone(), rime.vowel.tone()) {
        _ if rime.before.chars().any(toned) => None,
        (1.., 0) => Some(TonePlacement::Old),
        (0, 1..) => Some(TonePlacement::New),
        _ => None,
    }
}

/// A word that ends in oa, oe or uy, where the customs differ.
struct OpenRime<'w> {
    before: &'w str,
    glide: Letter,
    vowel: Letter,
}

impl<'w> OpenRime<'w> {
    fn of(word: &'w str) -> Option<OpenRime<'w>> {
        let mut chars = word.chars();
        let vowel = Letter::from_char(chars.next_back()?)?;
        let glide = Letter::from_char(chars.next_back()?)?;
        let before = chars.as_str();
        if glide.modifier() != 0 || vowel.modifier() != 0 {
            return None;
        }
        let open = match (glide.base, vowel.base) {
            (b'o', b'a' | b'e') => true,
            // A tone mark of its own on the q makes it no other letter.
            (b'u', b'y') => !before
                .trim_end_matches(|c| tone_of(c).is_some())
                .ends_with(['q', 'Q']),
            _ => false,
        };
        open.then_some(OpenRime {
            before,
            glide,
            vowel,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fold(word: &str) -> String {
        let mut out = String::new();
        fold_tone(word, &mut out);
        out
    }

    fn place(word: &str, placement: TonePlacement) -> String {
        let mut out = String::new();
        place_tone(word, placement, &mut out);
        out
    }

    #[test]
    fn folds_open_rimes_only() {
        for (word, folded) in [
            ("hoà", "hòa"),
            ("hòa", "hòa"),
            ("HOÀ", "HÒA"),
            ("khoẻ", "khỏe"),
            ("thuỷ", "thủy"),
            ("quý", "quý"),
            ("qúy", "qúy"),
            ("Quỳ", "Quỳ"),
            ("hoàn", "hoàn"),
            ("hòan", "hoàn"),
            ("khuỷu", "khuỷu"),
            ("huỳnh", "huỳnh"),
            ("hùynh", "huỳnh"),
            ("chuyện", "chuyện"),
            ("chuỵên", "chuyện"),
            ("múa", "múa"),
            ("hoa", "hoa"),
            ("", ""),
            // No syllables: the first cluster decides, the last tone stays.
            ("toánhọc", "toạnhoc"),
            ("uýoa", "uýoa"),
            ("señoa", "senõa"),
            ("tôiđãhoàthànhrồi", "tôiđahoàthanhrôi"),
        ] {
            assert_eq!(fold(word), folded, "{word}");
        }
    }

    #[test]
    fn places_and_tells_placements() {
        for (old, new) in [("hòa", "hoà"), ("KHỎE", "KHOẺ"), ("Ủy", "Uỷ")] {
            assert_eq!(place(old, TonePlacement::New), new);
            assert_eq!(place(old, TonePlacement::Old), old);
            assert_eq!(tone_placement(old), Some(TonePlacement::Old));
            assert_eq!(tone_placement(new), Some(TonePlacement::New));
        }
        for word in [
            "quý",
            "q\u{301}ủY",
            "hoa",
            "hoàn",
            "chuyện",
            "mùa",
            "a",
            "",
            "hòá",
        ] {
            assert_eq!(place(word, TonePlacement::New), word);
            assert_eq!(tone_placement(word), None, "{word}");
        }
    }

    proptest! {
        #[test]
        fn folding_undoes_placing(word in "[hqóoòuủưyỷýaáàâeéẹênìñ\u{301}KY]{0,14}") {
            let folded = fold(&word);
            prop_assert_eq!(&fold(&folded), &folded);
            let new = place(&folded, TonePlacement::New);
            prop_assert_eq!(fold(&new), folded);
        }
    }
}
