//! What other programs rely on, beyond what the documentation runs.

use vidau::{OwnedRestored, Restorer, RestorerBuilder};

#[test]
fn an_engine_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    fn sent<T: Send>() {}
    shared::<Restorer>();
    shared::<RestorerBuilder>();
    shared::<OwnedRestored>();
    shared::<vidau::Error>();
    sent::<vidau::Worker<'_>>();
}

#[test]
fn settings_out_of_range_are_refused() {
    for (builder, option) in [
        (RestorerBuilder::new().change_above(1.5), "change_above"),
        (RestorerBuilder::new().flag_below(f32::NAN), "flag_below"),
        (
            RestorerBuilder::new().min_confidence(-0.1),
            "min_confidence",
        ),
        (RestorerBuilder::new().lexicon(["x".repeat(100)]), "lexicon"),
    ] {
        let error = builder.open_bytes(&b""[..]).unwrap_err();
        assert!(error.to_string().starts_with(option), "{error}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn results_go_to_json_and_back() {
    use vidau::{OwnedAlternative, OwnedCorrection, Reason};

    let correction = OwnedCorrection {
        span: 5..10,
        run: 0,
        original: "hién".to_owned(),
        best: "hiện".to_owned(),
        confidence: 0.75,
        flagged: true,
        reason: Reason::Marks,
        alternatives: vec![OwnedAlternative {
            text: "hiến".to_owned(),
            probability: 0.25,
        }],
    };
    let restored = OwnedRestored {
        text: "Thực hiện".to_owned(),
        flags: vec![correction.clone()],
        corrections: vec![correction],
    };
    let json = serde_json::to_string(&restored).unwrap();
    assert!(json.contains(r#""reason":"marks""#), "{json}");
    assert_eq!(
        serde_json::from_str::<OwnedRestored>(&json).unwrap(),
        restored
    );
}

/// The embedded model: what comes out is what the first page of the
/// documentation promises, and on every thread the same.
#[cfg(feature = "embedded-model")]
mod embedded {
    use super::*;
    use vidau::{Break, Document, Restored};

    const PAGE: &str = include_str!("../data/fixtures/ke-hoach.eng.ocr.txt");

    #[test]
    fn threads_agree() {
        let restorer = Restorer::embedded().unwrap();
        let restore = || restorer.worker().restore_str(PAGE).to_owned();
        let once = restore();
        assert_eq!(once.text.lines().count(), PAGE.lines().count());
        std::thread::scope(|scope| {
            let others: Vec<_> = (0..2).map(|_| scope.spawn(restore)).collect();
            for other in others {
                assert_eq!(other.join().unwrap(), once);
            }
        });
    }

    #[test]
    fn lines_pushed_are_the_same_document() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let whole = worker.restore_str(PAGE).to_owned();
        worker.begin();
        PAGE.lines().for_each(|line| worker.push_line(line));
        assert_eq!(worker.finish().to_owned(), whole);
    }

    #[test]
    fn a_name_of_the_user_s_goes_over_a_line_end() {
        let names = ["Y Bhăm Niê", "dự án LiDAR", "Cư M'gar", "Đội 5"];
        let restorer = Restorer::builder().lexicon(names).embedded().unwrap();
        let mut worker = restorer.worker();
        for (read, expected) in [
            ("Kính gửi ông Y\nBham Nié.", "Kính gửi ông Y\nBhăm Niê."),
            ("ÔNG Y BHAM NIE,", "ÔNG Y BHĂM NIÊ,"),
            ("Dự án LIDAR và", "Dự án LiDAR và"),
            ("(huyện Cu M'gar)", "(huyện Cư M'gar)"),
            ("Doi 5 và Doi 6", "Đội 5 và Đội 6"),
            // No blank line is bridged, no number is made.
            ("ông Y Bham\n\nNié", "ông Y Bham\n\nNié"),
        ] {
            let restored = worker.restore_str(read);
            if read.contains("\n\n") {
                assert_eq!(restored.text().lines().count(), 3);
            } else {
                assert_eq!(restored.text(), expected);
            }
        }
        let restored = worker.restore_str("Kính gửi ông Y\nBham Nié.");
        let changed: Vec<_> = restored
            .corrections()
            .map(|c| (c.span(), c.reason()))
            .collect();
        let reason = vidau::Reason::Lexicon;
        assert_eq!(changed, [(19..23, reason), (24..28, reason)]);
    }

    #[test]
    fn footnote_digits_stay() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        for (read, expected) in [
            ("các vién3 nghiên cứu", "các viện3 nghiên cứu"),
            (
                "Người1 dân có6 quyền ở các thành phố12.",
                "Người1 dân có6 quyền ở các thành phố12.",
            ),
            ("kha1 thac khoang san", "khai thác khoáng sản"),
        ] {
            assert_eq!(worker.restore_str(read).text(), expected);
        }
    }

    #[test]
    fn phrases_of_letterheads_are_known_as_a_whole() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        for (read, expected) in [
            ("THU TUGNG CHINH PHU\n", "THỦ TƯỚNG CHÍNH PHỦ\n"),
            // The document's own placement of tones.
            (
                "CONG HOA XA HOI CHU NGHIA VIET NAM\nThuỷ lợi, hoà bình\n",
                "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM\nThuỷ lợi, hoà bình\n",
            ),
        ] {
            assert_eq!(worker.restore_str(read).text(), expected);
        }
        let restored = worker.restore_str("THU TUGNG CHINH PHU\n");
        assert!(
            restored
                .corrections()
                .all(|c| c.reason() == vidau::Reason::Rule)
        );
        // Read word by word it says the same, so nothing is in doubt.
        let restored = worker.restore_str("ỦY BAN NHÂN DÂN HUYỆN\nVề công tác dân vận\n");
        assert_eq!(restored.flags().count(), 0);
    }

    #[test]
    fn a_wreck_is_read_as_what_stands_between_the_same_words() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let mut restore = |text: &str| worker.restore_str(text).text().to_owned();
        let first = "Thyc hién phong trao Dan van khéo cua xa Tan Lap\n";
        let wreck = "Ban chi dao theo doi viéc lam Dan yafm khéo cua thon\n";
        let both = restore(&format!("{first}{wreck}"));
        assert!(both.contains("việc làm Dân vận khéo của thôn"), "{both}");
        // By itself it stays, for a person to look at.
        let alone = restore(wreck);
        assert!(alone.contains("yafm"), "{alone}");
        // So does what is written like a name.
        let name = restore(&format!("{first}{}", wreck.replace('y', "Y")));
        assert!(name.contains("Yafm"), "{name}");
    }

    /// Corrections follow each other and make the text from its source.
    fn check_corrections(source: &str, restored: &Restored<'_>) {
        let (mut applied, mut end) = (String::new(), 0);
        for c in restored.corrections() {
            let span = c.span();
            assert!(end <= span.start, "{source:?}");
            assert_eq!(c.original(), &source[span.clone()]);
            applied.push_str(&source[end..span.start]);
            applied.push_str(c.best());
            end = span.end;
        }
        applied.push_str(&source[end..]);
        assert_eq!(applied, restored.text(), "{source:?}");
    }

    #[test]
    fn no_byte_is_of_two_corrections() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        // Marks without a letter.
        for text in [
            "@ t'\u{301}ệ",
            "nà nvó.\u{301}v sån",
            "trn x lập l\u{201c}\u{301}à",
            "ron\u{2019}\u{301}h",
            "xin \u{301}chao cac ban",
            "so 2\u{301}\u{302}cua xa",
        ] {
            check_corrections(text, &worker.restore_str(text));
        }
    }

    #[test]
    fn whatever_was_read_can_be_restored() {
        use proptest::prelude::*;
        use proptest::test_runner::TestRunner;

        let restorer = Restorer::embedded().unwrap();
        let worker = std::cell::RefCell::new(restorer.worker());
        let piece = prop_oneof![
            4 => prop::sample::select(PAGE.split(' ').collect::<Vec<_>>()).prop_map(str::to_owned),
            2 => "[a-zàồ ]{0,2}['’“.]?[\u{300}-\u{303}\u{306}\u{309}\u{31b}\u{323}\u{338}][a-zàệ]{0,2}",
            3 => "['’“”.,/|¢€@&0-9aĐỒ\n\t\u{c}ﬁΑа\u{200b}\u{ad}\u{a0} -]{1,2}",
        ];
        let text = prop::collection::vec(piece, 1..30).prop_map(|pieces| pieces.concat());
        let mut runner = TestRunner::new(ProptestConfig::with_cases(400));
        let outcome = runner.run(&text, |text| {
            check_corrections(&text, &worker.borrow_mut().restore_str(&text));
            Ok(())
        });
        outcome.unwrap();
    }

    #[test]
    fn rules_of_administrative_writing() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let read = "I. TÌNH HÌNH\nI1. NỘI DUNG\nThực hiện Quyết định số 15-\n\
                    QD/TW ngày 27/4/2O15, họp ngày 31/4/2015 tại CƠ quan\n\
                    a) Một\nb) Hai\n¢) Ba\nđ) Bốn\nđ) Năm\n";
        let written = read
            .replace("I1.", "II.")
            .replace("QD", "QĐ")
            .replace("2O15", "2015")
            .replace("CƠ", "cơ")
            .replace("¢)", "c)")
            .replace("đ) Bốn", "d) Bốn");
        let restored = worker.restore_str(read);
        assert_eq!(restored.text(), written);
        let flagged: Vec<_> = restored.flags().map(|f| f.original()).collect();
        for place in ["I1", "27/4/2O15", "31/4/2015"] {
            assert!(flagged.contains(&place), "{place} of {flagged:?}");
        }
        // A number without letters is never taken for another.
        let read = "II. NỘI DUNG\n111. TỔ CHỨC\nngày 31/4/2015\n";
        assert_eq!(worker.restore_str(read).text(), read);
    }

    #[test]
    fn what_is_hardly_legible_is_less_sure() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let restored = worker.restore_str("Thuc hién cong tac dan van va 1ap k¢ xufin\n");
        let sure = |read: &str| {
            let mut all = restored.corrections().chain(restored.flags());
            all.find(|c| c.original() == read).map(|c| c.confidence())
        };
        let (known, doubtful) = (sure("tac").unwrap(), sure("xufin").unwrap());
        assert!(known > 0.97, "{known}");
        assert!(doubtful < known - 0.2, "{doubtful}");
    }

    /// A clean line is no less so for words that no profile can explain.
    #[test]
    fn english_in_clean_lists_is_no_damage() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        for line in [
            "Bánh răng (spherical roller bearing), moay ơ kèm líp (coaster braking rotor)",
            "Kìm (throttle linkage bracket), búa (coaster braking rotor), mỏ lết moay ơ",
            "- Trục cam, phớt (splitter gearbox housing) và ổ trượt (coaster braking rotor)",
            "Vật tư thay thế: phớt (crankshaft thrust washer), ổ trượt (coaster braking rotor), đai ốc.",
        ] {
            assert_eq!(worker.restore_str(line).text(), line);
        }
    }

    /// Its first list begins with "a)", which alone may be a "là" that lost its l.
    #[test]
    fn a_label_that_the_next_goes_on_from_stays() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let restored = worker.restore_str(PAGE);
        let labels = |text: &str| -> String {
            let of = text.lines().filter_map(|l| Some(l.split_once(')')?.0));
            of.filter(|l| l.chars().count() < 3).collect()
        };
        assert_eq!(labels(restored.text()), "abababcdđ");
    }

    #[test]
    fn the_icelandic_letter_is_never_meant() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let restored = worker.restore_str("Quyết định số 12/QÐ-UBND của Ðảng ủy\n");
        assert_eq!(restored.text(), "Quyết định số 12/QĐ-UBND của Đảng ủy\n");
        assert_eq!(restored.corrections().count(), 2);
    }

    /// Without the part, another text or other flags come out; with it, what
    /// the part is there for.
    #[test]
    fn every_part_can_be_switched_off() {
        use vidau::Part;

        let whole = Restorer::embedded().unwrap();
        let ke_hoach = PAGE;
        let english = include_str!("../data/fixtures/english.eng.ocr.txt");
        let english: String = english.lines().take(12).map(|l| format!("{l}\n")).collect();
        let hocr = include_str!("../data/fixtures/ke-hoach.eng.hocr");
        let hocr = vidau::formats::Scan::new(hocr, vidau::formats::Format::Hocr).unwrap();
        let code = "Căn cứ Quyết định số 12/QD-UBND của huyện\n";
        for (part, document) in [
            (Part::LineProfiles, Document::from_text(ke_hoach)),
            (
                Part::Blanks,
                Document::from_text("thực hiệnhướng dẫncủa huyện\n"),
            ),
            (Part::Specks, Document::from_text(ke_hoach)),
            (Part::SignWords, Document::from_text("da hop ¢ tru s6 xa\n")),
            (Part::Rules, Document::from_text(code)),
            (Part::Case, Document::from_text(ke_hoach)),
            (Part::ForeignLines, Document::from_text(&english)),
            (
                Part::StraySigns,
                Document::from_text("thực hiện* công tác\n"),
            ),
            (
                Part::Echoes,
                Document::from_text(
                    "xay dung mo hinh \u{201c}Dan van khéo\u{201d} cua xa\n\
                     viéc lam \u{201c}Dan yafm khéo\u{201d} cua cac hé\n",
                ),
            ),
            (Part::WideContext, Document::from_text(ke_hoach)),
            (Part::SecondPass, Document::from_text(ke_hoach)),
            (Part::NgramsAbove(1), Document::from_text(ke_hoach)),
        ] {
            let reduced = Restorer::builder().without(part).embedded().unwrap();
            let outcome = |r: &Restorer| r.worker().restore(&document).to_owned();
            let (with, without) = (outcome(&whole), outcome(&reduced));
            assert!(with != without, "{part:?} does nothing");
        }
        let reduced = Restorer::builder().without(Part::EngineConfidence);
        let reduced = reduced.embedded().unwrap();
        let outcome = |r: &Restorer| r.worker().restore(hocr.document()).to_owned();
        assert!(outcome(&whole) != outcome(&reduced));
    }

    #[test]
    fn the_name_of_a_code_s_type_is_taken_as_it_was_restored() {
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let mut restore = |text: &str| worker.restore_str(text).text().to_owned();
        // "dlgn" and "D8" are nearer to other words.
        let text = "Can ctr Cong dlgn so 465-CD/DU ngay 13 thang 3 nam 1987 cua co quan\n";
        assert!(restore(text).starts_with("Căn cứ Công điện số 465-CĐ/ĐU ngày"));
        let text = "Theo D8 an so 1549/DA-HDND, cac don vi truc thuoc bao cao ket qua\n";
        assert!(restore(text).starts_with("Theo Đề án số 1549/ĐA-HĐND, các"));
        let text = "Can cu Huong dan so 15/HD-UBND ngay 13 thang 3 nam 1987\n";
        assert!(restore(text).starts_with("Căn cứ Hướng dẫn số 15/HD-UBND ngày"));
    }

    #[test]
    fn names_that_are_not_there_change_nothing() {
        let names = include_str!("../data/fixtures/ke-hoach.eng.truth.txt");
        let names = names.split_whitespace().filter(|w| w.len() > 8).take(50);
        let names: Vec<String> = names.map(|w| w.chars().rev().collect()).collect();
        let plain = Restorer::embedded().unwrap();
        let knowing = Restorer::builder().lexicon(names).embedded().unwrap();
        assert_eq!(
            knowing.worker().restore_str(PAGE).text(),
            plain.worker().restore_str(PAGE).text()
        );
    }

    #[test]
    fn corrections_lead_from_the_source_to_the_text() {
        let mut document = Document::new();
        for (word, after) in [
            ("Thuc", Break::Blank),
            ("hién", Break::Blank),
            ("cong", Break::Line),
            ("tac", Break::Blank),
            ("dan van.", Break::Paragraph),
        ] {
            document.push(word, Some(0.6), after);
        }
        let restorer = Restorer::embedded().unwrap();
        let mut worker = restorer.worker();
        let restored = worker.restore(&document);
        assert_eq!(restored.text(), "Thực hiện công\ntác dân vận.\n\n");
        let runs: Vec<usize> = restored.corrections().map(|c| c.run()).collect();
        assert_eq!(runs, [0, 1, 2, 3, 4, 4]);
        check_corrections(document.source(), &restored);
    }
}

