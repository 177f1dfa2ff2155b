//! Document codes: "23-QD/TW" is 23-QĐ/TW.
//!
//! A code's letters come from closed lists of document types and issuing
//! organs: Nghị định 30/2020/NĐ-CP, appendix III; Thông tư 01/2011/TT-BNV
//! before it; Quy định 66-QĐ/TW (2017) and Hướng dẫn 36-HD/VPTW (2018) for the
//! Party; organs of every period, since archives hold papers of all of them.
//! Engines read Đ as D, B or P, or as two letters. A part of a code is
//! repaired only where exactly one entry of the lists reads so; digits are
//! never touched.

use crate::syllable::bare;

/// Document types and organs with Đ in their abbreviation, in order.
const WITH_D_STROKE: [&str; 37] = [
    "BCSĐ", "BCĐ", "BGDĐT", "BKHĐT", "BLĐTBXH", "BQLĐA", "BĐBP", "BĐNTW", "CĐ", "GĐĐ", "HĐ",
    "HĐBT", "HĐND", "HĐQT", "HĐTP", "HĐTĐKT", "LĐLĐ", "NĐ", "PGDĐT", "QyĐ", "QĐ", "QĐNS", "QĐi",
    "SGDĐT", "SKHĐT", "SLĐTBXH", "TLĐ", "TLĐLĐ", "TTHĐND", "TWĐTN", "ĐA", "ĐB", "ĐTN", "ĐTXD",
    "ĐU", "ĐUK", "ĐĐ",
];

/// Abbreviations without Đ, in order; none of them is taken for one of those above.
const WITHOUT: [&str; 154] = [
    "", "BB", "BBCVT", "BC", "BCA", "BCB", "BCH", "BCHQS", "BCN", "BCP", "BCT", "BDTTG", "BDVHU",
    "BDVTU", "BDVTW", "BGN", "BGTVT", "BHXH", "BKH", "BKHCN", "BKHCNMT", "BKTTW", "BN", "BNCTU",
    "BNCTW", "BNG", "BNN", "BNNMT", "BNNPTNT", "BNV", "BQL", "BQP", "BTC", "BTCHU", "BTCTU",
    "BTCTW", "BTGDVTW", "BTGHU", "BTGTU", "BTGTW", "BTM", "BTNMT", "BTP", "BTS", "BTT", "BTTTT",
    "BVHTT", "BVHTTDL", "BXD", "BYT", "CA", "CB", "CCB", "CD", "CK", "CN", "CP", "CT", "CTHADS",
    "CTN", "CTr", "CV", "DA", "DB", "DD", "DU", "GCN", "GGT", "GM", "GN", "GNP", "GT", "GUQ", "HD",
    "HLHPN", "HND", "HU", "KH", "KL", "KTNN", "L", "MTTQ", "MTTW", "NHNN", "NP", "NQ", "NQLT",
    "PA", "PB", "PC", "PG", "PL", "PNV", "QC", "QH", "QP", "QTr", "QU", "SCN", "SCT", "SDTTG",
    "SGTVT", "SKHCN", "SL", "SNN", "SNNMT", "SNNPTNT", "SNV", "STC", "STNMT", "STP", "STTTT",
    "SVHTTDL", "SXD", "SY", "SYT", "TAND", "TANDTC", "TB", "TC", "TCHQ", "TCT", "TS", "TT", "TTCP",
    "TTG", "TTLT", "TTg", "TTh", "TTr", "TU", "TW", "TXU", "ThU", "TrS", "UB", "UBDT", "UBKTHU",
    "UBKTTU", "UBKTTW", "UBND", "UBNDTP", "UBTVQH", "UQ", "VBHN", "VKSND", "VKSNDTC", "VP", "VPCP",
    "VPCTN", "VPHU", "VPQH", "VPTU", "VPTW",
];

/// Types so common that Đ is known in them even where it was read as B or P,
/// though they are short.
const COMMON: [&str; 4] = ["QĐ", "NĐ", "QyĐ", "HĐND"];

