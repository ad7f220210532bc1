//! A table of results that all threads fill together.
//!
//! A value depends on its key alone, so that it does not matter which thread computes it or whether two do.

use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, PoisonError};

use rustc_hash::{FxBuildHasher, FxHashMap};

const SHARDS: usize = 64;

/// Results by key.
#[derive(Debug)]
pub(super) struct Shared<K, V> {
    shards: Vec<Mutex<FxHashMap<K, V>>>,
}

impl<K, V> Default for Shared<K, V> {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }
}

impl<K: Eq + Hash, V: Clone> Shared<K, V> {
    /// The value of a key, computed where nobody has done so yet. No lock is held meanwhile: results rest on others.
    pub(super) fn get_or(&self, key: K, compute: impl FnOnce(&K) -> V) -> V {
        let shard = &self.shards[FxBuildHasher.hash_one(&key) as usize >> 3 & (SHARDS - 1)];
        let known = shard.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return known;
        }
        let value = compute(&key);
        shard.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(value).clone()
    }
}
