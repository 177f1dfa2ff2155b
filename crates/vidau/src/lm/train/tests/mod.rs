//! The estimator against its definition and against KenLM; the written model
//! against the one in memory.

mod reference;

use std::collections::HashMap;
use std::path::PathBuf;

use super::count::count;
use super::kneser_ney::{self, Smoothing};
use super::model::BackoffModel;
use super::prune::{self, Criterion};
use super::{Options, Source, Trained, train};
use crate::lm::{BOS, EOS, LmState, NgramModel, UNKNOWN};
use crate::model::container::{Container, write_container};
use crate::{Error, NAT};
use reference::Reference;

const SAMPLE: &str = include_str!("sample.txt");

/// Lines of words between blanks as ids; all ids from 3 on are words.
fn lines(text: &str) -> (Vec<Vec<u16>>, Vec<String>) {
    let mut words: Vec<String> = ["<unk>", "<s>", "</s>"].map(String::from).to_vec();
    let mut ids: HashMap<String, u16> = HashMap::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut line_ids = vec![BOS];
        for word in line.split_whitespace() {
            line_ids.push(*ids.entry(word.to_owned()).or_insert_with(|| {
                words.push(word.to_owned());
                words.len() as u16 - 1
            }));
        }
        line_ids.push(EOS);
        lines.push(line_ids);
    }
    (lines, words)
}

fn plain(lines: &[Vec<u16>], order: usize, words: usize) -> BackoffModel {
    weighted(&[lines.concat()], &[1.0], order, words)
}

fn weighted(streams: &[Vec<u16>], weights: &[f64], order: usize, words: usize) -> BackoffModel {
    let counts = match order {
        5 => count::<u128>(streams, order, words),
        _ => count::<u64>(streams, order, words),
    };
    let smoothing = Smoothing {
        weights,
        cutoffs: &[],
        continuation: true,
        kept: None,
    };
    kneser_ney::estimate(&counts, &smoothing).model
}

/// Compares with KenLM: `VIDAU_ORACLE` names a folder with `corpus.txt` and
/// `order4.arpa`, made by `lmplz -o 4 --discount_fallback`.
#[test]
fn equals_kenlm() {
    let Some(folder) = std::env::var_os("VIDAU_ORACLE").map(PathBuf::from) else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("corpus.txt")).unwrap();
    let arpa = std::fs::read_to_string(folder.join("order4.arpa")).unwrap();
    let (lines, words) = lines(&text);
    let model = plain(&lines, 4, words.len());
    let mut ours: HashMap<String, (f32, f32)> = HashMap::new();
    for (n, level) in model.levels.iter().enumerate() {
        for i in 0..level.len() {
            let ids = model.words(n + 1, i);
            let key: Vec<&str> = ids.iter().map(|&id| &*words[usize::from(id)]).collect();
            let backoff = level.backoff.get(i).map_or(0.0, |b| b.log10());
            ours.insert(key.join(" "), (level.p[i].log10(), backoff));
        }
    }
    let (mut seen, mut worst) = (0, 0.0f32);
    for line in arpa.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [p, key, ref rest @ ..] = fields[..] else {
            continue;
        };
        let (our_p, our_backoff) = ours[key];
        let backoff = rest.first().map_or(0.0, |b| b.parse().unwrap());
        worst = worst.max((our_p - p.parse::<f32>().unwrap()).abs());
        worst = worst.max((our_backoff - backoff).abs());
        seen += 1;
    }
    assert_eq!(seen, ours.len());
    assert!(worst < 1e-4, "largest difference {worst}");
}

#[test]
fn equals_the_definition_at_every_order() {
    let (lines, words) = lines(SAMPLE);
    for order in 2..=5 {
        let model = plain(&lines, order, words.len());
        let reference = Reference::new(&lines, order, words.len());
        for (n, level) in model.levels.iter().enumerate() {
            for i in 0..level.len() {
                let gram = model.words(n + 1, i);
                if gram != [BOS] {
                    let expected = reference.p(&gram);
                    let difference = (f64::from(level.p[i]) / expected).log10();
                    assert!(difference.abs() < 1e-5, "p{gram:?} is not {expected}");
                }
                if let Some(&backoff) = level.backoff.get(i) {
                    let expected = reference.backoff(&gram);
                    let difference = f64::from(backoff) - expected;
                    assert!(
                        difference.abs() < 1e-6,
                        "after {gram:?}: {backoff}, not {expected}, order {order}"
                    );
                }
            }
            if n > 0 {
                assert_eq!(level.len(), reference.ngrams(n + 1).count());
            }
        }
    }
}