/// Fields of statistical forms with Đ: 05.N.ĐTNN. Elsewhere their letters may
/// mean something else.
const OF_FORMS: [&str; 3] = ["KTĐN", "QLĐKKD", "ĐTNN"];

/// Names of types whose abbreviations are also others'.
const NAMED: [([&str; 2], &str); 3] = [
    (["hop", "dong"], "HĐ"),
    (["de", "an"], "ĐA"),
    (["cong", "dien"], "CĐ"),
];

/// Words before a code that name every such type.
pub(crate) const ALL_TYPES: [&str; 6] = ["hop", "dong", "de", "an", "cong", "dien"];

/// The code with its Đ put back, part by part; `None` when there is nothing to
/// repair, or more than one way to do it.
///
/// `before` are the words before the code, latest last: "hướng dẫn số" tells
/// HD from HĐ.
pub(crate) fn repair_code<'t>(
    code: &'t str,
    before: &'t [&str],
) -> Option<impl Iterator<Item = &'t str> + Clone> {
    let is_form = is_form_code(code);
    let is_party = is_party_code(code);
    // Parts with their joint, which ends all but the last.
    let parts = code.split_inclusive(is_joint).map(move |part| {
        let letters = part.trim_end_matches(is_joint);
        let is_last = letters.len() == part.len();
        let repaired = match is_form {
            true => is_last.then(|| repair_field(letters)).flatten(),
            false => repair_part(letters, is_party && is_last, before),
        };
        (letters, repaired, &part[letters.len()..])
    });
    let is_repaired = parts.clone().any(|(_, repaired, _)| repaired.is_some());
    let written =
        |(letters, repaired, joint): (_, Option<_>, _)| [repaired.unwrap_or(letters), joint];
    is_repaired.then(|| parts.flat_map(written))
}

/// Whether a code is a form's: 07a.H.KTĐN, its field last.
fn is_form_code(code: &str) -> bool {
    let has_stroke = code.contains(|c| is_joint(c) && c != '.');
    code.matches('.').count() == 2 && !has_stroke
}

fn repair_field(field: &str) -> Option<&'static str> {
    let mut found = OF_FORMS.iter().filter(|known| {
        // Fields that begin with B or P are others.
        **known != field && reads_as(known, field, || !known.starts_with('Đ'), false)
    });
    match (found.next(), found.next()) {
        (Some(&known), None) => Some(known),
        _ => None,
    }
}

fn is_joint(c: char) -> bool {
    matches!(c, '/' | '-' | '.' | '–')
}

/// Whether a code has the Party's form: 23-QĐ/TW, its organ last.
fn is_party_code(code: &str) -> bool {
    let Some((number_and_type, _)) = code.split_once('/') else {
        return false;
    };
    let joints = |text: &str| {
        text.chars()
            .filter(|c| matches!(c, '/' | '-' | '–'))
            .count()
    };
    joints(number_and_type) == 1 && joints(code) == 2
}

fn repair_part(part: &str, is_party_organ: bool, before: &[&str]) -> Option<&'static str> {
    let has_digit = || part.bytes().any(|b| b.is_ascii_digit());
    if !part.contains(is_of_d_stroke) || has_digit() || has(&WITH_D_STROKE, part) {
        return None;
    }
    // HD and DA are types of their own; only the type's name decides.
    let is_listed = has(&WITHOUT, part);
    let is_type = |(name, known): &&([&str; 2], &str)| {
        reads_as(known, part, || !is_listed, !is_listed) && is_named(name, before)
    };
    if let Some((_, known)) = NAMED.iter().find(is_type) {
        return Some(known);
    }
    match part {
        // Of the Party's organs none is called so without the bar.
        "DU" if is_party_organ => return Some("ĐU"),
        "DB" if is_party_organ => return Some("ĐB"),
        "DD" if is_party_organ => return Some("ĐĐ"),
        _ if is_listed => return None,
        _ => {}
    }
    let plain = |known: &str| COMMON.contains(&known) || known.chars().count() >= 4;
    // What another letter beside Đ explains counts where nothing else does.
    for pairs in [false, true] {
        let found = WITH_D_STROKE.iter();
        let mut found = found.filter(|known| reads_as(known, part, || plain(known), pairs));
        match (found.next(), found.next()) {
            (Some(&known), None) => return Some(known),
            (Some(_), Some(_)) => return None,
            _ => {}
        }
    }
    None
}

