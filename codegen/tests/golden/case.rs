//! A golden case: the folder `tests/<stage>/<case>/` holds the input beside what must come out,
//! `expected.json` or `expected-error.txt`.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use zenml_codegen::Result;

/// One test per folder, named after it; `$check` gets the folder.
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

    pub fn has(&self, file: &str) -> bool {
        self.0.join(file).exists()
    }

    /// Compares with `expected.json`, or with `expected-error.txt` if the case is to be refused.
    pub fn check(&self, outcome: Result<Value>) {
        match outcome {
            Ok(value) => self.check_text("expected.json", &value),
            Err(error) => assert_eq!(format!("{error}\n"), self.text("expected-error.txt")),
        }
    }

    /// Compares as text, so that the order of keys counts.
    pub fn check_text(&self, file: &str, value: &Value) {
        assert_eq!(
            zenml_codegen::canonical::to_text(value),
            self.text(file),
            "differs from {}",
            self.0.join(file).display(),
        );
    }
}
