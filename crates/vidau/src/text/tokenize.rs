//! Cuts a line into words, numbers, codes, addresses, punctuation and blanks.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::address::next_address;
use super::code::code_end;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Letters of any script, with what OCR engines put for letters:
    /// "công", "s6", "vi€c", "I1ong".
    Word,
    /// Digits, with separators inside: 26/02/2026, 1.200.000, 12,5%.
    Number,
    /// The code of a document: 59/2023/NĐ-CP, 43-KL/TW.
    Code,
    /// A web or e-mail address.
    Url,
    /// One punctuation character or several of the same: ",", "...".
    Punct,
    /// White space.
    Blank,
    /// Anything else: symbols, control characters, marks without a letter.
    Other,
}

/// A stretch of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
    /// What it is.
    pub kind: TokenKind,
}

impl Token {
    /// The token's bytes in its line.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The token's text in its line; empty if `line` is not its line.
    #[must_use]
    pub fn text<'t>(&self, line: &'t str) -> &'t str {
        line.get(self.range()).unwrap_or_default()
    }
}

/// Cuts `line` (at most 4 GiB) into tokens; their spans one after the other
/// are the line. Takes time linear in the length of the line.
///
/// ```
/// use vidau::text::{TokenKind, tokenize};
/// let (line, mut tokens) = ("s6 43-KL/TW, ngay 5.", Vec::new());
/// tokenize(line, &mut tokens);
/// let kept = tokens.iter().filter(|t| t.kind != TokenKind::Blank);
/// let texts: Vec<&str> = kept.map(|t| t.text(line)).collect();
/// assert_eq!(texts, ["s6", "43-KL/TW", ",", "ngay", "5", "."]);
/// ```
pub fn tokenize(line: &str, out: &mut Vec<Token>) {
    out.clear();
    let mut at = 0;
    let mut address = next_address(line, 0);
    while at < line.len() {
        let (kind, end) = match &address {
            Some(found) if found.start == at => {
                let end = found.end;
                address = next_address(line, end);
                (TokenKind::Url, end)
            }
            Some(found) => token_at(&line[..found.start], at),
            None => token_at(line, at),
        };
        out.push(Token {
            start: at as u32,
            end: end as u32,
            kind,
        });
        at = end;
    }
}

/// What a character can be part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Letter,
    /// A combining mark; belongs to what precedes it.
    Mark,
    Digit,
    /// A symbol that engines put for a letter.
    Symbol,
    Blank,
    Punct,
    Other,
}

pub(super) fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '&' | '$' | '@' | '¢' | '€' | '£' | '¥' | '§' | '©' | '®' | '°' | '¡' | '¿' => {
            Class::Symbol
        }
        // A bar or a long dash is more often a rule or a dash than a letter:
        // `Run` decides by its neighbours.
        '|' | '—' => Class::Punct,
        _ if c.is_whitespace() => Class::Blank,
        _ if c.is_ascii_punctuation() => Class::Punct,
        _ if is_combining_mark(c) => Class::Mark,
        _ if c.is_alphabetic() => Class::Letter,
        '«' | '»' | '·' | '¶' | '•' | '‹' | '›' => Class::Punct,
        '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}' => Class::Punct,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' => Class::Punct,
        _ => Class::Other,
    }
}

/// Kind and end of the token that begins at `at`, before the end of `line`.
fn token_at(line: &str, at: usize) -> (TokenKind, usize) {
    let rest = &line[at..];
    if let Some(length) = plain_word(rest.as_bytes()) {
        return (TokenKind::Word, at + length);
    }
    let Some(first) = rest.chars().next() else {
        return (TokenKind::Other, line.len());
    };
    let while_class = |wanted: Class| {
        let length = rest.find(|c| class(c) != wanted);
        at + length.unwrap_or(rest.len())
    };
    let run = Run::scan(rest);
    if run.is_word() {
        if run.digits_first
            && let Some(length) = code_end(rest)
        {
            return (TokenKind::Code, at + length);
        }
        return (TokenKind::Word, at + run.end);
    }
    match class(first) {
        Class::Digit => match code_end(rest) {
            Some(length) => (TokenKind::Code, at + length),
            None => (TokenKind::Number, at + number_end(rest)),
        },
        Class::Blank => (TokenKind::Blank, while_class(Class::Blank)),
        Class::Punct | Class::Symbol => {
            let same = rest.chars().take_while(|&c| c == first).count();
            (TokenKind::Punct, at + same * first.len_utf8())
        }
        Class::Mark | Class::Letter => (TokenKind::Other, while_class(Class::Mark)),
        Class::Other => (TokenKind::Other, while_class(Class::Other)),
    }
}

