//! Credentials that are dropped leave no copy behind in this process's memory.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic"
)]

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

use zenml::{
    Credentials, CredentialsProvider, ProvidedCredentials, RetryPolicy, Secret, WorkspaceClient,
};

/// What is looked for, but for one in each byte: what looks for it must not find itself.
const HIDDEN: &[u8; 48] = b"ZGHEXVHRXPXFZQXLNSDMZSNQXHRXZXRDBQDSXNEXSGHRXOQN";

/// A new copy of the secret. Whoever frees memory writes into its beginning, so that what is looked
/// for is its end.
fn secret() -> String {
    let beginning = std::iter::repeat_n(b'-', HIDDEN.len());
    let end = HIDDEN.iter().map(|byte| std::hint::black_box(byte + 1));
    let bytes: Vec<u8> = beginning.chain(end).collect();
    String::from_utf8(bytes).unwrap()
}

/// How often the secret is in the memory that this process can write to.
fn copies() -> usize {
    let memory = File::open("/proc/self/mem").unwrap();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut bytes = vec![0; 1 << 20];
    let own = bytes.as_ptr_range();
    let own = own.start.addr() as u64..own.end.addr() as u64;
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [mut at, to] = [from, to].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        while at < to {
            let length = bytes.len().min((to - at) as usize);
            // What is not there, or belongs to the kernel, cannot be read.
            let Ok(read) = memory.read_at(&mut bytes[..length], at) else {
                break;
            };
            let windows = bytes[..read].windows(HIDDEN.len()).enumerate();
            found += windows
                .filter(|(offset, window)| is_it(window) && !own.contains(&(at + *offset as u64)))
                .count();
            // The secret may lie across two pieces.
            let is_last = at + read as u64 >= to;
            at += match is_last {
                true => read,
                false => read - (HIDDEN.len() - 1),
            } as u64;
        }
    }
    found
}

fn is_it(window: &[u8]) -> bool {
    // The first one alone decides about nearly all.
    window[0] == HIDDEN[0] + 1
        && window
            .iter()
            .zip(HIDDEN)
            .all(|(byte, hidden)| *byte == hidden + 1)
}

struct Vault(Secret);

impl CredentialsProvider for Vault {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async { Ok(Credentials::api_token(self.0.clone())) })
    }
}

#[test]
fn dropped_credentials_are_nowhere_in_memory() {
    let kinds: [fn() -> Credentials; 4] = [
        || Credentials::api_token(secret()),
        || Credentials::api_key(secret()),
        || Credentials::password("default", secret()),
        || Credentials::provider(Vault(secret().into())),
    ];
    for credentials in kinds {
        let credentials = credentials();
        let shown = format!("{credentials:?}");
        // At once: what is freed may be overwritten by chance.
        assert_eq!(copies(), 1, "{shown}");
        let builder = WorkspaceClient::builder("http://localhost")
            .credentials(credentials.clone())
            .retry(RetryPolicy::never());
        let client = builder.build().unwrap();
        drop((credentials, client));
        assert_eq!(copies(), 0, "{shown}");
    }
    // What is merely freed is found.
    drop(secret());
    assert_ne!(copies(), 0);
}
