//! Which figures must not grow unnoticed?
//!
//! `xtask/ceilings.json` has the highest accepted value of each figure that is the same on all machines.
//! Raise a ceiling in the commit that needs it, and say why.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result, ensure};
use zenml_test_server::paths;

const FILE: &str = "xtask/ceilings.json";

/// Highest accepted values, by name.
pub struct Ceilings(BTreeMap<String, u64>);

impl Ceilings {
    /// Reads the ceilings of the checkout.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read.
    pub fn read() -> Result<Self> {
        let text = fs::read_to_string(paths::workspace().join(FILE)).context(FILE)?;
        Ok(Self(serde_json::from_str(&text).context(FILE)?))
    }

    /// Checks a figure.
    ///
    /// # Errors
    /// Returns an error if it exceeds its ceiling, or has none.
    pub fn check(&self, name: &str, value: u64) -> Result<()> {
        let ceiling = self.0.get(name);
        let ceiling = ceiling.with_context(|| format!("{FILE} has no ceiling `{name}`"))?;
        ensure!(
            value <= *ceiling,
            "{name}: {value} is more than the ceiling in {FILE}, {ceiling}"
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_above_its_ceiling_or_without_one_is_an_error() {
        let ceilings = Ceilings(BTreeMap::from([("lines".to_owned(), 10)]));
        ceilings.check("lines", 10).unwrap();
        assert!(ceilings.check("lines", 11).is_err());
        assert!(ceilings.check("words", 1).is_err());
    }
}