/// Of the words n1 = 3, n2 = 1, n3 = 0: too few, discounts 0.5, 1, 1.5.
/// Of the pairs n1 = 2, n2 = 2, n3 = 1, n4 = 0: y = 2 / (2 + 4), discounts
/// 1 - 2y = 1/3, 2 - 3y/2 = 3/2, 3.
#[test]
fn small_case_by_hand() {
    let (lines, words) = lines("a b\na b\na c");
    let model = plain(&lines, 2, words.len());
    let p = |n: usize, gram: &[&str]| {
        let id = |w: &&str| words.iter().position(|x| x == w).unwrap() as u16;
        let gram: Vec<u16> = gram.iter().map(id).collect();
        let level = &model.levels[n - 1];
        let at = (0..level.len())
            .find(|&i| model.words(n, i) == gram)
            .unwrap();
        f64::from(level.p[at])
    };
    // Words to the left: a 1 (<s>), b 1 (a), c 1 (a), </s> 2 (b, c); 5 in all.
    // Left over: (0.5 * 3 + 1) / 5 = 0.5, shared by <unk>, </s>, a, b, c.
    assert!((p(1, &["a"]) - (0.5 / 5.0 + 0.1)).abs() < 1e-6);
    assert!((p(1, &["</s>"]) - (1.0 / 5.0 + 0.1)).abs() < 1e-6);
    assert!((p(1, &["<unk>"]) - 0.1).abs() < 1e-6);
    // After a: b twice, c once; left over (3/2 + 1/3) / 3 = 11/18.
    assert!((p(2, &["a", "b"]) - (0.5 / 3.0 + 11.0 / 18.0 * 0.2)).abs() < 1e-6);
    assert!((p(2, &["a", "c"]) - (2.0 / 9.0 + 11.0 / 18.0 * 0.2)).abs() < 1e-6);
    // After <s>: a three times, all of it left over.
    assert!((p(2, &["<s>", "a"]) - 0.2).abs() < 1e-6);
}

/// All probabilities of the words after `context`, by the model's own rules.
fn distribution(model: &BackoffModel, context: &[u16]) -> Vec<f64> {
    let Some((_, shorter)) = context.split_first() else {
        let p = model.levels[0].p.iter().map(|&p| f64::from(p));
        return p
            .enumerate()
            .map(|(i, p)| if i == usize::from(BOS) { 0.0 } else { p })
            .collect();
    };
    let mut p = distribution(model, shorter);
    let n = context.len();
    let lower = &model.levels[n - 1];
    let Some(at) = (0..lower.len()).find(|&i| model.words(n, i) == context) else {
        return p;
    };
    let backoff = lower.backoff.get(at).map_or(1.0, |&b| f64::from(b));
    p.iter_mut().for_each(|p| *p *= backoff);
    let level = &model.levels[n];
    for i in (0..level.len()).filter(|&i| level.context[i] as usize == at) {
        p[usize::from(level.word[i])] = level.p[i].into();
    }
    p
}

fn assert_normalised(model: &BackoffModel) {
    for n in 0..model.levels.len() - 1 {
        for i in (0..model.levels[n].len()).step_by(7) {
            let context = model.words(n + 1, i);
            let sum: f64 = distribution(model, &context).iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "after {context:?}: {sum}");
        }
    }
}

#[test]
fn probabilities_sum_to_one_weighted_and_pruned() {
    let (lines, words) = lines(SAMPLE);
    let streams = [lines[..40].concat(), lines[40..].concat()];
    let model = weighted(&streams, &[1.0, 0.25], 4, words.len());
    assert_normalised(&model);
    let classes: Vec<u32> = (0..words.len() as u32).map(|i| i / 3).collect();
    for within_class in [0.0, 0.5] {
        let criterion = Criterion {
            classes: &classes,
            within_class,
        };
        let losses = prune::losses(&model, criterion);
        for n in [200, 20, 0] {
            let pruned = prune::prune(&model, &losses, prune::threshold(&losses, n));
            let kept: usize = pruned.levels[1..]
                .iter()
                .map(super::model::Level::len)
                .sum();
            assert!(kept.abs_diff(n) < 20, "{kept} of {n}");
            assert_normalised(&pruned);
        }
    }
}

