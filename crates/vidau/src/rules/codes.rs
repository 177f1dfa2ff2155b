//! Document codes: "23-QD/TW" is 23-QĐ/TW.
//!
//! A code's letters come from closed lists of document types and issuing
//! organs: Nghị định 30/2020/NĐ-CP, appendix III; Thông tư 01/2011/TT-BNV
//! before it; Quy định 66-QĐ/TW (2017) and Hướng dẫn 36-HD/VPTW (2018) for the
//! Party; organs of every period, since archives hold papers of all of them.
//! Engines read Đ as D, B, P or Ð. A part of a code is repaired only where
//! exactly one entry of the lists reads so; digits are never touched.

/// Document types and organs with Đ in their abbreviation.
const WITH_D_STROKE: [&str; 37] = [
    "BCSĐ", "BCĐ", "BGDĐT", "BKHĐT", "BLĐTBXH", "BQLĐA", "BĐBP", "BĐNTW", "CĐ", "GĐĐ", "HĐ",
    "HĐBT", "HĐND", "HĐQT", "HĐTP", "HĐTĐKT", "LĐLĐ", "NĐ", "PGDĐT", "QyĐ", "QĐ", "QĐNS", "QĐi",
    "SGDĐT", "SKHĐT", "SLĐTBXH", "TLĐ", "TLĐLĐ", "TTHĐND", "TWĐTN", "ĐA", "ĐB", "ĐTN", "ĐTXD",
    "ĐU", "ĐUK", "ĐĐ",
];

/// Abbreviations without Đ; none of them is taken for one of those above.
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

/// Types so common that Đ is known in them even where it was read as B or P.
const COMMON: [&str; 4] = ["QĐ", "NĐ", "QyĐ", "HĐND"];

/// The code with its Đ put back; `None` when there is nothing to repair, or
/// more than one way to do it.
///
/// `before` are the words before the code, latest last, in lower case and
/// without marks: "huong dan so" tells HD from HĐ.
pub(crate) fn repair_code(code: &str, before: &[&str]) -> Option<String> {
    let mut out = String::with_capacity(code.len() + 4);
    let mut is_changed = false;
    let mut part_start = 0;
    let mut flush = |part: &str, out: &mut String| match repair_part(part, before) {
        Some(repaired) => {
            is_changed = true;
            out.push_str(repaired);
        }
        None => out.push_str(part),
    };
    for (at, c) in code.char_indices() {
        if matches!(c, '/' | '-' | '.' | '–') {
            flush(&code[part_start..at], &mut out);
            out.push(c);
            part_start = at + c.len_utf8();
        }
    }
    flush(&code[part_start..], &mut out);
    is_changed.then_some(out)
}

fn repair_part(part: &str, before: &[&str]) -> Option<&'static str> {
    if part.is_empty() || WITH_D_STROKE.contains(&part) || part.bytes().any(|b| b.is_ascii_digit())
    {
        return None;
    }
    // HD and DA are types of their own; only the type's name decides.
    let said = |name: &[&str]| before.windows(name.len()).any(|words| words == name);
    match part {
        "HD" if said(&["hop", "dong"]) => return Some("HĐ"),
        "DA" if said(&["de", "an"]) => return Some("ĐA"),
        "CD" if said(&["cong", "dien"]) => return Some("CĐ"),
        _ if WITHOUT.contains(&part) => return None,
        _ => {}
    }
    let mut found = WITH_D_STROKE.iter().filter(|known| reads_as(known, part));
    match (found.next(), found.next()) {
        (Some(&known), None) => Some(known),
        _ => None,
    }
}

/// Whether `known` may have been read as `part`: letter by letter, with D and
/// its look-alikes for Đ.
fn reads_as(known: &str, part: &str) -> bool {
    let mut rest = part;
    for letter in known.chars() {
        let Some(read) = rest.chars().next() else {
            return false;
        };
        rest = &rest[read.len_utf8()..];
        if letter == 'Đ' {
            let is_like = matches!(read, 'D' | 'Đ')
                || (COMMON.contains(&known) && matches!(read, 'B' | 'P' | 'b'));
            if !is_like {
                return false;
            }
            // "QDb": the bar seen as a letter of its own.
            if read == 'D' {
                rest = rest.strip_prefix('b').unwrap_or(rest);
            }
        } else if read != letter {
            return false;
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(code: &str) -> Option<String> {
        repair_code(code, &[])
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
        let contract = repair_code("15/HD-UBND", &["hop", "dong", "so"]);
        assert_eq!(contract.as_deref(), Some("15/HĐ-UBND"));
        assert_eq!(repair_code("15/HD-UBND", &["huong", "dan", "so"]), None);
    }

    #[test]
    fn digits_are_never_touched() {
        assert_eq!(repaired("O5/2O23/ND-CP").as_deref(), Some("O5/2O23/NĐ-CP"));
    }
}
