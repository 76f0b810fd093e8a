//! No document makes the generator panic or report a bug of its own: thousands of mutated ones are
//! generated or refused.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::{env, fs, thread};

use serde_json::{Value, json};
use zenml_codegen::availability::{Availability, apply};
use zenml_codegen::render::{Options, mock, render};
use zenml_codegen::{Error, SpecSource, generate, public_api};

const DOCUMENTS: u64 = 10_000;

/// Generates from `DOCUMENTS` documents, each mutated by a seed of its own. `MUTATION_SEED` in the
/// environment runs one seed only.
#[test]
fn a_mutated_document_is_generated_or_refused_without_a_panic() {
    let inputs = inputs();
    let one = env::var("MUTATION_SEED").ok();
    let seeds: Vec<u64> = match one {
        Some(seed) => vec![seed.parse().unwrap()],
        None => (0..DOCUMENTS).collect(),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let chunk = seeds.len().div_ceil(threads);
    let (mut generated, mut panicked) = (0, Vec::new());
    thread::scope(|scope| {
        let runs: Vec<_> = seeds
            .chunks(chunk)
            .map(|seeds| scope.spawn(|| run(seeds, &inputs)))
            .collect();
        for run in runs {
            let (successes, panics) = run.join().unwrap();
            generated += successes;
            panicked.extend(panics);
        }
    });
    assert!(
        panicked.is_empty(),
        "the seeds {panicked:?} panic; run one with MUTATION_SEED=…"
    );
    // Documents that are all refused early would prove nothing about the later stages.
    assert!(
        seeds.len() == 1 || generated > seeds.len() / 4,
        "only {generated} generated"
    );
}

/// Returns how many seeds were generated from, and which panicked.
fn run(seeds: &[u64], inputs: &Inputs) -> (usize, Vec<u64>) {
    let (mut generated, mut panicked) = (0, Vec::new());
    for &seed in seeds {
        let document = mutated(seed, inputs);
        match catch_unwind(AssertUnwindSafe(|| {
            apply_availability(&document, inputs);
            is_generated(&document)
        })) {
            Ok(true) => generated += 1,
            Ok(false) => {}
            Err(_) => panicked.push(seed),
        }
    }
    (generated, panicked)
}

fn apply_availability(document: &Value, inputs: &Inputs) {
    for availability in &inputs.availability {
        let mut document = document.clone();
        apply(&mut document, availability, SpecSource::External).unwrap();
    }
}

fn is_generated(document: &Value) -> bool {
    let options = Options {
        client: "WorkspaceClient",
        variable: "client",
        deduplicates_post: true,
        inferred_feature: "pro-inferred",
    };
    let api = match generate(&document.to_string(), None, &[], SpecSource::External) {
        Ok(api) => api,
        Err(error) => {
            assert_names_a_construct(&error);
            return false;
        }
    };
    let reasons = api.left_out.iter().map(|left_out| &left_out.reason);
    reasons.for_each(assert_names_a_construct);
    public_api::listings(&api);
    syn::parse_file(&mock(&api, options)).unwrap();
    !render(&api, options).is_empty()
}

/// Asserts that a refusal is about the document: a stage that accepts what a later one rejects reports
/// a bug.
fn assert_names_a_construct(error: &Error) {
    assert!(!error.hint.contains("this is a bug"), "{error}");
}

/// The documents of the golden cases that are not refused, and all values in them.
struct Inputs {
    documents: Vec<Value>,
    parts: Vec<Value>,
    availability: Vec<Availability>,
}

fn inputs() -> Inputs {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files_named = |name: &str| -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = Vec::new();
        for stage in [
            "availability",
            "external",
            "lower",
            "model",
            "public_api",
            "render",
        ] {
            let cases = fs::read_dir(tests.join(stage)).unwrap();
            files.extend(cases.map(|case| case.unwrap().path().join(name)));
        }
        files.retain(|file| !file.to_string_lossy().contains("refuses_") && file.exists());
        files.sort();
        files
    };
    let mut files = files_named("input.json");
    files.extend(files_named("external.json"));
    let read = |file: &PathBuf| serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let documents: Vec<Value> = files.iter().map(read).collect();
    let parts_of = |document: &Value| -> Vec<Value> {
        let places = pointers(document).into_iter();
        places
            .filter_map(|place| document.pointer(&place).cloned())
            .collect()
    };
    Inputs {
        parts: documents.iter().flat_map(parts_of).collect(),
        documents,
        availability: files_named("availability.json")
            .iter()
            .map(|file| Availability::read(&fs::read_to_string(file).unwrap()).unwrap())
            .collect(),
    }
}

/// Returns one of the documents with one to three places changed, to a part of another one or to a
/// scalar.
fn mutated(seed: u64, inputs: &Inputs) -> Value {
    let mut random = Random(seed);
    let mut document = random.one_of(&inputs.documents).clone();
    for _ in 0..=random.below(3) {
        let graft = random.one_of(&inputs.parts);
        let place = random.one_of(&pointers(&document)).clone();
        if let Some(value) = document.pointer_mut(&place) {
            mutate(value, graft, &mut random);
        }
    }
    document
}

fn mutate(value: &mut Value, graft: &Value, random: &mut Random) {
    let kind = random.below(4);
    match value {
        Value::Object(object) if kind == 0 => {
            let keys: Vec<String> = object.keys().cloned().collect();
            if !keys.is_empty() {
                object.remove(random.one_of(&keys));
            }
        }
        Value::Object(object) if kind == 1 => {
            object.insert((*random.one_of(KEYS)).to_owned(), graft.clone());
        }
        Value::Array(list) if kind == 0 => drop(list.pop()),
        Value::Array(list) if kind == 1 => list.push(graft.clone()),
        value if kind == 2 => *value = graft.clone(),
        value => *value = random.scalar(),
    }
}

/// Returns the JSON pointers of all values in a document.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object
            .iter()
            .map(|(key, child)| (key.clone(), child))
            .collect(),
        Value::Array(list) => (0..).map(|i: usize| i.to_string()).zip(list).collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        let key = zenml_codegen::pointer::escape(&key);
        found.extend(
            pointers(child)
                .into_iter()
                .map(|rest| format!("/{key}{rest}")),
        );
    }
    found
}

const KEYS: &[&str] = &[
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "description",
    "discriminator",
    "enum",
    "format",
    "items",
    "oneOf",
    "parameters",
    "patternProperties",
    "prefixItems",
    "properties",
    "requestBody",
    "required",
    "schema",
    "tags",
    "type",
    "/{a}",
    "",
    "Self",
    "a b",
    "ß",
    "²",
    "type name",
    "200",
    "x-discriminator",
    "x-secret",
];

const TEXTS: &[&str] = &[
    "",
    "#/components/schemas/Thing",
    "#/components/schemas/Nowhere",
    "array",
    "boolean",
    "date-time",
    "header",
    "integer",
    "null",
    "number",
    "object",
    "password",
    "path",
    "query",
    "string",
    "uint64",
    "uuid",
    "Self",
    "fn",
    "\"#",
    "é²",
    "a/{b",
    "🦀",
    "*/",
    "\n",
];

/// Pseudo-random numbers (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        list.get(self.below(list.len())).unwrap()
    }

    fn scalar(&mut self) -> Value {
        match self.below(6) {
            0 => Value::Null,
            1 => json!(self.below(2) == 0),
            2 => json!(self.below(1000)),
            3 => json!({}),
            _ => json!(self.one_of(TEXTS)),
        }
    }
}