/// The length of a word of the letters a to z alone with a blank behind it, about
/// which there is nothing to decide: most of what was read without marks.
fn plain_word(text: &[u8]) -> Option<usize> {
    let length = text.iter().position(|b| !b.is_ascii_alphabetic())?;
    (length > 0 && text[length] == b' ').then_some(length)
}

/// Letters, digits and symbols without anything between, as far as they can
/// be one word.
struct Run {
    end: usize,
    letters: bool,
    symbols: bool,
    digits: bool,
    digits_first: bool,
}

impl Run {
    /// Scans the beginning of `text`, part by part: letters and symbols by
    /// turns with digits. Two digits or more beside two letters or more, or
    /// beside a symbol, are a number of their own; so is one that a word with
    /// a capital was pasted to ("lớp 1Trường").
    fn scan(text: &str) -> Run {
        let mut run = Run {
            end: 0,
            letters: false,
            symbols: false,
            digits: false,
            digits_first: text.starts_with(|c: char| c.is_ascii_digit()),
        };
        let mut before = Part::default();
        loop {
            let part = Part::scan(&text[run.end..], before.last);
            if part.end == 0 || (before.end != 0 && part.parts_from(&before)) {
                return run;
            }
            run.end += part.end;
            run.letters |= part.letters > 0;
            run.symbols |= part.symbols > 0;
            run.digits |= part.digits > 0;
            before = part;
        }
    }

    /// Letters make a word; symbols do so with a digit.
    fn is_word(&self) -> bool {
        self.letters || (self.symbols && self.digits)
    }
}

/// A stretch of letters and symbols or of digits.
#[derive(Default)]
struct Part {
    end: usize,
    letters: usize,
    symbols: usize,
    digits: usize,
    /// A capital and small letters.
    title: bool,
    first_symbol: bool,
    last_symbol: bool,
    last: Option<char>,
}

impl Part {
    fn scan(text: &str, before: Option<char>) -> Part {
        let mut part = Part {
            last: before,
            ..Part::default()
        };
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let letterlike = part.letters + part.symbols > 0;
            match class(c) {
                Class::Letter if part.digits == 0 => part.letters += 1,
                Class::Digit if !letterlike => part.digits += 1,
                Class::Mark => {}
                Class::Symbol if part.digits == 0 => part.symbols += 1,
                Class::Punct
                    if part.digits == 0 && stands_for_letter(part.last, c, chars.peek()) =>
                {
                    part.symbols += 1;
                }
                _ => break,
            }
            let symbol = !matches!(class(c), Class::Letter | Class::Digit | Class::Mark);
            if part.end == 0 {
                part.first_symbol = symbol;
                part.title = c.is_uppercase();
            } else {
                part.title &= c.is_lowercase();
            }
            part.last_symbol = symbol;
            part.last = Some(c);
            part.end += c.len_utf8();
        }
        part
    }

    /// Whether this part and the one before it are no single word.
    fn parts_from(&self, before: &Part) -> bool {
        let (number, word, touching) = if self.digits > 0 {
            (self, before, before.last_symbol)
        } else {
            (before, self, self.first_symbol)
        };
        let is_pasted = self.title && self.letters >= 3;
        number.digits >= 2 && (word.letters + word.symbols >= 2 || touching) || is_pasted
    }
}

/// Whether a bar or a long dash is a misread letter: a small letter follows,
/// and for the dash a letter precedes.
fn stands_for_letter(before: Option<char>, c: char, next: Option<&char>) -> bool {
    let small = next.is_some_and(|n| n.is_lowercase());
    match c {
        '|' => small,
        '—' => small && before.is_some_and(char::is_alphabetic),
        _ => false,
    }
}

