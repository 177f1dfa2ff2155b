//! Legal syllables: onset + rime + tone.

use std::sync::LazyLock;

use super::inventory::{ONSETS, STOP_TONES, TONES, is_stopped, rimes_after};
use super::{Letter, TonePlacement, place_tone};

/// A legal syllable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Syllable {
    /// The initial consonant, "" for none; "gi" and "qu" are onsets.
    pub onset: &'static str,
    /// The rest without its tone. After "gi" a rime may begin with i, which
    /// is written once: "giếng" is gi + iêng.
    pub rime: &'static str,
    /// 0 ngang, 1 huyền, 2 hỏi, 3 ngã, 4 sắc, 5 nặng.
    pub tone: u8,
}

/// The longest syllable has seven letters: nghiêng.
const MAX_LETTERS: usize = 7;
/// Tones of a packed toneless syllable.
const ALL_TONES: u8 = 0b11_1111;

/// A toneless spelling, a byte a letter: base and modifier.
type Key = u64;

fn key_letter(letter: Letter, modifier: u8) -> Key {
    Key::from(letter.base - b'a' + 1) | Key::from(modifier) << 5
}

struct Entry {
    key: Key,
    onset: &'static str,
    rime: &'static str,
    tones: u8,
    /// The letters that bear the tone in the old and the new custom.
    seats: [u8; 2],
}

/// All toneless syllables, sorted by key, and the sorted keys without modifiers.
struct Inventory {
    entries: Vec<Entry>,
    bare: Vec<Key>,
}

static INVENTORY: LazyLock<Inventory> = LazyLock::new(|| {
    let mut entries: Vec<Entry> = ONSETS
        .iter()
        .flat_map(|&onset| rimes_after(onset).map(move |rime| entry(onset, rime)))
        .collect();
    entries.sort_unstable_by_key(|e| e.key);
    let mut bare: Vec<Key> = entries.iter().map(|e| e.key & BASES).collect();
    bare.sort_unstable();
    bare.dedup();
    Inventory { entries, bare }
});

/// The base bits of every letter of a key.
const BASES: Key = 0x1f1f_1f1f_1f1f_1f1f;

fn entry(onset: &'static str, rime: &'static str) -> Entry {
    let shown = shown_rime(onset, rime);
    let before = onset.chars().count();
    let seat = old_seat(before, shown);
    let letters = || {
        let chars = onset.chars().chain(shown.chars());
        chars.filter_map(Letter::from_char)
    };
    let key = letters().fold(0, |key, l| key << 8 | key_letter(l, l.modifier()));
    // What the placement of the new custom makes of the old one's sắc.
    let toned = spelled(letters(), seat, 4);
    let mut new = String::new();
    place_tone(&toned, TonePlacement::New, &mut new);
    let new_seat = new
        .chars()
        .position(|c| Letter::from_char(c).is_some_and(|l| l.tone() != 0));
    let tones = if is_stopped(rime) {
        STOP_TONES.iter().fold(0, |set, tone| set | 1 << tone)
    } else {
        ALL_TONES
    };
    Entry {
        key,
        onset,
        rime,
        tones,
        seats: [seat as u8, new_seat.unwrap_or(seat) as u8],
    }
}

