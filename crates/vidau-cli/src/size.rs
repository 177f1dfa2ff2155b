//! Sizes as people write them.

use anyhow::Context;

/// Bytes, with kB, MB, KiB or MiB or without.
pub(crate) fn parse(option: &str, text: &str) -> anyhow::Result<usize> {
    let units = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("kB", 1000),
        ("MB", 1_000_000),
        ("", 1),
    ];
    let with_unit = |(unit, factor): (&str, usize)| {
        let number: f64 = text.strip_suffix(unit)?.trim().parse().ok()?;
        (number >= 1.0).then_some((number * factor as f64) as usize)
    };
    let size = units.into_iter().find_map(with_unit);
    size.with_context(|| format!("{option} {text}: expected a size like 31MB or 800kB"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(parse("--size", "31MB").unwrap(), 31_000_000);
        assert_eq!(parse("--size", "1.5 MiB").unwrap(), 1_572_864);
        assert_eq!(parse("--size", "1024").unwrap(), 1024);
        for wrong in ["", "MB", "-1MB", "31 GiB?"] {
            assert!(parse("--size", wrong).is_err(), "{wrong}");
        }
    }
}
