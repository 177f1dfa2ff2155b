use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Folder, STRIPPED, TRUTH};

fn filter(args: &[&str], input: &[u8]) -> Vec<Value> {
    let dir = Folder::new();
    let run = dir.run_with(&[&["jsonl"], args].concat(), input).expect(0);
    assert_eq!(run.stderr(), "");
    let text = run.text();
    assert!(text.is_empty() || text.ends_with('\n'));
    let parse = |l| serde_json::from_str(l).expect("JSON");
    text.lines().map(parse).collect()
}

#[test]
fn one_record_comes_out_for_each_that_goes_in() {
    let records = [
        json!({"id": 1, "text": STRIPPED, "box": [1.50, {"a": null}]}).to_string(),
        json!({"id": {"fonds": "x"}, "text": TRUTH}).to_string(),
        "not JSON".to_owned(),
        String::new(),
        json!({"id": "both", "text": "a", "hocr": "b"}).to_string(),
        json!({"id": "none"}).to_string(),
        json!({"id": "number", "text": 7}).to_string(),
        json!(["id", "text"]).to_string(),
        r#"{"id":18446744073709551617,"text":"cong tac"}"#.to_owned(),
        json!({"text": ""}).to_string(),
    ];
    let mut input = records.join("\n").into_bytes();
    input.extend(b"\n{\"id\": \"bytes\", \"text\": \"\xff\"}\n");
    let out = filter(&[], &input);
    assert_eq!(out.len(), 11);
    assert!(out.iter().all(|r| r["schema"] == "vidau.jsonl/1"));
    assert_eq!(out[0]["text"], TRUTH);
    assert_eq!(
        (&out[0]["id"], &out[0]["box"]),
        (&json!(1), &json!([1.5, {"a": null}]))
    );
    assert!(out[0]["changes"].as_u64() > Some(20) && out[0]["advice"] == "read-with-vietnamese");
    assert_eq!(
        (&out[1]["text"], &out[1]["changes"]),
        (&json!(TRUTH), &json!(0))
    );
    assert_eq!(out[1]["id"], json!({"fonds": "x"}));
    for (i, id, why) in [
        (2, json!(null), "no JSON object"),
        (3, json!(null), "no JSON object"),
        (4, json!("both"), "only one"),
        (5, json!("none"), "is expected"),
        (6, json!("number"), "no string"),
        (7, json!(null), "no JSON object"),
        (10, json!(null), "not UTF-8 at byte 25"),
    ] {
        assert_eq!(out[i]["id"], id);
        let error = out[i]["error"].as_str().unwrap_or_default();
        assert!(error.contains(why), "{error}");
        assert_eq!(out[i]["text"], Value::Null);
    }
    assert_eq!(out[9]["text"], "");
    assert_eq!(filter(&["-j", "3"], &input), out);
}

#[test]
fn an_id_comes_out_as_it_was_written() {
    let dir = Folder::new();
    let input = r#"{"text":"1","id":18446744073709551617.000}"#;
    let run = dir.run_with(&["jsonl"], input.as_bytes()).expect(0);
    assert!(
        run.text().contains("\"id\":18446744073709551617.000,"),
        "{}",
        run.text()
    );
}

#[test]
fn a_record_too_large_is_an_error_and_the_next_is_done() {
    let large = "cong tac ".repeat(2000);
    let input = format!(
        "{{\"id\":7,\"text\":\"{large}\"}}\n{}\n{}",
        json!({"id": 8, "text": "cong tac dan van"}),
        json!({"text": large}),
    );
    let out = filter(&["--max-record", "10kB"], input.as_bytes());
    assert_eq!(out.len(), 3);
    assert_eq!(out[0]["id"], 7);
    assert!(
        out[0]["error"]
            .as_str()
            .is_some_and(|e| e.contains("--max-record"))
    );
    assert_eq!(out[1]["text"], "công tác dân vận");
    assert_eq!(out[2]["id"], Value::Null);
}

#[test]
fn each_answer_comes_before_the_next_record() {
    for jobs in ["1", "2"] {
        let dir = Folder::new();
        let mut command = dir.command(["jsonl", "-j", jobs]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        let mut stdin = child.stdin.take().expect("stdin");
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout"));
        for id in 0..3 {
            writeln!(stdin, "{}", json!({"id": id, "text": "dan van"})).expect("it reads");
            let mut line = String::new();
            stdout.read_line(&mut line).expect("it answers");
            let answer: Value = serde_json::from_str(&line).expect("JSON");
            assert_eq!(answer["id"], id);
        }
        drop(stdin);
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }
}

#[test]
fn the_ledger_leads_back() {
    let input = json!({"id": 1, "text": STRIPPED}).to_string();
    let out = &filter(&["--ledger"], input.as_bytes())[0];
    let output = out["text"].as_str().expect("a text");
    let (mut back, mut at) = (String::new(), 0);
    for row in out["ledger"]["changes"].as_array().expect("rows") {
        let gap = row[0].as_u64().expect("a gap") as usize;
        let text = |i: usize| row[i].as_str().expect("a text");
        back += &output[at..at + gap];
        back += text(1);
        at += gap + text(2).len();
    }
    back += &output[at..];
    assert_eq!(back, STRIPPED);
    let hash = blake3::hash(STRIPPED.as_bytes()).to_hex();
    assert_eq!(out["ledger"]["input"], hash.as_str());
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let dir = Folder::new();
    let record = json!({"id": 1, "text": "dan van"}).to_string() + "\n";
    for jobs in ["1", "2"] {
        let mut command = dir.command(["jsonl", "-j", jobs]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program runs");
        drop(child.stdout.take());
        let mut stdin = child.stdin.take().expect("stdin");
        let records = record.repeat(100);
        let _ = stdin.write_all(records.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0));
        assert!(output.stderr.is_empty());
    }
}
