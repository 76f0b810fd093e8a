//! Opens golden cases: a folder `tests/<stage>/<case>/` holds the input and the expected output.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

/// Declares one test per folder, named after it. `$check` gets the folder.
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

    /// Compares with a file. With `UPDATE_GOLDEN=1` in the environment, it writes the file instead.
    pub fn check_file(&self, file: &str, actual: &str) {
        let path = self.0.join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, actual).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        assert_eq!(actual, self.text(file), "differs from {}", path.display());
    }
}
