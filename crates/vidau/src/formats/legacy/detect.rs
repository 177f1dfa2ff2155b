//! Which of the old encodings bytes are in: the one that makes them Vietnamese.

use super::super::Encoding;
use super::decode;
use crate::syllable::is_legal;

/// In the order in which they are preferred where they read the same.
const ALL: [Encoding; 6] = [
    Encoding::Windows1258,
    Encoding::Windows1258Marks,
    Encoding::Tcvn3,
    Encoding::Vni,
    Encoding::Viscii,
    Encoding::Vps,
];

/// Fewer words prove nothing.
const LEAST: usize = 5;

/// The encoding in which nearly all words with marks are legal syllables while
/// in every other clearly fewer are. VPS read as VISCII has the most: the two
/// share a third of their bytes. Other languages in Latin-1 have too few.
pub(in super::super) fn detect(bytes: &[u8]) -> Option<Encoding> {
    let all = ALL.into_iter();
    let read = all.filter_map(|encoding| Some((encoding, decode(encoding, bytes).ok()?)));
    let mut read: Vec<_> = read.map(|(e, text)| (e, count(&text), text)).collect();
    // The sort is stable.
    read.sort_by_key(|(_, (legal, _), _)| std::cmp::Reverse(*legal));
    let (encoding, (legal, marked), text) = read.first()?;
    let mut others = read.iter().filter(|(_, _, other)| other != text);
    let rival = others.next().map_or(0, |(_, (legal, _), _)| *legal);
    let is_clear = *legal >= LEAST && legal * 20 >= marked * 17 && rival * 5 <= legal * 4;
    is_clear.then_some(*encoding)
}

/// Different words with letters beyond ASCII: those that are legal syllables,
/// and all.
fn count(text: &str) -> (usize, usize) {
    let words = text.split(|c: char| !c.is_alphabetic());
    let mut words: Vec<&str> = words.filter(|word| !word.is_ascii()).collect();
    words.sort_unstable();
    words.dedup();
    let legal = words.iter().filter(|word| is_legal(word)).count();
    (legal, words.len())
}

#[cfg(test)]
mod tests {
    use super::super::encode;
    use super::*;

    const TEXT: &str = "Căn cứ đề nghị của phòng tổ chức, uỷ ban nhân dân huyện \
        quyết định giao các xã thực hiện kế hoạch vận động hộ gia đình";

    #[test]
    fn each_encoding_is_told() {
        for encoding in ALL {
            let bytes = encode(encoding, TEXT).unwrap();
            assert!(std::str::from_utf8(&bytes).is_err());
            assert_eq!(detect(&bytes), Some(encoding));
        }
    }

    #[test]
    fn other_languages_are_not() {
        for text in [
            "Le préfet a décidé que la réunion aura lieu à la mairie, où les élus \
             étaient présents dès l'été; le procès-verbal a été approuvé après débat",
            "Die Behörde prüft die Anträge für das nächste Jahr und erklärt, daß \
             größere Flächen später geöffnet würden, müßte man früher wählen",
            "El año pasado la reunión más importante fue aquí; también él dirá qué \
             país está detrás, según los demás señores, así que habrá más café",
        ] {
            let (bytes, _, is_lossy) = encoding_rs::WINDOWS_1252.encode(text);
            assert!(!is_lossy);
            assert_eq!(detect(&bytes), None, "{text}");
        }
    }

    #[test]
    fn few_words_prove_nothing() {
        let bytes = encode(Encoding::Tcvn3, "quyết định").unwrap();
        assert_eq!(detect(&bytes), None);
        // Damaged UTF-8 is no other encoding.
        let mut bytes = TEXT.as_bytes().to_vec();
        bytes.push(0xe1);
        assert_eq!(detect(&bytes), None);
    }
}
