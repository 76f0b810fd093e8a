//! A golden case: the folder `tests/<stage>/<case>/` contains the input and the expected output,
//! `expected.json` or `expected-error.txt`.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use zenml_codegen::{Result, SpecSource};

/// Declares one test per folder, with the folder's name. `$check` gets the folder.
macro_rules! cases {
    ($stage:literal, $check:path: $($case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $check(&crate::case::Case::open($stage, stringify!($case)));
            }
        )+
    };
}
pub(crate) use cases;

/// The folder of one case.
pub struct Case(PathBuf);

impl Case {
    pub fn open(stage: &str, case: &str) -> Self {
        let tests = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests");
        Self(tests.join(stage).join(case))
    }

    pub fn text(&self, file: &str) -> String {
        let path = self.0.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub fn json(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Returns the document and where it comes from: `external.json` is another server's.
    pub fn document(&self) -> (String, SpecSource) {
        if self.has("external.json") {
            (self.text("external.json"), SpecSource::External)
        } else {
            (self.text("input.json"), SpecSource::Committed)
        }
    }

    pub fn has(&self, file: &str) -> bool {
        self.0.join(file).exists()
    }

    /// Compares a value with `expected.json`, or an error with `expected-error.txt`.
    pub fn check(&self, outcome: Result<Value>) {
        match outcome {
            Ok(value) => self.check_text("expected.json", &value),
            Err(error) => self.check_file("expected-error.txt", &format!("{error}\n")),
        }
    }

    /// Compares as text, so that the order of keys matters.
    pub fn check_text(&self, file: &str, value: &Value) {
        self.check_file(file, &zenml_codegen::canonical::to_text(value));
    }

    /// Compares with a file. With `UPDATE_GOLDEN=1` in the environment, writes the file first, to be
    /// reviewed as a diff.
    pub fn check_file(&self, file: &str, actual: &str) {
        let path = self.0.join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        assert_eq!(actual, self.text(file), "differs from {}", path.display());
    }
}
