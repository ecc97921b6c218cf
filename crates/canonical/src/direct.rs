//! Canonical bytes straight from a serialisable value, without a tree in between.
//!
//! Members are written in the order they come and put into order when their object ends. What an
//! object with a marked member becomes is asked of a [`Markers`]; everything else is RFC 8785. Must
//! write exactly what [`crate::write_canonical`] writes for the same value.

mod compound;
mod key;

use std::cmp::Ordering;
use std::fmt::{self, Display, Write as _};

use serde::Serialize;
use serde::ser::{Error as _, Serializer};

use self::compound::{Items, Members};
use crate::{CanonicalError, MAX_DEPTH, MAX_EXACT_INTEGER, utf16_order, write_float, write_string};

/// Decides what becomes of objects that have a member whose name begins with `$`.
pub trait Markers {
    /// What it can refuse with.
    type Error: From<CanonicalError> + fmt::Debug;

    /// `name` is such a name in an object of `members` members, `value` the canonical bytes of that
    /// member, and `path` where the object stands (RFC 6901). Gives the canonical bytes that stand in
    /// the object's place, or `None` to leave it; then the next such name is asked about.
    ///
    /// # Errors
    /// The object must not be there.
    fn replace(
        &mut self,
        path: String,
        members: usize,
        name: &str,
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// The canonical bytes of a value, with marked objects as `markers` wants them.
///
/// # Errors
/// The value has no canonical form, or a marker is refused.
pub fn to_bytes<T, M>(value: &T, markers: &mut M) -> Result<Vec<u8>, M::Error>
where
    T: Serialize + ?Sized,
    M: Markers,
{
    let mut writer = Writer {
        out: Vec::with_capacity(2048),
        spare: Vec::new(),
        members: Vec::with_capacity(32),
        steps: Vec::with_capacity(16),
        markers,
    };
    match value.serialize(&mut writer) {
        Ok(()) => Ok(writer.out),
        Err(Stopped::Canonical(error)) => Err(error.into()),
        Err(Stopped::Markers(error)) => Err(error),
    }
}

/// Nothing is marked.
pub(crate) struct Plain;

impl Markers for Plain {
    type Error = CanonicalError;

    fn replace(
        &mut self,
        _: String,
        _: usize,
        _: &str,
        _: &[u8],
    ) -> Result<Option<Vec<u8>>, CanonicalError> {
        Ok(None)
    }
}

/// Why writing stopped.
#[derive(Debug)]
pub(crate) enum Stopped<E> {
    Canonical(CanonicalError),
    Markers(E),
}

impl<E> Display for Stopped<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canonical(error) => error.fmt(f),
            Self::Markers(_) => f.write_str("a marker is refused"),
        }
    }
}

impl<E: fmt::Debug> std::error::Error for Stopped<E> {}

impl<E: fmt::Debug> serde::ser::Error for Stopped<E> {
    fn custom<T: Display>(message: T) -> Self {
        Self::Canonical(CanonicalError::Serialize(serde_json::Error::custom(message)))
    }
}

/// A member that was written: `"name":value` from `start` to `end`.
#[derive(Debug, Clone, Copy)]
struct Member {
    start: usize,
    name_end: usize,
    end: usize,
    rank: Option<Rank>,
}

/// The first eight bytes of a name as a number, which orders most names without looking at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank(u64);

impl Rank {
    /// Of a name as written, with quotes. Names that are not ASCII, or have an escape, have none:
    /// their bytes are in another order than they are.
    fn of(written: &[u8]) -> Option<Self> {
        let name = written.get(1..written.len().saturating_sub(1))?;
        let mut first = [0; 8];
        for (to, byte) in first.iter_mut().zip(name) {
            *to = *byte;
        }
        let plain = name.iter().all(|byte| byte.is_ascii() && *byte != b'\\');
        plain.then_some(Self(u64::from_be_bytes(first)))
    }
}

/// A step on the way to where the writer is.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// Into a member; the bytes of its name, with quotes.
    Name(usize, usize),
    Index(usize),
}

/// Writes one document.
struct Writer<'m, M> {
    out: Vec<u8>,
    spare: Vec<u8>,
    /// Of all objects that are open, the outermost first.
    members: Vec<Member>,
    steps: Vec<Step>,
    markers: &'m mut M,
}