/// The rime as it is written after the onset.
fn shown_rime(onset: &str, rime: &'static str) -> &'static str {
    match (onset, rime.strip_prefix('i')) {
        ("gi", Some(rest)) => rest,
        _ => rime,
    }
}

/// The letter that bears the tone in the old custom; `before` is the number of
/// letters of the onset, `shown` what is written after it.
fn old_seat(before: usize, shown: &str) -> usize {
    let letters = || shown.chars().filter_map(Letter::from_char);
    let vowel = |l: &Letter| matches!(l.base, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let vowels = letters().take_while(vowel).count();
    let modified = letters().enumerate().take(vowels);
    let modified = modified.filter(|(_, l)| l.modifier() != 0).last();
    match modified {
        Some((at, _)) => before + at,
        // gì, gìn: the i of the onset is the vowel.
        None if vowels == 0 => before.saturating_sub(1),
        None if vowels < letters().count() => before + vowels - 1,
        None => before + (vowels - 1) / 2,
    }
}

fn spelled(letters: impl Iterator<Item = Letter>, seat: usize, tone: u8) -> String {
    let marked = letters.enumerate().map(|(i, letter)| {
        let tone = if i == seat { tone } else { 0 };
        letter.with_tone(tone).to_char()
    });
    marked.collect()
}

/// A word as a key, its tone and the letter that bears it.
fn key_of(word: &str) -> Option<(Key, u8, usize)> {
    let (mut key, mut tone, mut seat) = (0, 0, 0);
    for (i, c) in word.chars().enumerate() {
        let letter = Letter::from_char(c)?;
        if i == MAX_LETTERS {
            return None;
        }
        if letter.tone() != 0 {
            if tone != 0 {
                return None;
            }
            (tone, seat) = (letter.tone(), i);
        }
        key = key << 8 | key_letter(letter, letter.modifier());
    }
    Some((key, tone, seat))
}

impl Syllable {
    /// Takes `word` apart, in any case and in either tone placement; `None` if
    /// it is no legal syllable or not composed (NFC).
    ///
    /// ```
    /// use vidau::syllable::Syllable;
    /// let giếng = Syllable::parse("giếng").unwrap();
    /// assert_eq!((giếng.onset, giếng.rime, giếng.tone), ("gi", "iêng", 4));
    /// assert_eq!(Syllable::parse("hoà"), Syllable::parse("hòa"));
    /// assert_eq!(Syllable::parse("hòan"), None);
    /// ```
    #[must_use]
    pub fn parse(word: &str) -> Option<Syllable> {
        let (key, tone, seat) = key_of(word)?;
        let entries = &INVENTORY.entries;
        let at = entries.binary_search_by_key(&key, |e| e.key).ok()?;
        let entry = &entries[at];
        let seated = tone == 0 || entry.seats.iter().any(|&s| usize::from(s) == seat);
        (seated && entry.tones & 1 << tone != 0).then_some(Syllable {
            onset: entry.onset,
            rime: entry.rime,
            tone,
        })
    }

    /// Appends the syllable in lower case, the tone placed after the old custom.
    pub fn write(self, out: &mut String) {
        let shown = shown_rime(self.onset, self.rime);
        let before = self.onset.chars().count();
        let seat = old_seat(before, shown);
        let chars = self.onset.chars().chain(shown.chars());
        out.push_str(&spelled(
            chars.filter_map(Letter::from_char),
            seat,
            self.tone,
        ));
    }
}

/// Whether `word` is a legal Vietnamese syllable, in any case and either tone placement.
///
/// ```
/// use vidau::syllable::is_legal;
/// assert!(is_legal("Nghiêng") && is_legal("THUỶ"));
/// assert!(!is_legal("viêc") && !is_legal("ghà"));
/// ```
#[must_use]
pub fn is_legal(word: &str) -> bool {
    Syllable::parse(word).is_some()
}

/// Whether some legal syllable looks like `word` once all marks are taken off both.
#[must_use]
pub fn is_legal_bare(word: &str) -> bool {
    key_of_bare(word).is_some_and(|key| INVENTORY.bare.binary_search(&key).is_ok())
}

fn key_of_bare(word: &str) -> Option<Key> {
    let mut key = 0;
    for (i, c) in word.chars().enumerate() {
        if i == MAX_LETTERS {
            return None;
        }
        key = key << 8 | key_letter(Letter::from_char(c)?, 0);
    }
    Some(key)
}

/// All legal syllables, lower case, tone placed after the old custom, in a
/// fixed order.
pub fn legal_syllables() -> impl Iterator<Item = String> {
    ONSETS.iter().flat_map(|&onset| {
        rimes_after(onset).flat_map(move |rime| {
            let legal = move |tone: &u8| !is_stopped(rime) || STOP_TONES.contains(tone);
            (0..TONES).filter(legal).map(move |tone| {
                let mut out = String::new();
                Syllable { onset, rime, tone }.write(&mut out);
                out
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_inventory_has_the_known_size() {
        let all: Vec<String> = legal_syllables().collect();
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(all.len(), 15_668);
        assert_eq!(distinct.len(), 15_668);
        assert_eq!(INVENTORY.entries.len(), 3_412);
        assert_eq!(INVENTORY.bare.len(), 2_092);
        let mut keys: Vec<Key> = INVENTORY.entries.iter().map(|e| e.key).collect();
        keys.dedup();
        assert_eq!(keys.len(), 3_412, "a spelling has one reading");
    }

    #[test]
    fn every_syllable_reads_back_and_is_folded() {
        let (mut both, mut out) = (0, String::new());
        for word in legal_syllables() {
            let syllable = Syllable::parse(&word).unwrap_or_else(|| panic!("{word}"));
            out.clear();
            syllable.write(&mut out);
            assert_eq!(out, word);
            out.clear();
            super::super::fold_tone(&word, &mut out);
            assert_eq!(out, word, "already folded");
            out.clear();
            place_tone(&word, TonePlacement::New, &mut out);
            assert_eq!(Syllable::parse(&out), Some(syllable));
            both += usize::from(out != word);
        }
        assert_eq!(both, 250, "syllables with two placements");
    }

    #[test]
    fn members_and_others() {
        for word in [
            "a",
            "Ở",
            "ý",
            "y",
            "gì",
            "gìn",
            "giếng",
            "giếc",
            "giên",
            "quý",
            "quốc",
            "quyết",
            "khuya",
            "khuỷu",
            "nguyễn",
            "nghiêng",
            "nghị",
            "đường",
            "ĐẢNG",
            "hòa",
            "hoà",
            "uỷ",
            "ủy",
            "yêu",
            "soóc",
            "xoong",
            "bạch",
            "buýt",
            "rượu",
            "hươu",
            "ngoằn",
            "kỹ",
            "kĩ",
            "hưu",
            "thuế",
        ] {
            assert!(is_legal(word), "{word}");
        }
        for word in [
            "",
            "viêc",
            "cat",
            "ghà",
            "kà",
            "ngế",
            "qúy",
            "hòan",
            "chuỵên",
            "tiéng",
            "thủơ",
            "giiếng",
            "f",
            "web",
            "s6",
            "nhà ",
            "họcc",
            "áà",
            "bàn\u{301}",
            "iêu",
            "quu",
            "nghiêngg",
            "nghiêngnghiêng",
            "đđ",
            "đa\u{323}",
            "giêm-",
        ] {
            assert!(!is_legal(word), "{word}");
        }
        assert!(is_legal_bare("viec") && is_legal_bare("Duong") && is_legal_bare("cat"));
        assert!(!is_legal_bare("UBND") && !is_legal_bare("") && !is_legal_bare("fax"));
    }

    #[test]
    fn takes_syllables_apart() {
        for (word, onset, rime, tone) in [
            ("gì", "gi", "i", 1),
            ("gia", "gi", "a", 0),
            ("quýt", "qu", "yt", 4),
            ("uyển", "", "uyên", 2),
            ("nghỉ", "ngh", "i", 2),
            ("đượm", "đ", "ươm", 5),
        ] {
            assert_eq!(Syllable::parse(word), Some(Syllable { onset, rime, tone }));
        }
    }
}
