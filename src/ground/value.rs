//! A dynamic value: what front matter, data files and `[extra]` tables hold.
//!
//! Maps keep the order of their source. Dates are text here; the typed keys of
//! the front matter parse theirs.

use std::cell::Cell;

use serde::de::Error as _;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A scalar, list or ordered map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub enum Value {
    /// Nothing: YAML's `null`, an empty value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction; never NaN.
    Float(f64),
    /// Text, dates among it.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A map in source order, without duplicate keys.
    Map(Map),
}

/// Lists and maps within each other that are read back, at most: twice what a
/// source may hold. Bytes that say otherwise would take the whole stack.
const MOST_DEPTH: usize = 128;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Self::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let depth = DEPTH.get();
        if depth > MOST_DEPTH {
            return Err(D::Error::custom("too many lists within lists"));
        }
        DEPTH.set(depth + 1);
        let value = Self::deserialize(deserializer);
        DEPTH.set(depth);
        value
    }
}

/// An ordered map without duplicate keys.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct Map(pub Vec<(String, Value)>);

impl Map {
    /// The value at `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// Puts a value at `key`, replacing an older one in its place.
    pub fn insert(&mut self, key: impl Into<String>, value: Value) {
        let key = key.into();
        match self.0.iter_mut().find(|(name, _)| *name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key, value)),
        }
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in source order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The value at a dotted path such as `flags.needs_human_review`.
    pub fn at_path(&self, path: &str) -> Option<&Value> {
        let (head, rest) = path
            .split_once('.')
            .map_or((path, None), |(h, r)| (h, Some(r)));
        match (self.get(head)?, rest) {
            (value, None) => Some(value),
            (Value::Map(map), Some(rest)) => map.at_path(rest),
            _ => None,
        }
    }

    /// Adds from `defaults` what this map does not say; maps merge deeply,
    /// everything else is taken whole.
    pub fn merge_defaults(&mut self, defaults: &Map) {
        for (key, default) in &defaults.0 {
            match (self.0.iter_mut().find(|(name, _)| name == key), default) {
                (Some((_, Value::Map(own))), Value::Map(default)) => own.merge_defaults(default),
                (Some(_), _) => {}
                (None, default) => self.0.push((key.clone(), default.clone())),
            }
        }
    }
}

impl Value {
    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether there is nothing to show: null, blank text, an empty list or
    /// map, or one that holds only such. 0 and `false` are not empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => false,
            Value::Text(text) => text.trim().is_empty(),
            Value::List(items) => items.iter().all(Value::is_empty),
            Value::Map(map) => map.0.iter().all(|(_, value)| value.is_empty()),
        }
    }

    /// Whether a flag is set: `true`, a number other than 0, or the words
    /// `true`, `yes` and `on`.
    pub fn is_set(&self) -> bool {
        match self {
            Value::Bool(set) => *set,
            Value::Int(number) => *number != 0,
            Value::Float(number) => *number != 0.0,
            Value::Text(text) => {
                ["true", "yes", "on", "1"].contains(&text.trim().to_lowercase().as_str())
            }
            Value::Null | Value::List(_) | Value::Map(_) => false,
        }
    }

    /// A scalar as the text that a reader sees; `None` for lists and maps.
    pub fn scalar_text(&self) -> Option<String> {
        match self {
            Value::Null => Some(String::new()),
            Value::Bool(value) => Some(value.to_string()),
            Value::Int(value) => Some(value.to_string()),
            Value::Float(value) => Some(value.to_string()),
            Value::Text(text) => Some(text.clone()),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// What kind of value this is, in words for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a table",
        }
    }
}

/// Serializes a [`Value`] as the plain data it stands for (a map as a map, a
/// number as a number), for templates and JSON. The derived form of `Value`
/// itself is tagged, so that keys and caches can tell every kind apart.
pub struct Plain<'a>(pub &'a Value);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_none(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(*value),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Plain(item))?;
                }
                list.end()
            }
            Value::Map(map) => PlainMap(map).serialize(serializer),
        }
    }
}

/// Serializes a [`Map`] as a plain map; see [`Plain`].
pub struct PlainMap<'a>(pub &'a Map);

impl Serialize for PlainMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.0.0.len()))?;
        for (key, value) in &self.0.0 {
            out.serialize_entry(key, &Plain(value))?;
        }
        out.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_false_are_not_empty_but_blank_text_is() {
        assert!(!Value::Int(0).is_empty());
        assert!(!Value::Bool(false).is_empty());
        assert!(Value::Text("  ".into()).is_empty());
        assert!(Value::List(vec![Value::Null]).is_empty());
    }

    #[test]
    fn defaults_merge_deeply_and_never_replace() {
        let text = |text: &str| Value::Text(text.into());
        let mut own = Map(vec![(
            "review".into(),
            Value::Map(Map(vec![("owner".into(), text("a"))])),
        )]);
        own.merge_defaults(&Map(vec![(
            "review".into(),
            Value::Map(Map(vec![
                ("owner".into(), text("b")),
                ("interval".into(), text("1y")),
            ])),
        )]));
        assert_eq!(own.at_path("review.owner"), Some(&text("a")));
        assert_eq!(own.at_path("review.interval"), Some(&text("1y")));
    }

    #[test]
    fn no_bytes_nest_without_end() {
        let list = postcard::to_stdvec(&Value::List(vec![Value::Null])).unwrap();
        let nested = |depth: usize| {
            let mut bytes = list[..list.len() - 1].repeat(depth);
            bytes.push(0);
            bytes
        };
        assert!(postcard::from_bytes::<Value>(&nested(MOST_DEPTH)).is_ok());
        assert!(postcard::from_bytes::<Value>(&nested(1_000_000)).is_err());
        // One that was refused leaves the next one be.
        assert!(postcard::from_bytes::<Value>(&nested(MOST_DEPTH)).is_ok());
    }
}
