//! A map that is seldom looked at, packed.
//!
//! An open map of many small values takes several times its own size in
//! memory. A large site holds one for each guide, and each is looked at twice.

use std::fmt::{self, Formatter};
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::ground::value::{Map, Value};

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

    /// Whether the bytes are those of a value.
    pub fn is_sound(&self) -> bool {
        postcard::from_bytes::<T>(&self.bytes).is_ok()
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

    /// Whether the bytes are those of a map.
    pub fn is_sound(&self) -> bool {
        self.0.is_empty() || postcard::from_bytes::<Map>(&self.0).is_ok()
    }

    /// The scalar at a dotted path such as `flags.needs_human_review`; `None`
    /// where there is none, or a list or map. Copies no text but its own.
    pub fn scalar(&self, path: &str) -> Option<Value> {
        if self.0.is_empty() {
            return None;
        }
        let mut entries: Vec<(&str, Glance<'_>)> = postcard::from_bytes(&self.0).ok()?;
        let mut keys = path.split('.').peekable();
        while let Some(key) = keys.next() {
            let at = entries.iter().position(|(name, _)| *name == key)?;
            let (_, value) = entries.swap_remove(at);
            match (value, keys.peek()) {
                (Glance::Map(below), Some(_)) => entries = below,
                (value, None) => return value.scalar(),
                _ => return None,
            }
        }
        None
    }
}

/// A [`Value`] that borrows its texts and passes over lists. Its variants are
/// those of `Value`, in the same order: the packed form of both is the same.
#[derive(Deserialize)]
enum Glance<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
    List(Passed),
    #[serde(borrow)]
    Map(Vec<(&'a str, Glance<'a>)>),
}

impl Glance<'_> {
    fn scalar(self) -> Option<Value> {
        Some(match self {
            Glance::Null => Value::Null,
            Glance::Bool(value) => Value::Bool(value),
            Glance::Int(value) => Value::Int(value),
            Glance::Float(value) => Value::Float(value),
            Glance::Text(text) => Value::Text(text.to_owned()),
            Glance::List(_) | Glance::Map(_) => return None,
        })
    }
}

/// A list that was passed over.
struct Passed;

impl<'de> Deserialize<'de> for Passed {
    fn deserialize<D: Deserializer<'de>>(packed: D) -> Result<Self, D::Error> {
        packed.deserialize_seq(Passed)
    }
}

impl<'de> Visitor<'de> for Passed {
    type Value = Self;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Glance<'de>>()?.is_some() {}
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn scalars_are_found_without_unpacking() {
        let map = |entries: Vec<(&str, Value)>| {
            let entries = entries.into_iter().map(|(key, value)| (key.into(), value));
            Map(entries.collect())
        };
        let scalars = vec![
            ("null", Value::Null),
            ("bool", Value::Bool(true)),
            ("int", Value::Int(-3)),
            ("float", Value::Float(0.5)),
            ("text", Value::Text("a\u{e9}".into())),
        ];
        let all = map(vec![
            (
                "list",
                Value::List(vec![Value::Int(1), Value::Map(map(scalars.clone()))]),
            ),
            (
                "flags",
                Value::Map(map(vec![("deep", Value::Map(map(scalars.clone())))])),
            ),
            ("last", Value::Int(7)),
        ]);
        let packed = PackedMap::new(&all);
        for (name, value) in scalars {
            let path = format!("flags.deep.{name}");
            assert_eq!(packed.scalar(&path), Some(value.clone()), "{path}");
            assert_eq!(all.at_path(&path), Some(&value));
        }
        assert_eq!(packed.scalar("last"), Some(Value::Int(7)));
        for path in [
            "",
            "list",
            "flags",
            "flags.deep",
            "flags.none",
            "last.int",
            "list.int",
        ] {
            assert_eq!(packed.scalar(path), None, "{path}");
        }
        assert_eq!(PackedMap::default().scalar("a"), None);
    }
}