#[test]
fn a_source_of_half_weight_counts_half() {
    let (lines, words) = lines("a b\na b\na c\na c");
    let streams = [lines[..2].concat(), lines[2..].concat()];
    let model = weighted(&streams, &[1.0, 0.5], 2, words.len());
    let after_a = distribution(&model, &[3]);
    // Masses 2 and 1 of equal counts; the lower orders are alike but for
    // c's single left neighbour, there with probability 3/4.
    let own = |p: f64| p * 3.0 - after_a[0] * 3.0;
    assert!(own(after_a[4]) > 1.3 * own(after_a[5]));
}

/// Trains on `text` by way of a file.
fn trained(text: &str, options: &Options) -> Trained {
    let file = tempfile(text);
    let source = Source {
        name: "sample".to_owned(),
        weight: 1.0,
        files: vec![file.clone()],
    };
    let trained = train(&[source], options, &mut |_| {}).unwrap();
    std::fs::remove_file(file).unwrap();
    trained
}

fn tempfile(text: &str) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("vidau-lm-{}-{n}.txt", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

fn options() -> Options {
    Options {
        least_count: 1.0,
        cutoffs: vec![1],
        ..Options::default()
    }
}

fn open(trained: &Trained) -> NgramModel {
    let container = Container::open("test", write_container(&trained.sections).into()).unwrap();
    container.verify().unwrap();
    NgramModel::open(&container).unwrap()
}

#[test]
fn written_model_scores_as_the_one_in_memory() {
    let trained = trained(SAMPLE, &options());
    let model = open(&trained);
    assert_eq!(model.order(), 4);
    let words = [
        "ủy",
        "ban",
        "nhân",
        "dân",
        "huyện",
        "giao",
        "con",
        "đường",
        "mới",
        "rồng",
    ];
    let ids: Vec<u16> = words.iter().map(|w| model.id(w)).collect();
    assert_eq!(ids[9], UNKNOWN);
    let mut state = model.begin();
    let mut context = vec![BOS];
    for &id in &ids {
        let (cost, next) = model.score(&state, id);
        let expected = -distribution(&trained.model, &context)[usize::from(id)].ln();
        let difference = f64::from(cost) / f64::from(NAT) - expected;
        assert!(
            difference.abs() < 0.25,
            "{id} after {context:?}: {difference} nats"
        );
        state = next;
        context.push(id);
        if context.len() > 3 {
            context.remove(0);
        }
    }
}

#[test]
fn states_without_extensions_recombine() {
    let model = open(&trained(SAMPLE, &options()));
    let walk = |words: &[&str]| {
        words
            .iter()
            .fold(model.empty(), |state, w| model.score(&state, model.id(w)).1)
    };
    assert_eq!(walk(&["rồng", "rồng", "xã"]), walk(&["phượng", "xã"]));
    assert_ne!(walk(&["trong", "xã"]), walk(&["xã"]));
    assert_ne!(model.begin(), model.empty());
    // Beyond the vocabulary counts as unknown.
    let state = LmState::default();
    assert_eq!(model.score(&state, u16::MAX), model.score(&state, UNKNOWN));
}

#[test]
fn vocabulary_comes_back() {
    let model = open(&trained(SAMPLE, &options()));
    for id in crate::lm::FIRST_WORD..model.vocab_len() as u16 {
        assert_eq!(model.id(model.word(id)), id);
    }
    assert_eq!(model.id("<num>"), UNKNOWN);
    assert_eq!(model.word(u16::MAX), "<unk>");
}

#[test]
fn names_are_capitalised_more_cheaply() {
    let text = "anh Minh hỏi chị Lan.\nchị Lan gặp anh Minh.\nhôm nay chị gặp anh.\n".repeat(20);
    let model = open(&trained(&text, &options()));
    let [lower, title, ..] = model.case_costs(model.id("lan"));
    assert!(title < lower);
    let [lower, title, ..] = model.case_costs(model.id("gặp"));
    assert!(lower < title);
}

#[test]
fn same_text_same_bytes_and_size_is_kept() {
    let whole = trained(SAMPLE, &options());
    let size = |t: &Trained| t.sections.iter().map(|s| s.1.len()).sum::<usize>();
    assert_eq!(whole.sections, trained(SAMPLE, &options()).sections);
    let wanted = size(&whole) * 3 / 4;
    let small = trained(
        SAMPLE,
        &Options {
            size: wanted,
            ..options()
        },
    );
    assert!(size(&small) <= wanted && size(&small) * 100 >= wanted * 97);
    let mut arpa = Vec::new();
    small.write_arpa(&mut arpa).unwrap();
    let arpa = String::from_utf8(arpa).unwrap();
    assert!(arpa.contains(&format!("ngram 2={}\n", small.summary.kept[1])));
    assert!(arpa.contains("\\4-grams:") && arpa.ends_with("\\end\\\n"));
}

#[test]
fn an_opened_model_is_exported_as_it_is_stored() {
    let trained = trained(SAMPLE, &options());
    let model = open(&trained);
    let mut arpa = Vec::new();
    model.write_arpa(&mut arpa).unwrap();
    let arpa = String::from_utf8(arpa).unwrap();
    let mut seen = vec![0; model.order()];
    for line in arpa.lines() {
        let Some((p, rest)) = line.split_once('\t') else {
            continue;
        };
        let words = rest.split('\t').next().unwrap().split(' ');
        // `<s>` and the like are no words, so `id` does not know them.
        let by_name = |w| (0..model.vocab_len() as u16).find(|&id| model.word(id) == w);
        let ids: Vec<u16> = words.map(|w| by_name(w).unwrap()).collect();
        seen[ids.len() - 1] += 1;
        let (before, last) = (&ids[..ids.len() - 1], ids[ids.len() - 1]);
        if last == BOS {
            continue;
        }
        let (_, state) = model.score_all(&model.empty(), before);
        let nats = -p.parse::<f64>().unwrap() * std::f64::consts::LN_10;
        let cost = (nats * f64::from(NAT)).round() as i32;
        assert_eq!(model.score(&state, last).0, cost, "{line}");
    }
    assert_eq!(seen[0], model.vocab_len());
    assert_eq!(seen[1..], trained.summary.kept[1..]);
}

#[test]
fn damaged_sections_are_errors() {
    let trained = trained(SAMPLE, &options());
    for i in 0..trained.sections.len() {
        let mut sections = trained.sections.clone();
        sections[i].1.pop();
        let bytes = write_container(&sections);
        let container = Container::open("test", bytes.into()).unwrap();
        let error = NgramModel::open(&container).unwrap_err();
        assert!(matches!(error, Error::DamagedModel { .. }), "{error}");
        sections.remove(i);
        let container = Container::open("test", write_container(&sections).into()).unwrap();
        assert!(NgramModel::open(&container).is_err());
    }
}

#[test]
fn bad_options_and_files_are_errors() {
    let source = |weight, file: &str| Source {
        name: "x".to_owned(),
        weight,
        files: vec![file.into()],
    };
    let run = |source, options: &Options| train(&[source], options, &mut |_| {}).unwrap_err();
    let order = Options {
        order: 6,
        ..options()
    };
    assert!(matches!(
        run(source(1.0, "-"), &order),
        Error::Option { .. }
    ));
    assert!(matches!(
        run(source(2.0, "-"), &options()),
        Error::Option { .. }
    ));
    let error = run(source(1.0, "/nowhere/at/all"), &options());
    assert!(error.to_string().contains("/nowhere/at/all"));
    let latin = std::env::temp_dir().join(format!("vidau-latin-{}", std::process::id()));
    std::fs::write(&latin, b"m\xf4t\n").unwrap();
    let error = run(source(1.0, latin.to_str().unwrap()), &options());
    assert!(
        matches!(error, Error::TrainingData { line: 1, .. }),
        "{error}"
    );
    std::fs::remove_file(latin).unwrap();
}

/// "x a b" comes six times, "y a b" twice. Kneser-Ney's pair "a b" counts the
/// two words to the left, of the three before "a b" and "a c"; where "x a b"
/// goes, the pair counts its six occurrences and "y": seven of eight.
#[test]
fn lower_orders_tell_what_pruned_ngrams_told() {
    let (lines, words) = lines(&("x a b\n".repeat(6) + "y a b\ny a b\ny a c"));
    let counts = count::<u64>(&[lines.concat()], 3, words.len());
    let id = |w: &str| words.iter().position(|x| x == w).unwrap() as u16;
    let all = plain(&lines, 3, words.len());
    let after_a = |model: &BackoffModel| distribution(model, &[id("a")])[usize::from(id("b"))];
    let kept: Vec<Vec<bool>> = (0..3)
        .map(|n| {
            (0..counts.levels[n].len())
                .map(|i| all.words(n + 1, i) != [id("x"), id("a"), id("b")])
                .collect()
        })
        .collect();
    let estimate = |kept| {
        let smoothing = Smoothing {
            weights: &[1.0],
            cutoffs: &[],
            continuation: true,
            kept,
        };
        kneser_ney::estimate(&counts, &smoothing).model
    };
    let (before, after) = (estimate(None), estimate(Some(&kept)));
    assert_eq!(after_a(&before), after_a(&all));
    assert!(after_a(&after) > after_a(&before) + 0.1);
    assert_normalised(&after);
}
