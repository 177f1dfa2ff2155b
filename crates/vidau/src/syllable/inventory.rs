//! The onsets and rimes of Vietnamese and what may follow what.
//!
//! The facts are those of standard spelling as any description of Vietnamese
//! phonotactics lists them; tone placement and i/y after Quyết định 240/QĐ
//! (5 March 1984) of the Ministry of Education.

/// Tones by number: ngang, huyền, hỏi, ngã, sắc, nặng.
pub(super) const TONES: u8 = 6;
/// Syllables closed by a stop (c, ch, p, t) have sắc or nặng only.
pub(super) const STOP_TONES: [u8; 2] = [4, 5];

/// Initial consonants; "" is a syllable that begins with its vowel.
pub(super) const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "đ", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh",
    "nh", "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x",
];

/// Rimes without the glide /w/.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "a", "ai", "ao", "au", "ay", "ac", "ach", "am", "an", "ang", "anh", "ap", "at",
    "ăc", "ăm", "ăn", "ăng", "ăp", "ăt",
    "âc", "âm", "ân", "âng", "âp", "ât", "âu", "ây",
    "e", "eo", "ec", "em", "en", "eng", "ep", "et",
    "ê", "êu", "êch", "êm", "ên", "ênh", "êp", "êt",
    "i", "iu", "ich", "im", "in", "inh", "ip", "it",
    "ia", "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu",
    "o", "oi", "oc", "om", "on", "ong", "op", "ot", "oong", "ooc",
    "ô", "ôi", "ôc", "ôm", "ôn", "ông", "ôp", "ôt",
    "ơ", "ơi", "ơm", "ơn", "ơp", "ơt",
    "u", "ui", "uc", "um", "un", "ung", "up", "ut",
    "ua", "uôi", "uôc", "uôm", "uôn", "uông", "uôt",
    "ư", "ưi", "ưu", "ưc", "ưm", "ưn", "ưng", "ưt",
    "ưa", "ươi", "ươu", "ươc", "ươm", "ươn", "ương", "ươp", "ươt",
];

/// What iê is written as where nothing stands before it.
const YE: &[&str] = &["yêm", "yên", "yêng", "yêt", "yêu"];

/// Rimes with the glide /w/ (o or u before the vowel).
#[rustfmt::skip]
const GLIDED: &[&str] = &[
    "oa", "oai", "oao", "oay", "oac", "oach", "oam", "oan", "oang", "oanh", "oap", "oat",
    "oăc", "oăm", "oăn", "oăng", "oăt",
    "oe", "oeo", "oen", "oet",
    "uân", "uâng", "uât", "uây",
    "uê", "uêch", "uên", "uênh", "uêt",
    "uơ",
    "uy", "uya", "uych", "uyn", "uynh", "uyp", "uyt", "uyu", "uyên", "uyêt",
];

/// Rimes after qu, whose u is the glide.
#[rustfmt::skip]
const AFTER_QU: &[&str] = &[
    "a", "ai", "ao", "au", "ay", "ac", "ach", "am", "an", "ang", "anh", "ap", "at",
    "ăc", "ăm", "ăn", "ăng", "ăp", "ăt",
    "ân", "âng", "ât", "âu", "ây", "âc",
    "e", "eo", "en", "eng", "ep", "et", "ec",
    "ê", "êu", "êch", "ên", "ênh", "êt",
    "i", "ich", "in", "inh", "it", "ip", "iu",
    "y", "ych", "yn", "ynh", "yt", "yp", "yu", "yên", "yêt",
    "ơ", "ơi", "ơn", "ơt", "ơm",
    "ô", "ôc",
];

/// Rimes with a glide that labials, velars before back vowels and r, n take at all.
fn glided_after(onset: &str) -> &'static [&'static str] {
    match onset {
        "b" => &["uyt", "oa", "oai"],
        "v" => &["oan"],
        "ph" => &["uy"],
        "p" => &["oa", "uy"],
        "g" => &["oa", "oat"],
        "n" => &["oa", "oan", "uy"],
        "r" => &["oa", "oai", "oan"],
        "c" | "gh" | "gi" | "k" | "m" | "ngh" => &[],
        _ => GLIDED,
    }
}

/// Rimes that stand after `onset`, in a fixed order.
pub(super) fn rimes_after(onset: &'static str) -> impl Iterator<Item = &'static str> {
    let front = |rime: &str| rime.starts_with(['e', 'ê', 'i']);
    let plain = move |rime: &str| match onset {
        "qu" => false,
        "k" | "gh" | "ngh" => front(rime),
        "c" | "g" | "ng" => !front(rime),
        // yê replaces iê at the beginning, gi + ê the most of gi + iê.
        "" => !rime.starts_with("iê"),
        "gi" => !matches!(rime, "ia" | "iu" | "iêm" | "iên" | "iêp" | "iêt" | "iêu"),
        _ => true,
    };
    let y: &[&str] = match onset {
        "" | "h" | "k" | "l" | "m" | "n" | "r" | "s" | "t" | "v" | "x" => &["y"],
        _ => &[],
    };
    let ye = if onset.is_empty() { YE } else { &[] };
    let rest = match onset {
        "qu" => AFTER_QU,
        _ => glided_after(onset),
    };
    let plain = PLAIN.iter().filter(move |rime| plain(rime));
    plain.chain(y).chain(ye).chain(rest).copied()
}

/// Whether a rime ends in a stop.
pub(super) fn is_stopped(rime: &str) -> bool {
    rime.ends_with(['c', 'p', 't']) || rime.ends_with("ch")
}