/// The end of the number at the beginning of `text`: digits, joined by single
/// separators, with per cent signs.
pub(super) fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    loop {
        while digit(end) {
            end += 1;
        }
        if bytes.get(end) == Some(&b'%') {
            end += 1;
        }
        match bytes.get(end) {
            Some(b'.' | b',' | b':' | b'/' | b'-') if digit(end + 1) => end += 1,
            _ => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TokenKind::*;
    use super::*;
    use proptest::prelude::*;

    fn tokens(line: &str) -> Vec<(TokenKind, &str)> {
        let mut out = Vec::new();
        tokenize(line, &mut out);
        let kept = out.iter().filter(|t| t.kind != Blank);
        kept.map(|t| (t.kind, t.text(line))).collect()
    }

    fn one(kind: TokenKind, texts: &[&str]) {
        for text in texts {
            assert_eq!(tokens(text), [(kind, *text)]);
        }
    }

    #[test]
    fn a_word_pasted_to_a_number() {
        assert_eq!(tokens("1Trường"), [(Number, "1"), (Word, "Trường")]);
        assert_eq!(tokens("1OO"), [(Word, "1OO")]);
    }

    #[test]
    fn words() {
        one(
            Word,
            &[
                "công",
                "s6",
                "x3",
                "c4",
                "I1ong",
                "16i",
                "K¢",
                "vi€c",
                "xd@",
                "S&",
                "8¢",
                "1&",
                "@ng",
                "°C",
                "m2",
                "e\u{302}\u{301}",
                "Москва",
                "th|nh",
                "|à",
                "CO2",
                "R&D",
                "2đ",
            ],
        );
    }

    #[test]
    fn numbers() {
        one(
            Number,
            &[
                "2026",
                "26/02/2026",
                "1.200.000",
                "12,5%",
                "8:30",
                "1945-1975",
                "5%-10%",
                "0",
            ],
        );
        assert_eq!(tokens("1."), [(Number, "1"), (Punct, ".")]);
        assert_eq!(tokens("5%."), [(Number, "5%"), (Punct, ".")]);
        assert_eq!(tokens("12,5,"), [(Number, "12,5"), (Punct, ",")]);
        assert_eq!(tokens("2.000đ"), [(Number, "2.000"), (Word, "đ")]);
        assert_eq!(tokens("100$"), [(Number, "100"), (Punct, "$")]);
    }

    #[test]
    fn words_and_numbers_glued_together() {
        assert_eq!(tokens("ngay23"), [(Word, "ngay"), (Number, "23")]);
        assert_eq!(
            tokens("ngay23/5/2020"),
            [(Word, "ngay"), (Number, "23/5/2020")]
        );
        assert_eq!(tokens("23ngay"), [(Number, "23"), (Word, "ngay")]);
        assert_eq!(
            tokens("s6°86/2024/QD-TTg"),
            [(Word, "s6°"), (Code, "86/2024/QD-TTg")]
        );
        assert_eq!(tokens("§12"), [(Punct, "§"), (Number, "12")]);
        assert_eq!(
            tokens("50°64/2020"),
            [(Number, "50"), (Punct, "°"), (Number, "64/2020")]
        );
    }

    #[test]
    fn punctuation() {
        assert_eq!(tokens("nué’c"), [(Word, "nué"), (Punct, "’"), (Word, "c")]);
        assert_eq!(tokens("b)"), [(Word, "b"), (Punct, ")")]);
        assert_eq!(tokens("I.MUC"), [(Word, "I"), (Punct, "."), (Word, "MUC")]);
        assert_eq!(tokens("“…”"), [(Punct, "“"), (Punct, "…"), (Punct, "”")]);
        assert_eq!(
            tokens("...__,"),
            [(Punct, "..."), (Punct, "__"), (Punct, ",")]
        );
        assert_eq!(
            tokens("|Tên|5|"),
            [
                (Punct, "|"),
                (Word, "Tên"),
                (Punct, "|"),
                (Number, "5"),
                (Punct, "|")
            ]
        );
        assert_eq!(
            tokens("lập—Tự"),
            [(Word, "lập"), (Punct, "—"), (Word, "Tự")]
        );
        assert_eq!(tokens("& — |"), [(Punct, "&"), (Punct, "—"), (Punct, "|")]);
        assert_eq!(
            tokens("\u{301} ½\u{7}"),
            [(Other, "\u{301}"), (Other, "½\u{7}")]
        );
    }

    #[test]
    fn codes() {
        one(
            Code,
            &[
                "61/KH-UBND",
                "43-KL/TW",
                "59/2023/NĐ-CP",
                "18-KH/TU",
                "23-QD/TW",
                "04/1998/QH10",
                "5110/VPCP-KTTH",
                "280/TTg",
                "36/CP",
                "301.1/NCC-Sở",
                "016.N/BCB-KHCN",
                "07a.H.KTĐN",
                "18:2015/CHK",
                "54/2011/QĐ-BGD&ĐT",
                "2-TMĐT",
                "357/Qb-UBND",
                "43–KL/TW",
                "02-NQ/BCSĐ",
                "212-TC/CĐKT",
                "12-UBND",
            ],
        );
        assert_eq!(
            tokens("(61/KH-UBND)."),
            [
                (Punct, "("),
                (Code, "61/KH-UBND"),
                (Punct, ")"),
                (Punct, ".")
            ]
        );
        assert_eq!(tokens("15/2023/TT-"), [(Code, "15/2023/TT"), (Punct, "-")]);
        assert_eq!(
            tokens("QH15,Luật 05/2022/QH15,Luật"),
            [
                (Word, "QH"),
                (Number, "15"),
                (Punct, ","),
                (Word, "Luật"),
                (Code, "05/2022/QH15"),
                (Punct, ","),
                (Word, "Luật"),
            ]
        );
    }

    #[test]
    fn no_codes() {
        for (text, parts) in [
            ("2-Theo", vec![(Number, "2"), (Punct, "-"), (Word, "Theo")]),
            ("1-MUC", vec![(Number, "1"), (Punct, "-"), (Word, "MUC")]),
            ("1/MỤC", vec![(Number, "1"), (Punct, "/"), (Word, "MỤC")]),
            ("168-", vec![(Number, "168"), (Punct, "-")]),
            ("5g/ngày", vec![(Word, "5g"), (Punct, "/"), (Word, "ngày")]),
            ("1-55°C", vec![(Number, "1-55"), (Word, "°C")]),
            ("TT-BTC", vec![(Word, "TT"), (Punct, "-"), (Word, "BTC")]),
        ] {
            assert_eq!(tokens(text), parts, "{text}");
        }
    }

    #[test]
    fn addresses() {
        one(
            Url,
            &[
                "https://congbao.chinhphu.vn/van-ban?id=5",
                "www.hanoi.gov.vn",
                "HTTP://A.VN",
                "vanthu@hanoi.gov.vn",
                "chinhphu.vn",
                "luatvietnam.vn/tin",
                "goc.aspx?ItemID=12&Keyword=",
                "quyet-dinh_15.pdf",
                "https:/chinhphu.vn/tin",
                "van.thu+1@a.gov.vn",
            ],
        );
        assert_eq!(
            tokens("xem hanoi.org.vn.Theo"),
            [
                (Word, "xem"),
                (Url, "hanoi.org.vn"),
                (Punct, "."),
                (Word, "Theo")
            ]
        );
        assert_eq!(
            tokens("+hanoi.gov.vn@"),
            [(Punct, "+"), (Url, "hanoi.gov.vn"), (Punct, "@")]
        );
        assert_eq!(
            tokens("(http://a.vn)."),
            [
                (Punct, "("),
                (Url, "http://a.vn"),
                (Punct, ")"),
                (Punct, ".")
            ]
        );
        assert_eq!(
            tokens("Email:abc@x.gov.vn;xyz"),
            [
                (Word, "Email"),
                (Punct, ":"),
                (Url, "abc@x.gov.vn"),
                (Punct, ";"),
                (Word, "xyz")
            ]
        );
        assert_eq!(tokens("xd@."), [(Word, "xd@"), (Punct, ".")]);
        assert_eq!(
            tokens("dân.vận"),
            [(Word, "dân"), (Punct, "."), (Word, "vận")]
        );
        assert_eq!(tokens("x.vn"), [(Word, "x"), (Punct, "."), (Word, "vn")]);
    }

    #[test]
    fn a_long_line_takes_linear_time() {
        for unit in [
            "1-Theo-", "1/", "a.vn@", "1a", "a@", "aa11", "|a", "www.", "1.2-", "a.b.", "aa.vn+",
            "aa.vn@", "aa.vn@b", "aa.vné", "http:/a",
        ] {
            let line = unit.repeat(1_000_000 / unit.len());
            let mut out = Vec::new();
            let start = std::time::Instant::now();
            tokenize(&line, &mut out);
            // A moment, however busy the machine; what is quadratic takes many minutes.
            assert!(start.elapsed().as_secs() < 60, "{unit}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn spans_give_the_line_back(line in prop_oneof![
            ".{0,40}",
            "\\PC{0,40}",
            "[a-cĐđé0-2@.:/|—&°%, QHw\u{301}\u{AD}-]{0,40}",
            "(www\\.|http://|a@b|\\.vn|12|/QH|-| |[a-z1é]){0,12}",
        ]) {
            let mut out = Vec::new();
            tokenize(&line, &mut out);
            let mut end = 0;
            for token in &out {
                prop_assert_eq!(token.start, end);
                prop_assert!(token.end > token.start);
                prop_assert!(line.get(token.range()).is_some());
                end = token.end;
            }
            prop_assert_eq!(end as usize, line.len());
            for token in &out {
                let text = token.text(&line);
                match token.kind {
                    Word => prop_assert!(!text.contains(['.', ',', '-', '\'', ' '])),
                    Blank => prop_assert!(text.trim().is_empty()),
                    Number => prop_assert!(text.ends_with(|c: char| c.is_ascii_digit() || c == '%')),
                    Code => prop_assert!(text.ends_with(|c: char| !matches!(class(c), Class::Punct))),
                    _ => {}
                }
            }
        }
    }
}
