//! Opens damaged models: bytes as they come, and a sound model with a few
//! changes whose checksums were set right again. What opens restores a line.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use vidau::RestorerBuilder;
use vidau::model::Manifest;
use vidau::model::container::{Container, Tag, write_container};

static SECTIONS: LazyLock<Vec<(Tag, Vec<u8>)>> = LazyLock::new(|| {
    let container = Container::open("model", vidau_fuzz::model().into()).expect("a model");
    let section = |(tag, _)| (tag, container.section(tag).expect("a section").to_vec());
    container.sections().map(section).collect()
});

const LINE: &str = "Thuc hién s6 61 quan,don\n";

fuzz_target!(|data: &[u8]| {
    let Some((&kind, data)) = data.split_first() else {
        return;
    };
    if kind == 0 {
        open(data.to_vec());
        return;
    }
    let mut sections = SECTIONS.clone();
    if kind == 1 {
        // One section made of nothing but input.
        let Some((&which, data)) = data.split_first() else {
            return;
        };
        let which = usize::from(which) % sections.len();
        sections[which].1 = data.to_vec();
    } else {
        for change in data.chunks_exact(6) {
            let which = usize::from(change[0]) % sections.len();
            let bytes = &mut sections[which].1;
            let at = u32::from_le_bytes([change[1], change[2], change[3], 0]) as usize;
            if bytes.is_empty() {
                continue;
            }
            // Ends are where headers and automata have their addresses.
            let at = match change[4] & 3 {
                0 => at.min(bytes.len() - 1),
                1 => bytes.len() - 1 - at % 64.min(bytes.len()),
                _ => at % bytes.len(),
            };
            match change[4] >> 2 {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, change[5]),
                2 => drop(bytes.remove(at)),
                3 => bytes[at] = bytes[at].wrapping_add(change[5]),
                _ => bytes[at] = change[5],
            }
        }
    }
    open(write_container(&sections));
});

fn open(bytes: Vec<u8>) {
    let container = Container::open("model", bytes.clone().into());
    if let Ok(container) = &container {
        let _ = Manifest::of(container);
        let _ = container.verify();
    }
    if let Ok(restorer) = RestorerBuilder::new().open_bytes(bytes) {
        let mut worker = restorer.worker();
        let text = worker.restore_str(LINE).text();
        assert_eq!(text.lines().count(), 1);
    }
}
