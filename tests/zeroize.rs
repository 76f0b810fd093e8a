//! Does dropping credentials erase every copy of them from the memory of the process?

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
};

use zenml::{
    Credentials, RetryPolicy, Secret, WorkspaceClient,
    auth::{CredentialsProvider, ProvidedCredentials},
};

/// The secret with one subtracted from each byte, so that the search does not find this constant.
const SHIFTED_SECRET: &[u8; 48] = b"ZGHEXVHRXPXFZQXLNSDMZSNQXHRXZXRDBQDSXNEXSGHRXOQN";

/// Returns a new copy of the secret after some padding, because allocators overwrite the beginning
/// of freed memory.
fn secret() -> String {
    let padding = std::iter::repeat_n(b'-', SHIFTED_SECRET.len());
    let secret = SHIFTED_SECRET
        .iter()
        .map(|byte| std::hint::black_box(byte + 1));
    let bytes: Vec<u8> = padding.chain(secret).collect();
    String::from_utf8(bytes).unwrap()
}

/// Counts the copies of the secret in the writable memory of this process.
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
            // Unmapped memory and memory of the kernel cannot be read.
            let Ok(read) = memory.read_at(&mut bytes[..length], at) else {
                break;
            };
            let windows = bytes[..read].windows(SHIFTED_SECRET.len()).enumerate();
            found += windows
                .filter(|(offset, window)| {
                    is_secret(window) && !own.contains(&(at + *offset as u64))
                })
                .count();
            // A copy may cross the boundary between two reads.
            let is_last = at + read as u64 >= to;
            let overlap = if is_last { 0 } else { SHIFTED_SECRET.len() - 1 };
            at += (read - overlap) as u64;
        }
    }
    found
}

fn is_secret(window: &[u8]) -> bool {
    // Comparing the first byte alone rules out most windows.
    window[0] == SHIFTED_SECRET[0] + 1
        && window
            .iter()
            .zip(SHIFTED_SECRET)
            .all(|(byte, shifted)| *byte == shifted + 1)
}

struct Vault(Secret);

impl CredentialsProvider for Vault {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async { Ok(Credentials::api_token(self.0.clone())) })
    }
}

#[test]
fn dropping_credentials_erases_every_copy() {
    let kinds: [fn() -> Credentials; 4] = [
        || Credentials::api_token(secret()),
        || Credentials::api_key(secret()),
        || Credentials::password("default", secret()),
        || Credentials::provider(Vault(secret().into())),
    ];
    for credentials in kinds {
        let credentials = credentials();
        let shown = format!("{credentials:?}");
        assert_eq!(copies(), 1, "{shown}");
        let builder = WorkspaceClient::builder("http://localhost")
            .credentials(credentials.clone())
            .retry(RetryPolicy::never());
        let client = builder.build().unwrap();
        drop((credentials, client));
        assert_eq!(copies(), 0, "{shown}");
    }
    // The search finds a secret in memory that was freed without erasing it.
    drop(secret());
    assert_ne!(copies(), 0);
}