fn has(list: &[&str], part: &str) -> bool {
    list.binary_search(&part).is_ok()
}

/// Whether the words before a code name its type, each with at most one letter
/// misread; short words with none but what is read for đ.
fn is_named(name: &[&str], before: &[&str]) -> bool {
    let is_said = |(said, read): (&&str, &&str)| {
        if said.len() > 2 {
            return is_close(said, read);
        }
        let mut letters = bare(read);
        let is_d = |c| matches!(c, 'd' | 'p' | 'b');
        bare(read).eq(said.chars())
            || said
                .strip_prefix('d')
                .is_some_and(|rest| letters.next().is_some_and(is_d) && letters.eq(rest.chars()))
    };
    before
        .windows(name.len())
        .any(|words| name.iter().zip(words).all(is_said))
}

/// Whether a word is `said` but for one letter at most.
fn is_close(said: &str, read: &str) -> bool {
    let is_long = said.chars().count() == bare(read).count();
    is_long && said.chars().zip(bare(read)).filter(|(x, y)| x != y).count() <= 1
}

/// Whether Đ, or a part of it, is read so.
fn is_of_d_stroke(c: char) -> bool {
    matches!(c, 'D' | 'Đ' | 'B' | 'P' | 'b' | 'p')
}

/// Whether `known` may have been read as `part`: letter by letter, with D and
/// its look-alikes for Đ, in the place of which engines also see two letters.
/// B and P alone stand for Đ only where a code is `plain` in spite of it, beside
/// a D only where `pairs` are looked for.
fn reads_as(known: &str, part: &str, plain: impl Fn() -> bool + Copy, pairs: bool) -> bool {
    let (mut letters, mut read) = (known.chars(), part.chars());
    let (Some(letter), Some(first)) = (letters.next(), read.next()) else {
        return known.is_empty() && part.is_empty();
    };
    let rest = read.as_str();
    if letter != 'Đ' {
        let is_like = matches!((letter, first), ('y', 'v') | ('i', 'I' | 'l'));
        return (first == letter || is_like) && reads_as(letters.as_str(), rest, plain, pairs);
    }
    let is_d = matches!(first, 'D' | 'Đ');
    let is_other = matches!(first, 'B' | 'P' | 'b' | 'p');
    let is_pair = |a, b| match (a, b) {
        ('Đ', 'Đ') => true,
        ('D', 'Đ') | ('Đ', 'D') => pairs,
        (a, b) => pairs && matches!(a, 'D' | 'Đ') != matches!(b, 'D' | 'Đ'),
    };
    let is_two = read.next().is_some_and(|second| {
        is_of_d_stroke(first) && is_of_d_stroke(second) && is_pair(first, second)
    });
    let is_three = is_two && rest.starts_with("ĐĐ");
    (is_d || is_other && plain()) && reads_as(letters.as_str(), rest, plain, pairs)
        || is_two && reads_as(letters.as_str(), read.as_str(), plain, pairs)
        || is_three && reads_as(letters.as_str(), &rest["ĐĐ".len()..], plain, pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(code: &str) -> Option<String> {
        repaired_after(code, &[])
    }

    fn repaired_after(code: &str, before: &[&str]) -> Option<String> {
        Some(repair_code(code, before)?.collect())
    }

    #[test]
    fn lists_are_in_order() {
        assert!(WITH_D_STROKE.is_sorted() && WITHOUT.is_sorted());
    }

    #[test]
    fn the_bar_of_d_is_put_back() {
        assert_eq!(repaired("23-QD/TW").as_deref(), Some("23-QĐ/TW"));
        assert_eq!(repaired("59/2023/ND-CP").as_deref(), Some("59/2023/NĐ-CP"));
        let ministry = repaired("18/2018/TT-BLDTBXH");
        assert_eq!(ministry.as_deref(), Some("18/2018/TT-BLĐTBXH"));
        assert_eq!(
            repaired("36/2018/QDb-TTg").as_deref(),
            Some("36/2018/QĐ-TTg")
        );
        assert_eq!(repaired("12/NQ-HPND").as_deref(), Some("12/NQ-HĐND"));
    }

    #[test]
    fn the_bar_seen_twice_is_one_letter() {
        for (read, written) in [
            ("515/QĐĐ-HĐND", "515/QĐ-HĐND"),
            ("89/2025/GĐĐĐ-BGDĐT", "89/2025/GĐĐ-BGDĐT"),
            ("1620-QĐi/ĐĐB", "1620-QĐi/ĐB"),
            ("686/1995/GĐĐ-BGDBĐT", "686/1995/GĐĐ-BGDĐT"),
            ("3970/QD-BDBBP", "3970/QĐ-BĐBP"),
            ("980-QyD/TWDBTN", "980-QyĐ/TWĐTN"),
            ("3450/QĐĐĐNS-BGDĐT", "3450/QĐNS-BGDĐT"),
            ("12/2009/QĐ-BDĐBP", "12/2009/QĐ-BĐBP"),
            ("77-QyDp/TW", "77-QyĐ/TW"),
        ] {
            assert_eq!(repaired(read).as_deref(), Some(written), "{read}");
        }
    }

    #[test]
    fn the_party_s_organs_have_the_bar() {
        assert_eq!(repaired("22-QD/DU").as_deref(), Some("22-QĐ/ĐU"));
        assert_eq!(repaired("22-CV/DB").as_deref(), Some("22-CV/ĐB"));
        assert_eq!(repaired("22/CV-DU"), None);
        assert_eq!(repaired("22/2015/CV-DB"), None);
    }

    #[test]
    fn fields_of_forms_are_known_in_forms_only() {
        for (read, written) in [
            ("05.N.DTNN", "05.N.ĐTNN"),
            ("07a.H.KTDN", "07a.H.KTĐN"),
            ("06.H.KTPN", "06.H.KTĐN"),
        ] {
            assert_eq!(repaired(read).as_deref(), Some(written), "{read}");
        }
        for code in ["05.N.PTNN", "05.N.ĐTNN", "02.N.HTX", "12/DTNN-KH"] {
            assert_eq!(repaired(code), None, "{code}");
        }
    }

    #[test]
    fn what_is_right_or_open_stays() {
        for code in [
            "61/KH-UBND",
            "43-KL/TW",
            "23-QĐ/TW",
            "36/CP",
            "15/HD-UBND",
            "7/DA-SXD",
        ] {
            assert_eq!(repaired(code), None, "{code}");
        }
    }

    #[test]
    fn the_word_before_decides_between_two_types() {
        let contract = repaired_after("15/HD-UBND", &["Hợp", "đồng", "số"]);
        assert_eq!(contract.as_deref(), Some("15/HĐ-UBND"));
        assert_eq!(repaired_after("15/HD-UBND", &["Hướng", "dẫn", "số"]), None);
        let misread = repaired_after("15/HD-UBND", &["hop", "deng", "s6"]);
        assert_eq!(misread.as_deref(), Some("15/HĐ-UBND"));
        let plan = repaired_after("15/DA-UBND", &["pe", "an", "so"]);
        assert_eq!(plan.as_deref(), Some("15/ĐA-UBND"));
        assert_eq!(repaired_after("15/DA-UBND", &["du", "an", "so"]), None);
        let bar = repaired_after("15/HB-LDLD", &["hop", "dong", "so"]);
        assert_eq!(bar.as_deref(), Some("15/HĐ-LĐLĐ"));
        for (name, read) in NAMED {
            let all = repaired_after(&read.replace('Đ', "D"), &ALL_TYPES);
            assert_eq!((all.as_deref(), name.len()), (Some(read), 2));
        }
    }

    #[test]
    fn digits_are_never_touched() {
        assert_eq!(repaired("O5/2O23/ND-CP").as_deref(), Some("O5/2O23/NĐ-CP"));
    }
}
