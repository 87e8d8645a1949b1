//! A map that is seldom looked at, packed.
//!
//! An open map of many small values takes several times its own size in
//! memory. A large site holds one for each guide, and each is looked at twice.

use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ground::value::Map;

/// A value as its bytes: a fraction of what it takes laid out.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Packed<T> {
    bytes: Box<[u8]>,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + Default> Packed<T> {
    /// Packs a value.
    pub fn new(value: &T) -> Self {
        let bytes = postcard::to_stdvec(value).unwrap_or_default();
        Self {
            bytes: bytes.into(),
            of: PhantomData,
        }
    }

    /// The value.
    pub fn get(&self) -> T {
        postcard::from_bytes(&self.bytes).unwrap_or_default()
    }
}

impl<T> Clone for Packed<T> {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            of: PhantomData,
        }
    }
}

impl<T> PartialEq for Packed<T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

/// A packed [`Map`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedMap(Box<[u8]>);

impl PackedMap {
    /// Packs a map.
    pub fn new(map: &Map) -> Self {
        if map.is_empty() {
            return Self::default();
        }
        Self(postcard::to_stdvec(map).unwrap_or_default().into())
    }

    /// The map.
    pub fn map(&self) -> Map {
        if self.0.is_empty() {
            return Map::default();
        }
        postcard::from_bytes(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::value::Value;

    #[test]
    fn a_packed_map_is_the_map() {
        let map = Map(vec![
            ("a".into(), Value::List(vec![Value::Int(-3), Value::Null])),
            (
                "b".into(),
                Value::Map(Map(vec![("c".into(), Value::Float(0.5))])),
            ),
        ]);
        assert_eq!(PackedMap::new(&map).map(), map);
        assert_eq!(PackedMap::default().map(), Map::default());
    }
}
