use crate::support::{Folder, STRIPPED, TRUTH};

/// A corpus, pages read by two engines, and the commands that make a model
/// of them.
fn train(dir: &Folder) {
    dir.put("corpus.txt", TRUTH.repeat(30));
    for (id, lang, read) in [("a", "eng", STRIPPED), ("b", "vie", TRUTH)] {
        dir.put(&format!("pages/{id}.truth.txt"), TRUTH);
        dir.put(&format!("pages/{id}.ocr.txt"), read);
        dir.put(
            &format!("pages/{id}.json"),
            format!("{{\"lang\": \"{lang}\"}}"),
        );
    }
    for command in [
        "train lm --source little=1=corpus.txt --least-count 2 --order 3 --size 1MB \
         --arpa lm.arpa -o lm.part",
        "train channel --pages pages --tsv channel.tsv -o channel.part",
        "train context --lm lm.part --text lm.part=corpus.txt --every 1 -o context.part",
        "train model --lm lm.part --channel channel.part --context context.part --name little -o little.vidau",
    ] {
        let args: Vec<&str> = command.split_whitespace().collect();
        let run = dir.run(&args).expect(0);
        assert_eq!(run.text(), "", "{command}");
    }
}

#[test]
fn a_model_trained_on_a_text_restores_it() {
    let dir = Folder::new();
    train(&dir);
    let args = ["restore", "--model", "little.vidau"];
    assert_eq!(
        dir.run_with(&args, STRIPPED.as_bytes()).expect(0).text(),
        TRUTH
    );

    let info = dir.run(&["model", "info", "little.vidau"]).expect(0).text();
    for part in [
        "\"name\": \"little\"",
        "corpus.txt",
        "pages: 2 texts",
        "\"order\": 3",
    ] {
        assert!(info.contains(part), "{part} is not in {info}");
    }
    assert!(
        dir.get("lm.arpa").starts_with(b"\n\\data\\")
            || dir.get("lm.arpa").starts_with(b"\\data\\")
    );
    assert!(!dir.get("channel.tsv").is_empty());
}

#[test]
fn a_wide_context_of_other_words_is_refused() {
    let dir = Folder::new();
    train(&dir);
    dir.put("other.txt", TRUTH.replace("công", "sông").repeat(30));
    let other = "train lm --source other=1=other.txt --least-count 2 --size 1MB -o other.part";
    dir.run(&other.split(' ').collect::<Vec<_>>()).expect(0);
    for context in ["context.part", "little.vidau", "channel.part"] {
        let args = [
            "train",
            "model",
            "--lm",
            "other.part",
            "--channel",
            "channel.part",
        ];
        let args = [&args[..], &["--context", context, "-o", "model"]].concat();
        let error = "learnt for the words of another language model";
        dir.run(&args).expect_error(2, &[context, error]);
        assert!(!dir.names().contains(&"model".to_owned()));
    }
}

#[test]
fn confidence_is_learnt_from_folds() {
    let dir = Folder::new();
    train(&dir);
    let pages = "little.vidau=pages";
    dir.run(&[
        "train",
        "confidence",
        "--pages",
        pages,
        "--pages",
        pages,
        "--trees",
        "3",
        "-o",
        "sure",
    ])
    .expect(0);
    let parts = "--lm little.vidau --channel little.vidau --confidence sure -o surer.vidau";
    let args = ["train", "model"].into_iter().chain(parts.split(' '));
    dir.run(&args.collect::<Vec<_>>()).expect(0);
    let info = dir.run(&["model", "info", "surer.vidau"]).expect(0).text();
    for part in ["\"confidence_texts\": \"4\"", "\"confidence_trees\": \"3\""] {
        assert!(info.contains(part), "{part} is not in {info}");
    }

    let args = ["train", "confidence", "--pages", "pages", "-o", "sure"];
    dir.run(&args)
        .expect_error(2, &["--pages pages: expected MODEL=PATH"]);
}

#[test]
fn training_twice_gives_the_same_bytes() {
    let (one, two) = (Folder::new(), Folder::new());
    train(&one);
    train(&two);
    assert!(one.get("little.vidau") == two.get("little.vidau"));
}

#[test]
fn what_cannot_be_learnt_from_is_said() {
    let dir = Folder::new();
    dir.put("corpus.txt", TRUTH);
    let lm = |source: &str, size: &str| {
        dir.run(&[
            "train", "lm", "--source", source, "--size", size, "-o", "lm.part",
        ])
    };
    lm("corpus.txt", "1MB").expect_error(2, &["corpus.txt", "NAME=WEIGHT=FILE"]);
    lm("a=1=corpus.txt", "much").expect_error(2, &["--size much"]);
    let run = lm("a=1=missing.txt", "1MB").expect(2);
    assert!(run.stderr().contains("missing.txt"), "{}", run.stderr());
    dir.run(&[
        "train",
        "context",
        "--lm",
        "x",
        "--text",
        "corpus.txt",
        "-o",
        "c",
    ])
    .expect_error(2, &["x"]);
    dir.run(&["train", "channel", "-o", "c"])
        .expect_error(2, &["--pages"]);
    dir.run(&["train", "channel", "--pages", "nowhere", "-o", "c"])
        .expect_error(2, &["nowhere"]);
    assert_eq!(dir.names(), ["corpus.txt"]);
}
