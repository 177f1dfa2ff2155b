//! Files of OCR engines: read, changed, written.

use std::fs;
use std::path::PathBuf;

use vidau::formats::{Change, Format, Record, Scan};

fn fixtures(suffix: &str) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/fixtures");
    let mut found: Vec<(String, String)> = fs::read_dir(&folder)
        .expect("the fixtures")
        .filter_map(|e| e.expect("an entry").file_name().into_string().ok())
        .filter(|name| name.ends_with(suffix))
        .map(|name| {
            let text = fs::read_to_string(folder.join(&name)).expect("UTF-8");
            (name, text)
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no fixtures {suffix}");
    found
}

fn tokens(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

#[test]
fn tesseracts_files_hold_the_words_of_its_text() {
    let texts = fixtures(".ocr.txt");
    for (suffix, format) in [(".hocr", Format::Hocr), (".alto.xml", Format::Alto)] {
        for (name, file) in fixtures(suffix) {
            assert_eq!(Format::detect(&file), Some(format), "{name}");
            let scan = Scan::new(&file, format).expect("sound");
            let id = name.strip_suffix(suffix).expect("a suffix");
            let text = texts.iter().find(|t| t.0 == format!("{id}.ocr.txt"));
            let (_, text) = text.expect("its text");
            let read = scan.text();
            assert_eq!(tokens(&read), tokens(text), "{name}");
            // The reading order may differ, the words may not.
            let mut reordered = tokens(scan.document().source());
            let mut words = tokens(text);
            reordered.sort_unstable();
            words.sort_unstable();
            assert_eq!(reordered, words, "{name}");
        }
    }
}

/// The file with each `old` of its text made `new`.
fn changed(file: &str, format: Format, record: Record, changes: &[(&str, &str)]) -> String {
    let scan = Scan::new(file, format).expect("sound");
    let source = scan.document().source();
    let mut changes: Vec<Change<'_>> = changes
        .iter()
        .map(|(old, new)| {
            let start = source.find(old).expect("the old text");
            Change {
                span: start..start + old.len(),
                text: new,
                confidence: Some(0.9),
            }
        })
        .collect();
    changes.sort_by_key(|c| c.span.start);
    let splice = scan.splice(&changes, record);
    assert_eq!(splice.skipped, [0; 0], "{changes:?}");
    let output = splice.apply(file);
    Scan::new(&output, format).expect("still sound");
    output
}

/// What stands between the two.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let from = text.find(start).expect(start) + start.len();
    &text[from..from + text[from..].find(end).expect(end)]
}

#[test]
fn without_changes_every_byte_stays() {
    for (suffix, format) in [(".hocr", Format::Hocr), (".alto.xml", Format::Alto)] {
        for (name, file) in fixtures(suffix) {
            let scan = Scan::new(&file, format).expect("sound");
            assert_eq!(
                scan.splice(&[], Record::Replace).apply(&file),
                file,
                "{name}"
            );
        }
    }
}

const HOCR: &str = "<?xml version=\"1.0\"?>\r\n<html><body><div class='ocr_page' title=''>\
<span class=\"ocr_line\"><!-- x -->\
<span class='ocrx_word' id='w1' title='bbox 0 0 100 20; x_wconf 80'>&quot;Thuc</span>\r\n\
<span class='ocrx_word'  id=\"w2\" title=\"x_wconf 60; bbox 110 0 150 22\"><strong>hi&#233;n</strong></span>\r\n\
<span class='ocrx_word' id='w3' title='bbox 160 2 260 20; x_wconf 70'>vi\u{1ec7}ccong</span>\
</span></div></body></html>";

#[test]
fn hocr_changes_only_the_words() {
    let plain = |changes: &[(&str, &str)]| changed(HOCR, Format::Hocr, Record::Replace, changes);
    assert_eq!(
        plain(&[("Thuc", "Thực"), ("hién", "hiện")]),
        HOCR.replace("Thuc", "Thực").replace("&#233;", "ệ")
    );
    // "việc" and "cong" share a word: 4 and 4 letters of 100 units, and a blank.
    assert_eq!(
        plain(&[("việccong", "việc công")]),
        HOCR.replace("160 2 260 20", "160 2 204 20").replace(
            "việccong</span>",
            "việc</span>\r\n<span class='ocrx_word' id='w3-2' \
             title='bbox 216 2 260 20; x_wconf 70'>công</span>"
        )
    );
    let joined = HOCR.replace("bbox 0 0 100 20; x_wconf 80", "bbox 0 0 150 22; x_wconf 60");
    let end = "</span>\r\n<span class='ocrx_word'  id=\"w2\" \
               title=\"x_wconf 60; bbox 110 0 150 22\"><strong>hi&#233;n</strong></span>";
    let joined = joined.replace(&format!("Thuc{end}"), "Thuchiện</span>");
    assert_eq!(plain(&[("Thuc hién", "Thuchiện")]), joined);
}

#[test]
fn hocr_annotates_on_demand() {
    let output = changed(HOCR, Format::Hocr, Record::Annotate, &[("hién", "hiện")]);
    let word = between(&output, "<strong>", "</strong>");
    assert_eq!(
        word,
        "<span class=\"alternatives\"><ins class=\"alt\" title=\"nlp 0.11\">hiện</ins>\
         <del class=\"alt\" title=\"nlp 2.30\">hién</del></span>"
    );
    let scan = Scan::new(&output, Format::Hocr).expect("sound");
    assert_eq!(scan.text(), "\"Thuc hiện việccong\n");
}

#[test]
fn letters_of_a_changed_word_go() {
    let boxes = "<div class=ocr_page><span class=ocrx_word>\n \
        <span class='ocrx_cinfo' title='x_bboxes 1 2 3 4'>h</span>\n \
        <span class='ocrx_cinfo' title='x_bboxes 5 2 6 4'>i</span>\n</span></div>";
    let scan = Scan::new(boxes, Format::Hocr).expect("sound");
    assert_eq!(scan.text(), "hi\n");
    let output = changed(boxes, Format::Hocr, Record::Plain, &[("hi", "hì")]);
    assert_eq!(
        output,
        "<div class=ocr_page><span class=ocrx_word>\n hì\n</span></div>"
    );
    let choices = "<div class=ocr_page><span class=ocrx_word>hi\n \
        <span class=ocrx_cinfo id=lstm_choices_1>\n  \
        <span class=ocrx_cinfo title='x_confs 90'>h</span></span> \
        <span class=ocrx_cinfo id=lstm_choices_2>\
        <span class=ocrx_cinfo title='x_confs 60'>i</span>\
        <span class=ocrx_cinfo title='x_confs 30'>ì</span></span></span></div>";
    let scan = Scan::new(choices, Format::Hocr).expect("sound");
    assert_eq!(
        scan.document().runs()[0].alternatives,
        [("hì".to_owned(), 0.3)]
    );
    let output = changed(choices, Format::Hocr, Record::Plain, &[("hi", "hì")]);
    assert_eq!(
        output,
        "<div class=ocr_page><span class=ocrx_word>hì</span></div>"
    );
}

const ALTO: &str = "<a:alto xmlns:a='http://bibnum.bnf.fr/ns/alto_prod'><a:Layout><a:Page><a:TextLine>\n\
<a:String ID='s1' HPOS='0' VPOS='0' WIDTH='100' HEIGHT='20' WC='0.80' CC='0123' CONTENT='Thuc'/>\
<a:SP WIDTH='10' HPOS='100' VPOS='0'/>\n\
<a:String ID='s2' HPOS='110' VPOS='2' WIDTH='40' HEIGHT='20' CS='false' CONTENT=\"hi&#xE9;n\" CC='11111' WC='0.60'>\
<a:Shape><a:Polygon POINTS='1,2'/></a:Shape><a:Glyph CONTENT='h'/></a:String>\n\
<a:String ID='s3' HPOS='160' VPOS='0' WIDTH='100' HEIGHT='20' CONTENT='vieccong'/>\n\
</a:TextLine></a:Page></a:Layout></a:alto>\n";

#[test]
fn alto_keeps_what_was_read_as_an_alternative() {
    let alto = |record, changes: &[(&str, &str)]| changed(ALTO, Format::Alto, record, changes);
    let output = alto(Record::Replace, &[("Thuc", "Thực"), ("hién", "hiện")]);
    let expected = ALTO
        .replace(
            "CONTENT='Thuc'/>",
            "CONTENT='Thực'><a:ALTERNATIVE PURPOSE=\"ocr-original\">Thuc</a:ALTERNATIVE></a:String>",
        )
        .replace("&#xE9;", "ệ")
        // A digit a letter, and there are five: not right before either.
        .replace(
            "<a:Glyph CONTENT='h'/>",
            "<a:ALTERNATIVE PURPOSE=\"ocr-original\">hién</a:ALTERNATIVE>",
        );
    assert_eq!(output, expected);
    assert_eq!(
        alto(Record::Plain, &[("Thuc", "Thược")]),
        ALTO.replace(" CC='0123' CONTENT='Thuc'", " CONTENT='Thược'")
    );
    assert_eq!(
        alto(Record::Annotate, &[("Thuc", "Thực")]),
        ALTO.replace(
            "CONTENT='Thuc'/>",
            "CONTENT='Thuc'><a:ALTERNATIVE PURPOSE=\"vidau\">Thực</a:ALTERNATIVE></a:String>",
        )
    );
}

#[test]
fn alto_parts_and_joins() {
    let alto = |changes: &[(&str, &str)]| changed(ALTO, Format::Alto, Record::Plain, changes);
    assert_eq!(
        alto(&[("vieccong", "việc công")]),
        ALTO.replace(
            "WIDTH='100' HEIGHT='20' CONTENT='vieccong'/>",
            "WIDTH='44' HEIGHT='20' CONTENT='việc'/><a:SP WIDTH=\"12\" VPOS=\"0\" HPOS=\"204\"/>\n\
             <a:String ID='s3-2' HPOS='216' VPOS='0' WIDTH='44' HEIGHT='20' CONTENT='công'/>"
        )
    );
    let end = between(ALTO, "CONTENT='Thuc'/>", "\n<a:String ID='s3'");
    assert_eq!(
        alto(&[("Thuc hién", "Thựchiện")]),
        ALTO.replace(end, "")
            .replace("CC='0123' CONTENT='Thuc'", "CONTENT='Thựchiện'")
            .replace(
                "WIDTH='100' HEIGHT='20' WC='0.80'",
                "WIDTH='150' HEIGHT='22' WC='0.60'"
            )
    );
}

#[test]
fn both_parts_of_a_hyphenated_word_know_the_whole() {
    let file = "<alto><TextLine><String CONTENT='Noocma' SUBS_TYPE='HypPart1' \
        SUBS_CONTENT='Noocmandy'/><HYP CONTENT='-'/></TextLine><TextLine>\
        <String SUBS_CONTENT='Noocmandy' SUBS_TYPE='HypPart2' CONTENT='ndy'/></TextLine></alto>";
    assert_eq!(
        changed(file, Format::Alto, Record::Plain, &[("ndy", "nđi")]),
        file.replace("Noocmandy", "Noocmanđi")
            .replace("'ndy'", "'nđi'")
    );
}

fn page(version: &str) -> String {
    format!(
        "<PcGts xmlns=\"http://schema.primaresearch.org/PAGE/gts/pagecontent/{version}\">\n\
<Page imageFilename=\"a.png\"><TextRegion id=\"r\"><TextLine id=\"l\">\n\
<Word id=\"w1\"><Coords points=\"0,0 100,0 100,20 0,20\"/><Glyph id=\"g\"/>\n \
<TextEquiv conf=\"0.8\"><Unicode>Thuc</Unicode></TextEquiv></Word>\n\
<Word id=\"w2\"><Coords points=\"110,0 150,0 150,20 110,22\"/>\n \
<TextEquiv conf=\"0.6\"><PlainText>hién</PlainText><Unicode>hi&#233;n</Unicode></TextEquiv></Word>\n\
<TextEquiv><Unicode>Thuc  hién</Unicode></TextEquiv></TextLine>\n\
<TextLine id=\"l2\"><TextEquiv><Unicode>cong tac</Unicode></TextEquiv></TextLine>\n\
<TextEquiv><Unicode>Thuc hi&#xe9;n\ncong tac</Unicode></TextEquiv></TextRegion></Page></PcGts>"
    )
}

#[test]
fn page_keeps_all_levels_consistent() {
    let file = page("2019-07-15");
    let scan = Scan::new(&file, Format::Page).expect("sound");
    assert_eq!(scan.text(), "Thuc hién\ncong tac\n");
    let changes = [("Thuc", "Thực"), ("hién", "hiện"), ("cong tac", "công tác")];
    let output = changed(&file, Format::Page, Record::Replace, &changes);
    let expected = file
        .replace("<Glyph id=\"g\"/>", "")
        .replace(
            "<TextEquiv conf=\"0.8\">",
            "<TextEquiv index=\"0\" conf=\"0.90\"><Unicode>Thực</Unicode></TextEquiv>\n \
             <TextEquiv index=\"1\" conf=\"0.8\">",
        )
        .replace(
            "<TextEquiv conf=\"0.6\">",
            "<TextEquiv index=\"0\" conf=\"0.90\"><Unicode>hiện</Unicode></TextEquiv>\n \
             <TextEquiv index=\"1\" conf=\"0.6\">",
        )
        .replace("Thuc  hién", "Thực  hiện")
        .replace("Thuc hi&#xe9;n\ncong tac", "Thực hiện\ncông tác")
        .replace("cong tac", "công tác");
    assert_eq!(output, expected);

    let file = page("2013-07-15");
    let output = changed(&file, Format::Page, Record::Replace, &changes[..2]);
    let expected = file
        .replace("<Glyph id=\"g\"/>", "")
        .replace("Thuc", "Thực")
        .replace("hi&#233;n", "hiện")
        .replace("hi&#xe9;n", "hiện")
        .replace("hién", "hiện");
    assert_eq!(output, expected);
}

#[test]
fn page_parts_and_joins() {
    let file = page("2016-07-15");
    let output = changed(
        &file,
        Format::Page,
        Record::Plain,
        &[("Thuc hién", "Thựchiện")],
    );
    assert_eq!(
        between(&output, "<Word id=\"w1\">", "</Word>"),
        "<Coords \
        points=\"0,0 150,0 150,22 0,22\"/>\n <TextEquiv conf=\"0.8\"><Unicode>Thựchiện</Unicode></TextEquiv>"
    );
    assert!(!output.contains("w2") && output.contains("<Unicode>Thựchiện\ncong tac<"));
    let output = changed(&file, Format::Page, Record::Replace, &[("Thuc", "Th ực")]);
    assert!(
        output.contains(
            "</Word>\n<Word id=\"w1-2\"><Coords points=\"60,0 100,0 100,20 60,20\"/>\n \
        <TextEquiv conf=\"0.8\"><Unicode>ực</Unicode></TextEquiv></Word>\n<Word id=\"w2\">"
        ),
        "{output}"
    );
    assert!(
        output.contains("<Unicode>Th ực  hién<") && output.contains("<Unicode>Th ực hi&#xe9;n\n")
    );
}

#[test]
fn regions_are_read_in_their_order() {
    let region = |id: &str| {
        format!("<TextRegion id='{id}'><TextEquiv><Unicode>{id}</Unicode></TextEquiv></TextRegion>")
    };
    let file = format!(
        "<PcGts><Page><ReadingOrder><OrderedGroup><RegionRefIndexed index='0' regionRef='b'/>\
         <RegionRefIndexed index='1' regionRef='a'/></OrderedGroup></ReadingOrder>{}{}</Page></PcGts>",
        region("a"),
        region("b")
    );
    let scan = Scan::new(&file, Format::Page).expect("sound");
    assert_eq!(scan.document().source(), "b\n\na\n");
}

#[test]
fn a_table_keeps_its_columns() {
    let head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";
    let file = format!(
        "{head}1\t1\t0\t0\t0\t0\t0\t0\t9\t9\t-1\t\n4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t\n\
         5\t1\t1\t1\t1\t1\t0\t0\t40\t20\t96.5\tThuc&\r\n5\t1\t1\t1\t1\t2\t50\t2\t20\t20\t60\thién\r\n"
    );
    let tsv = |changes: &[(&str, &str)]| changed(&file, Format::Tsv, Record::Replace, changes);
    assert_eq!(tsv(&[("Thuc", "Thực")]), file.replace("Thuc", "Thực"));
    assert_eq!(tsv(&[("hién", "hi ện")]), file.replace("hién", "hi ện"));
    assert_eq!(
        tsv(&[("Thuc& hién", "Thực")]),
        format!(
            "{}5\t1\t1\t1\t1\t1\t0\t0\t70\t22\t60.000\tThực\r\n",
            &file[..file.find("5\t1\t1").expect("a row")]
        )
    );
}

#[test]
fn changes_without_a_place_are_skipped() {
    let file = "<div class=ocr_page><span class=ocr_line><span class=ocrx_word>a</span></span>\
        <span class=ocr_line><span class=ocrx_word>b</span> <b></b> <span class=ocrx_word>c</span></span></div>";
    let scan = Scan::new(file, Format::Hocr).expect("sound");
    assert_eq!(scan.document().source(), "a\nb c\n");
    let change = |span, text| Change {
        span,
        text,
        confidence: None,
    };
    let splice = scan.splice(&[change(0..3, "ab"), change(2..5, "bc")], Record::Plain);
    assert_eq!(splice.skipped, [0, 1]);
    assert_eq!(splice.apply(file), file);
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    /// What stands between elements.
    fn gap() -> impl Strategy<Value = String> {
        prop_oneof![
            Just(String::new()),
            Just(" ".to_owned()),
            Just("\r\n\t".to_owned()),
            Just("<!-- <a> & -->".to_owned()),
            Just("<?x <y>?>".to_owned()),
        ]
    }

    fn word() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zà-ỹ]{1,6}", "[a-z&<>\"']{1,4}", "&#7879;[a-z]"]
    }

    fn quote() -> impl Strategy<Value = char> {
        prop_oneof![Just('"'), Just('\'')]
    }

    fn escaped(word: &str) -> String {
        let is_entity = word.starts_with("&#");
        let word = if is_entity {
            word.to_owned()
        } else {
            word.replace('&', "&amp;")
        };
        word.replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\'', "&apos;")
    }

    prop_compose! {
        /// A file in the format, with its words in odd surroundings.
        fn file(format: Format)(
            words in prop::collection::vec((word(), gap(), quote(), 0..4u32, 0..300u32), 1..12),
            bom in any::<bool>(),
            prefix in prop_oneof![Just(""), Just("p:")],
            depth in 0..20usize,
        ) -> String {
            let mut out = if bom { "\u{feff}".to_owned() } else { String::new() };
            let p = prefix;
            let (open, close) = match format {
                Format::Alto => (format!("<{p}alto>"), format!("</{p}alto>")),
                _ => ("<?xml version='1.0'?><html><div class='ocr_page'>".to_owned(), "</div></html>".to_owned()),
            };
            out += &open;
            out += &"<x>".repeat(depth);
            let line = if format == Format::Alto { format!("<{p}TextLine>") } else { "<span class='ocr_line'>".to_owned() };
            out += &line;
            for (i, (word, gap, q, breaks, left)) in words.iter().enumerate() {
                let text = escaped(word);
                out += &match format {
                    Format::Alto => format!(
                        "<{p}String  ID={q}s{i}{q} HPOS = {q}{left}{q} VPOS={q}1{q} WIDTH={q}9{q} HEIGHT={q}5{q} CC={q}123{q} CONTENT={q}{text}{q} />"
                    ),
                    _ => format!(
                        "<span class={q}ocrx_word{q} id={q}s{i}{q} title={q}x_wconf 50; bbox {left} 1 {} 6{q}>{text}</span>", left + 9
                    ),
                };
                out += gap;
                if *breaks == 0 {
                    out += &line.replace('<', "</").replace(" class='ocr_line'", "");
                    out += &line;
                }
            }
            out += &line.replace('<', "</").replace(" class='ocr_line'", "");
            out += &"</x>".repeat(depth);
            out + &close + "\r\n"
        }
    }

    /// Text as PAGE has it: a word's, and its line's.
    fn text_equiv(text: &str, index: Option<u32>) -> String {
        let index = index.map_or(String::new(), |i| format!(" index='{i}'"));
        format!("<TextEquiv{index} conf = \"0.5\"><Unicode>{text}</Unicode></TextEquiv>")
    }

    prop_compose! {
        /// A file of PAGE with regions, lines and words, some without words.
        fn page_file()(
            lines in prop::collection::vec(
                (prop::collection::vec((word(), gap(), 0..300u32), 0..6), prop::option::of(0..3u32), any::<bool>()),
                1..6,
            ),
            bom in any::<bool>(),
            year in prop_oneof![Just(2013), Just(2019)],
            eol in prop_oneof![Just("\n"), Just("\r\n"), Just("")],
        ) -> String {
            let mut out = if bom { "\u{feff}".to_owned() } else { String::new() };
            out += &format!("<PcGts xmlns='http://schema.primaresearch.org/PAGE/gts/pagecontent/{year}-07-15'>{eol}<Page>");
            for (r, (words, index, new_region)) in lines.iter().enumerate() {
                if r == 0 || *new_region {
                    if r > 0 {
                        out += "</TextRegion>";
                    }
                    out += &format!("<TextRegion id='r{r}'>{eol}");
                }
                let texts: Vec<String> = words.iter().map(|(word, ..)| escaped(word)).collect();
                out += &format!("<TextLine id=\"l{r}\">{eol}");
                for (w, (text, (_, gap, left))) in texts.iter().zip(words).enumerate() {
                    // One text is all that 2013 allows.
                    let index = if year == 2013 { None } else { *index };
                    let points = format!("{left},1 {},6", left + 9);
                    out += &format!("<Word id='w{r}_{w}'><Coords points='{points}'/>{}</Word>{gap}", text_equiv(text, index));
                }
                out += &text_equiv(&texts.join(" "), None);
                out += &format!("</TextLine>{eol}");
            }
            out + "</TextRegion></Page></PcGts>" + eol
        }
    }

    prop_compose! {
        /// A table as Tesseract writes it; texts may hold anything but tabs and
        /// line ends.
        fn table()(
            words in prop::collection::vec(("[^\\t\r\n\u{b}\u{c}\u{85}\u{2028}\u{2029}]{0,8}", 1..3u32, 0..300u32, -1..100i32), 1..20),
            bom in any::<bool>(),
            eol in prop_oneof![Just("\n"), Just("\r\n")],
            is_ended in any::<bool>(),
        ) -> String {
            let mut out = if bom { "\u{feff}".to_owned() } else { String::new() };
            out += "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext";
            for (w, (text, line, left, conf)) in words.iter().enumerate() {
                let level = if *conf < 0 { 4 } else { 5 };
                out += &format!("{eol}{level}\t1\t1\t1\t{line}\t{w}\t{left}\t1\t9\t5\t{conf}\t{text}");
            }
            if is_ended {
                out += eol;
            }
            out
        }
    }

    /// Changes some of the runs: to other text, two, or one with the next.
    fn check(file: &str, format: Format, kinds: &[u8], record: Record) {
        let scan = Scan::new(file, format).expect("sound");
        assert_eq!(scan.splice(&[], record).apply(file), file);
        let runs = scan.document().runs();
        let source = scan.document().source();
        let mut changes = Vec::new();
        let mut i = 0;
        while i < runs.len() {
            let range = runs[i].range.clone();
            let kind = kinds[i % kinds.len()];
            i += 1;
            if range.is_empty() {
                continue;
            }
            let (span, text) = match kind {
                0 => (range, "ệ<&\"'"),
                1 => (range, "hai từ"),
                2 if runs.get(i).is_some_and(|next| {
                    runs[i - 1].break_after == vidau::Break::Blank && !next.range.is_empty()
                }) =>
                {
                    i += 1;
                    (range.start..runs[i - 1].range.end, "một")
                }
                _ => continue,
            };
            changes.push(Change {
                span,
                text,
                confidence: Some(0.5),
            });
        }
        let splice = scan.splice(&changes, record);
        let output = splice.apply(file);
        let again = Scan::new(&output, format).expect("still sound");
        // The text is what was asked for, but for what was skipped.
        if record != Record::Annotate {
            let mut expected = source.to_owned();
            for (i, change) in changes.iter().enumerate().rev() {
                if splice.skipped.binary_search(&i).is_err() {
                    expected.replace_range(change.span.clone(), change.text);
                }
            }
            let words = |text: &str| {
                text.split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            assert_eq!(words(again.document().source()), words(&expected));
        }
        // Undone, it is the file.
        let mut back = output.clone();
        let mut growth: isize = splice
            .edits
            .iter()
            .map(|e| e.text.len() as isize - e.range.len() as isize)
            .sum();
        for edit in splice.edits.iter().rev() {
            growth -= edit.text.len() as isize - edit.range.len() as isize;
            let start = edit.range.start.saturating_add_signed(growth);
            back.replace_range(start..start + edit.text.len(), &file[edit.range.clone()]);
        }
        assert_eq!(back, file);
        // Places go there and back.
        for run in runs.iter().filter(|r| !r.range.is_empty()) {
            let range = scan.file_range(run.range.clone());
            assert_eq!(scan.document_span(range), Some(run.range.clone()));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn hocr_goes_there_and_back(
            file in file(Format::Hocr),
            kinds in prop::collection::vec(0..4u8, 1..6),
            record in prop_oneof![Just(Record::Replace), Just(Record::Annotate)],
        ) {
            check(&file, Format::Hocr, &kinds, record);
        }

        #[test]
        fn alto_goes_there_and_back(
            file in file(Format::Alto),
            kinds in prop::collection::vec(0..4u8, 1..6),
            record in prop_oneof![Just(Record::Replace), Just(Record::Plain), Just(Record::Annotate)],
        ) {
            check(&file, Format::Alto, &kinds, record);
        }

        #[test]
        fn page_goes_there_and_back(
            file in page_file(),
            kinds in prop::collection::vec(0..4u8, 1..6),
            record in prop_oneof![Just(Record::Replace), Just(Record::Plain), Just(Record::Annotate)],
        ) {
            check(&file, Format::Page, &kinds, record);
        }

        #[test]
        fn a_table_goes_there_and_back(
            file in table(),
            kinds in prop::collection::vec(0..4u8, 1..6),
        ) {
            check(&file, Format::Tsv, &kinds, Record::Replace);
        }

        #[test]
        fn text_goes_there_and_back(
            file in "\u{feff}?([a-zà-ỹ&<]{1,5}[ \t]{0,2}(\r?\n){0,2}){0,9}",
            kinds in prop::collection::vec(0..4u8, 1..6),
        ) {
            check(&file, Format::Text, &kinds, Record::Replace);
        }

        #[test]
        fn nothing_that_is_read_panics(text in "[<>a-z/='\" &;!?\\-\\[\\]\t\n]{0,80}") {
            for format in Format::ALL {
                let _ = Format::detect(&text);
                let html = format!("<p class=ocr_page><b class=ocrx_word>{text}</b>");
                for text in [&text, &html] {
                    if let Ok(scan) = Scan::new(text, format) {
                        let all = 0..scan.document().source().len();
                        let changes = [Change { span: all, text: "x", confidence: None }];
                        let _ = scan.splice(&changes, Record::Replace).apply(text);
                    }
                }
            }
        }
    }
}

#[test]
fn an_empty_line_has_a_place_in_the_file() {
    let (_, file) = &fixtures(".tsv")[0];
    let scan = Scan::new(file, Format::Tsv).expect("sound");
    let runs = scan.document().runs();
    let empty: Vec<_> = runs.iter().filter(|r| r.range.is_empty()).collect();
    assert!(!empty.is_empty());
    for run in empty {
        let place = scan.file_range(run.range.clone());
        assert!(place.is_empty() && place.end <= file.len(), "{place:?}");
    }
}

#[test]
fn hostile_files_end_soon() {
    let start = std::time::Instant::now();
    let deep = "<a>".repeat(10_000);
    assert!(Scan::new(&deep, Format::Alto).is_err());
    let one_line = format!(
        "<alto><TextLine>{}</TextLine></alto>",
        "<String CONTENT='ab'/>".repeat(400_000)
    );
    let scan = Scan::new(&one_line, Format::Alto).expect("sound");
    assert_eq!(scan.document().runs().len(), 400_000);
    let changes: Vec<Change<'_>> = scan
        .document()
        .runs()
        .iter()
        .map(|r| Change {
            span: r.range.clone(),
            text: "a b",
            confidence: None,
        })
        .collect();
    assert_eq!(scan.splice(&changes, Record::Replace).skipped, [0; 0]);
    // One id on all words that part: each new one is another.
    let one_id = format!(
        "<alto><TextLine>{}</TextLine></alto>",
        "<String ID='s' CONTENT='ab'/>".repeat(60_000)
    );
    let scan = Scan::new(&one_id, Format::Alto).expect("sound");
    let runs = scan.document().runs().iter();
    let changes: Vec<Change<'_>> = runs
        .map(|r| Change {
            span: r.range.clone(),
            text: "a b",
            confidence: None,
        })
        .collect();
    let parted = scan.splice(&changes, Record::Plain).apply(&one_id);
    let ids: std::collections::HashSet<&str> = parted.split("ID='s-").skip(1).collect();
    assert_eq!(ids.len(), 60_000);
    // One word that is a whole document.
    let piece = "&#113;uan&amp;\u{2028}";
    let one_word = format!(
        "<alto><TextLine><String CONTENT='{}x'/></TextLine></alto>",
        piece.repeat(60_000)
    );
    let scan = Scan::new(&one_word, Format::Alto).expect("sound");
    let first = one_word.find(piece).expect("the text");
    for i in 0..60_000 {
        let span = i * 6 + 1..i * 6 + 5;
        let place = scan.file_range(span.clone());
        let start = first + i * piece.len() + "&#113;".len();
        assert_eq!(place, start..start + "uan&amp;".len());
        assert_eq!(scan.document_span(place), Some(span));
    }
    let quotes = "<a b='".repeat(400_000);
    assert!(Scan::new(&quotes, Format::Hocr).is_err());
    // Seconds, however busy the machine; what is quadratic takes many minutes.
    assert!(start.elapsed().as_secs() < 90, "{:?}", start.elapsed());
}

#[test]
fn changed_files_name_the_program_when_asked() {
    let named = |file: &str, format: Format| {
        let scan = Scan::new(file, format).expect("sound");
        let mut none = scan.splice(&[], Record::Replace);
        none.add_provenance(&scan, "vidau", "1.0");
        assert_eq!(none.apply(file), file, "nothing was changed");
        let change = Change {
            span: scan.document().runs()[0].range.clone(),
            text: "việc",
            confidence: None,
        };
        let mut splice = scan.splice(std::slice::from_ref(&change), Record::Plain);
        let without = splice.apply(file);
        splice.add_provenance(&scan, "vidau", "1.0");
        let with = splice.apply(file);
        let start = without
            .bytes()
            .zip(with.bytes())
            .position(|(a, b)| a != b)
            .unwrap_or(without.len());
        let length = with.len() - without.len();
        assert_eq!(with[..start], without[..start]);
        assert_eq!(with[start + length..], without[start..]);
        with
    };
    for (_, file) in fixtures(".hocr") {
        let with = named(&file, Format::Hocr);
        assert!(with.contains("<meta name='ocr-system' content='tesseract 5.3.0; vidau 1.0' />"));
    }
    let software = "<processingSoftware><softwareName>vidau</softwareName>\
                    <softwareVersion>1.0</softwareVersion></processingSoftware>";
    for (_, file) in fixtures(".alto.xml") {
        let with = named(&file, Format::Alto);
        let step = format!("<postProcessingStep>{software}</postProcessingStep></OCRProcessing>");
        assert!(with.contains(&step));
    }
    let text = "<a:Layout><a:TextLine><a:String CONTENT='viec'/></a:TextLine></a:Layout></a:alto>";
    let alto = format!("<a:alto><a:Description/>{text}");
    assert!(!named(&alto, Format::Alto).contains("vidau"), "no place");
    let alto = format!(
        "<a:alto><a:Description><a:Processing ID='processing-2'></a:Processing></a:Description>{text}"
    );
    let with = named(&alto, Format::Alto);
    assert!(with.contains("</a:Processing><a:Processing ID=\"processing-2x1\"><a:processingCategory>contentModification</a:processingCategory><a:processingSoftware>"));
    let item =
        "<MetadataItem type=\"processingStep\" name=\"post-correction\" value=\"vidau 1.0\"/>";
    let metadata = "<Metadata><Creator/></Metadata>";
    for (version, is_named) in [("2019-07-15", true), ("2013-07-15", false)] {
        let file = page(version).replacen("<Page", &format!("{metadata}<Page"), 1);
        assert!(file.contains(metadata));
        assert_eq!(
            named(&file, Format::Page).contains(item),
            is_named,
            "{version}"
        );
    }
}
