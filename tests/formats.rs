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