#[test]
fn a_form_feed_within_a_line_is_kept() {
    let restorer = Restorer::embedded().unwrap();
    let mut worker = restorer.worker();
    let restored = worker.restore_str("cong tac ngRa\x0cy 5\n");
    assert!(restored.text().contains('\x0c'), "{:?}", restored.text());
}

/// A long text need not be held: in parts as long as what is decoded together
/// it comes out as in one.
#[cfg(feature = "embedded-model")]
#[test]
fn parts_of_a_text_fare_as_the_whole() {
    let restorer = Restorer::embedded().unwrap();
    let mut worker = restorer.worker();
    let lines = ["Thuc hien cong tac dan van", "cua Huyen uy ve", "viec"];
    let text: Vec<String> = (0..1000)
        .map(|i| format!("{} {i}\n", lines[i % 3]))
        .collect();
    let whole = worker.restore_str(&text.concat()).text().to_owned();
    let mut parts = String::new();
    for (i, part) in text.chunks(400).enumerate() {
        let part = part.concat();
        let document = vidau::Document::from_text(&part);
        let restored = if i == 0 {
            worker.restore(&document)
        } else {
            worker.restore_next(&document)
        };
        parts += restored.text();
    }
    assert_eq!(parts, whole);
}

/// A check that fails ends the work before the next block, and leaves nothing
/// behind in the worker.
#[cfg(feature = "embedded-model")]
#[test]
fn a_text_is_given_up_where_the_check_fails() {
    let restorer = Restorer::embedded().unwrap();
    let mut worker = restorer.worker();
    let long = "Thuc hien cong tac dan van\n".repeat(1000);
    let long = vidau::Document::from_text(&long);
    let mut give_up_after = |most: usize| {
        let mut asked = 0;
        let mut check = || {
            asked += 1;
            if asked > most { Err("late") } else { Ok(()) }
        };
        let restored = worker.restore_checked(&long, &mut check);
        (restored.map(|r| r.text().to_owned()), asked)
    };
    assert_eq!(give_up_after(0), (Err("late"), 1));
    assert_eq!(give_up_after(2), (Err("late"), 3));
    let (whole, asked) = give_up_after(9);
    assert_eq!(asked, 3, "400, 400, and 200 lines");
    assert_eq!(
        whole.unwrap(),
        restorer.worker().restore(&long).text(),
        "what was given up before does not matter"
    );
}
