use vidau::model::container::write_container;

use crate::support::Folder;

fn model() -> Vec<u8> {
    write_container(&[
        (*b"MANI", br#"{"name": "little", "order": 3}"#.to_vec()),
        (*b"DATA", vec![7; 1000]),
    ])
}

#[test]
fn info_lists_sections_and_manifest() {
    let dir = Folder::new();
    dir.put("m.vdm", model());
    let text = dir.run(&["model", "info", "m.vdm"]).expect(0).text();
    assert!(text.contains("DATA") && text.contains("1,000"), "{text}");
    assert!(text.contains("\"name\": \"little\""), "{text}");
    dir.run(&["model", "verify", "m.vdm"]).expect(0);
}

#[test]
fn a_damaged_model_is_refused_everywhere() {
    let dir = Folder::new();
    let whole = model();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    dir.put("page.txt", "12\n");
    dir.put("m.vdm", "12");
    for (bytes, problem) in [
        (&b""[..], "an empty file"),
        (b"no model at all", "not a vidau model"),
        (&whole[..20], "header"),
        (&whole[..whole.len() - 1], "DATA"),
        (&flipped, "checksum"),
    ] {
        dir.put("m.vdm", bytes);
        dir.run(&["model", "verify", "m.vdm"])
            .expect_error(2, &["m.vdm", problem]);
        let run = dir
            .run(&["restore", "--model", "m.vdm", "page.txt"])
            .expect_error(2, &["m.vdm", problem]);
        assert_eq!(run.stdout(), b"");
    }
    dir.run(&["restore", "--model", "missing.vdm", "page.txt"])
        .expect_error(2, &["missing.vdm"]);
}