impl<M: Markers> Writer<'_, M> {
    fn bytes(&self, start: usize, end: usize) -> &[u8] {
        self.out.get(start..end).unwrap_or_default()
    }

    fn name(&self, member: &Member) -> &[u8] {
        self.bytes(member.start, member.name_end)
    }

    fn enter(&self) -> Result<(), Stopped<M::Error>> {
        if self.steps.len() >= MAX_DEPTH {
            return Err(Stopped::Canonical(CanonicalError::TooDeep));
        }
        Ok(())
    }

    /// A member whose value ends here.
    fn member(&self, start: usize, name_end: usize) -> Member {
        let rank = Rank::of(self.bytes(start, name_end));
        Member { start, name_end, end: self.out.len(), rank }
    }

    /// The order of two members by their names.
    fn order(&self, a: &Member, b: &Member) -> Ordering {
        match (a.rank, b.rank) {
            // Without the closing quote, which is above the space.
            (Some(first), Some(second)) => first.cmp(&second).then_with(|| {
                let bare = |member: &Member| (member.start, member.name_end.saturating_sub(1));
                let (a, b) = (bare(a), bare(b));
                self.bytes(a.0, a.1).cmp(self.bytes(b.0, b.1))
            }),
            _ => utf16_order(&text(self.name(a)), &text(self.name(b))),
        }
    }

    /// Ends the object that began at `start` and whose members are those from `first`.
    fn end_object(&mut self, start: usize, first: usize) -> Result<(), Stopped<M::Error>> {
        self.out.push(b'}');
        let mut open = std::mem::take(&mut self.members);
        let ended = self.settle(start, open.get_mut(first..).unwrap_or_default());
        open.truncate(first);
        self.members = open;
        ended
    }

    fn settle(&mut self, start: usize, members: &mut [Member]) -> Result<(), Stopped<M::Error>> {
        let sorted = |a: &Member, b: &Member| self.order(a, b).is_lt();
        if !members.is_sorted_by(sorted) {
            members.sort_unstable_by(|a, b| self.order(a, b));
            if !members.is_sorted_by(sorted) {
                return Err(Stopped::custom("two members of an object have the same name"));
            }
        }
        for marked in members.iter() {
            if self.name(marked).starts_with(br#""$"#)
                && let Some(bytes) = self.ask(marked, members.len())?
            {
                self.out.truncate(start);
                self.out.extend_from_slice(&bytes);
                return Ok(());
            }
        }
        self.rearrange(start, members);
        Ok(())
    }

    fn ask(
        &mut self,
        marked: &Member,
        members: usize,
    ) -> Result<Option<Vec<u8>>, Stopped<M::Error>> {
        let name = text(self.name(marked));
        let path = self.path();
        let value = self.out.get(marked.name_end + 1..marked.end).unwrap_or_default();
        self.markers.replace(path, members, &name, value).map_err(Stopped::Markers)
    }

    /// Puts the members of the object at `start` into this order.
    fn rearrange(&mut self, start: usize, members: &[Member]) {
        if members.is_sorted_by_key(|member| member.start) {
            return;
        }
        self.spare.clear();
        for (position, member) in members.iter().enumerate() {
            if position > 0 {
                self.spare.push(b',');
            }
            let bytes = self.out.get(member.start..member.end).unwrap_or_default();
            self.spare.extend_from_slice(bytes);
        }
        self.out.truncate(start + 1);
        self.out.extend_from_slice(&self.spare);
        self.out.push(b'}');
    }

    /// Where the writer is, as an RFC 6901 pointer.
    fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            path.push('/');
            match step {
                Step::Index(index) => path.push_str(&index.to_string()),
                Step::Name(start, end) => {
                    let name = text(self.bytes(*start, *end));
                    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
            }
        }
        path
    }
}

/// A string as it was before it was written.
fn text(written: &[u8]) -> String {
    serde_json::from_slice(written).unwrap_or_default()
}

/// Writes what is displayed to it as a string's inside.
struct Escaping<'a>(&'a mut Vec<u8>);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        crate::write_escaped(text, self.0);
        Ok(())
    }
}

type Done<M> = Result<(), Stopped<<M as Markers>::Error>>;

macro_rules! whole_numbers {
    ($($method:ident: $type:ty),*) => {$(
        fn $method(self, value: $type) -> Done<M> {
            self.serialize_i128(value.into())
        }
    )*};
}

impl<'w, 'm, M: Markers> Serializer for &'w mut Writer<'m, M> {
    type Ok = ();
    type Error = Stopped<M::Error>;
    type SerializeSeq = Items<'w, 'm, M>;
    type SerializeTuple = Items<'w, 'm, M>;
    type SerializeTupleStruct = Items<'w, 'm, M>;
    type SerializeTupleVariant = Items<'w, 'm, M>;
    type SerializeMap = Members<'w, 'm, M>;
    type SerializeStruct = Members<'w, 'm, M>;
    type SerializeStructVariant = Members<'w, 'm, M>;

    whole_numbers!(serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);

    fn serialize_i128(self, value: i128) -> Done<M> {
        if value.unsigned_abs() > MAX_EXACT_INTEGER.into() {
            return Err(Stopped::Canonical(CanonicalError::InexactNumber(value.to_string())));
        }
        // Writing to memory cannot fail.
        let _ = write!(Escaping(&mut self.out), "{value}");
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Done<M> {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Done<M> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Done<M> {
        if !value.is_finite() {
            return self.serialize_unit();
        }
        write_float(value, &mut self.out).map_err(Stopped::Canonical)
    }

    fn serialize_char(self, value: char) -> Done<M> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done<M> {
        write_string(value, &mut self.out);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Done<M> {
        self.out.push(b'"');
        let written = write!(Escaping(&mut self.out), "{value}");
        self.out.push(b'"');
        written.map_err(Stopped::custom)
    }

    fn serialize_bytes(self, value: &[u8]) -> Done<M> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Done<M> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done<M> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done<M> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done<M> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done<M> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Done<M> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done<M> {
        let mut members = Members::begin(self, None)?;
        members.add(variant, value)?;
        members.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Self::Error> {
        Items::begin(self, None)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Self::Error> {
        Items::begin(self, None)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Self::Error> {
        Items::begin(self, None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Self::Error> {
        Items::begin(self, Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Self::Error> {
        Members::begin(self, None)
    }

    fn serialize_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStruct, Self::Error> {
        Members::begin(self, None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Self::Error> {
        Members::begin(self, Some(variant))
    }
}
