//! Seeded faults: ways to break the engine on purpose, for the tests that must
//! notice.
//!
//! Without the feature `faults` everything here is a constant, and the program
//! has no such switch. With it, `GUIDEPOST_FAULT` names one fault: a rule that
//! is not kept (`racy`, `stale`, `lock`, `marker`), or a field that is left out
//! of a key (`key:render-page.given.page.title`). Fields are found by
//! serializing the steps themselves, so that a new one cannot be forgotten;
//! `GUIDEPOST_FAULT_FIELDS` names a file to which the fields of every key are
//! written, one a line.

#[cfg(not(feature = "faults"))]
mod switch {
    /// Whether the fault is switched on: never, in this program.
    #[inline]
    pub fn active(_name: &str) -> bool {
        false
    }
}

#[cfg(feature = "faults")]
mod switch {
    use std::collections::BTreeSet;
    use std::fmt;
    use std::sync::{Mutex, OnceLock, PoisonError};

    use serde::ser::{Error as _, Impossible, SerializeStruct};
    use serde::{Serialize, Serializer};

    use crate::ground::digest::Digest;

    fn wanted() -> Option<&'static str> {
        static WANTED: OnceLock<Option<String>> = OnceLock::new();
        WANTED
            .get_or_init(|| std::env::var("GUIDEPOST_FAULT").ok())
            .as_deref()
    }

    /// Whether the fault is switched on.
    pub fn active(name: &str) -> bool {
        wanted() == Some(name)
    }

    /// The key of a step without the field that the fault leaves out.
    pub fn key<T: Serialize + ?Sized>(step: &str, value: &T) -> Digest {
        let mut fields = Vec::new();
        if value
            .serialize(Fields {
                path: step,
                found: &mut fields,
            })
            .is_err()
        {
            fields = vec![(step.to_owned(), Digest::of(value))];
        }
        record(&fields);
        if let Some(left_out) = wanted().and_then(|wanted| wanted.strip_prefix("key:")) {
            fields.retain(|(path, _)| {
                path.strip_prefix(left_out)
                    .is_none_or(|rest| !rest.is_empty() && !rest.starts_with('.'))
            });
        }
        Digest::of_named(step, &fields)
    }

    fn record(fields: &[(String, Digest)]) {
        static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
        let Ok(file) = std::env::var("GUIDEPOST_FAULT_FIELDS") else {
            return;
        };
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.len();
        for (path, _) in fields {
            // A field that is a struct is one as a whole, too.
            let mut path = path.as_str();
            while let Some((above, _)) = path.rsplit_once('.') {
                if !seen.insert(path.to_owned()) {
                    break;
                }
                path = above;
            }
        }
        if seen.len() > before {
            let known = crate::ground::fs::read_if_there(std::path::Path::new(&file))
                .ok()
                .flatten()
                .unwrap_or_default();
            seen.extend(String::from_utf8_lossy(&known).lines().map(str::to_owned));
            let text: String = seen.iter().map(|path| format!("{path}\n")).collect();
            let _ = crate::ground::fs::write(std::path::Path::new(&file), text.as_bytes());
        }
    }

    /// Takes a struct apart into its fields, and those that are structs into
    /// theirs; everything else is no struct, which is its only error.
    struct Fields<'a> {
        path: &'a str,
        found: &'a mut Vec<(String, Digest)>,
    }

    /// Segments of a field's path at most, without the step's name.
    const DEPTH: usize = 3;

    #[derive(Debug)]
    struct NoStruct;

    impl fmt::Display for NoStruct {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no struct")
        }
    }
    impl std::error::Error for NoStruct {}
    impl serde::ser::Error for NoStruct {
        fn custom<T: fmt::Display>(_: T) -> Self {
            NoStruct
        }
    }

    impl SerializeStruct for Fields<'_> {
        type Ok = ();
        type Error = NoStruct;

        fn serialize_field<T: Serialize + ?Sized>(
            &mut self,
            key: &'static str,
            value: &T,
        ) -> Result<(), NoStruct> {
            let path = format!("{}.{key}", self.path);
            // What lies deeper is one field: a link has no part of its own.
            if path.matches('.').count() >= DEPTH {
                self.found.push((path, Digest::of(value)));
                return Ok(());
            }
            let mut inner = Vec::new();
            match value.serialize(Fields {
                path: &path,
                found: &mut inner,
            }) {
                Ok(()) => self.found.append(&mut inner),
                Err(NoStruct) => self.found.push((path, Digest::of(value))),
            }
            Ok(())
        }

        fn end(self) -> Result<(), NoStruct> {
            Ok(())
        }
    }

    macro_rules! no_struct {
        ($($method:ident($($kind:ty),*);)*) => {
            $(fn $method(self, $(_: $kind),*) -> Result<(), NoStruct> { Err(NoStruct) })*
        };
    }

    impl<'a> Serializer for Fields<'a> {
        type Ok = ();
        type Error = NoStruct;
        type SerializeSeq = Impossible<(), NoStruct>;
        type SerializeTuple = Impossible<(), NoStruct>;
        type SerializeTupleStruct = Impossible<(), NoStruct>;
        type SerializeTupleVariant = Impossible<(), NoStruct>;
        type SerializeMap = Impossible<(), NoStruct>;
        type SerializeStruct = Fields<'a>;
        type SerializeStructVariant = Impossible<(), NoStruct>;

        no_struct! {
            serialize_bool(bool);
            serialize_i8(i8);
            serialize_i16(i16);
            serialize_i32(i32);
            serialize_i64(i64);
            serialize_u8(u8);
            serialize_u16(u16);
            serialize_u32(u32);
            serialize_u64(u64);
            serialize_f32(f32);
            serialize_f64(f64);
            serialize_char(char);
            serialize_str(&str);
            serialize_bytes(&[u8]);
            serialize_none();
            serialize_unit();
            serialize_unit_struct(&'static str);
            serialize_unit_variant(&'static str, u32, &'static str);
        }

        fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NoStruct> {
            value.serialize(self)
        }
        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: &T,
        ) -> Result<(), NoStruct> {
            Err(NoStruct)
        }
        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<(), NoStruct> {
            Err(NoStruct)
        }
        fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, NoStruct> {
            Err(NoStruct)
        }
        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoStruct> {
            Err(NoStruct)
        }
        fn serialize_tuple_struct(
            self,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleStruct, NoStruct> {
            Err(NoStruct)
        }
        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, NoStruct> {
            Err(NoStruct)
        }
        fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoStruct> {
            Err(NoStruct)
        }
        fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields<'a>, NoStruct> {
            Ok(self)
        }
        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, NoStruct> {
            Err(NoStruct::custom("no struct"))
        }
        fn is_human_readable(&self) -> bool {
            false
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[derive(Serialize)]
        struct Inner {
            a: u8,
            b: Vec<u8>,
        }
        #[derive(Serialize)]
        struct Outer {
            inner: Option<Inner>,
            c: String,
        }

        #[test]
        fn fields_are_found_by_their_paths() {
            let value = Outer {
                inner: Some(Inner { a: 1, b: vec![2] }),
                c: "x".into(),
            };
            let mut found = Vec::new();
            value
                .serialize(Fields {
                    path: "step",
                    found: &mut found,
                })
                .unwrap();
            let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
            assert_eq!(paths, ["step.inner.a", "step.inner.b", "step.c"]);
        }
    }
}

pub use switch::active;
#[cfg(feature = "faults")]
pub use switch::key;
