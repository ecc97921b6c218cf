//! Arrays and objects while they are written.

use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::key::Key;
use super::{Done, Markers, Step, Stopped, Writer};
use crate::write_string;

/// An object with one member, an enum's variant, that stands around what is written.
#[derive(Debug, Clone, Copy)]
struct Around {
    start: usize,
    first: usize,
    member_start: usize,
    name_end: usize,
}

impl Around {
    fn begin<M: Markers>(
        writer: &mut Writer<'_, M>,
        variant: &str,
    ) -> Result<Self, Stopped<M::Error>> {
        writer.enter()?;
        let (start, first) = (writer.out.len(), writer.members.len());
        writer.out.push(b'{');
        let member_start = writer.out.len();
        write_string(variant, &mut writer.out);
        let name_end = writer.out.len();
        writer.out.push(b':');
        writer.steps.push(Step::Name(member_start, name_end));
        Ok(Self { start, first, member_start, name_end })
    }

    fn end<M: Markers>(self, writer: &mut Writer<'_, M>) -> Done<M> {
        writer.steps.pop();
        let member = writer.member(self.member_start, self.name_end);
        writer.members.push(member);
        writer.end_object(self.start, self.first)
    }
}

/// An array that is being written.
pub(crate) struct Items<'w, 'm, M> {
    writer: &'w mut Writer<'m, M>,
    around: Option<Around>,
    count: usize,
}

impl<'w, 'm, M: Markers> Items<'w, 'm, M> {
    pub(super) fn begin(
        writer: &'w mut Writer<'m, M>,
        variant: Option<&str>,
    ) -> Result<Self, Stopped<M::Error>> {
        let around = variant.map(|variant| Around::begin(writer, variant)).transpose()?;
        writer.enter()?;
        writer.out.push(b'[');
        Ok(Self { writer, around, count: 0 })
    }

    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Done<M> {
        if self.count > 0 {
            self.writer.out.push(b',');
        }
        self.writer.steps.push(Step::Index(self.count));
        self.count += 1;
        value.serialize(&mut *self.writer)?;
        self.writer.steps.pop();
        Ok(())
    }

    fn finish(self) -> Done<M> {
        self.writer.out.push(b']');
        self.around.map_or(Ok(()), |around| around.end(self.writer))
    }
}

/// An object that is being written.
pub(crate) struct Members<'w, 'm, M> {
    writer: &'w mut Writer<'m, M>,
    around: Option<Around>,
    start: usize,
    first: usize,
    /// Of the member at hand.
    name: (usize, usize),
}

impl<'w, 'm, M: Markers> Members<'w, 'm, M> {
    pub(super) fn begin(
        writer: &'w mut Writer<'m, M>,
        variant: Option<&str>,
    ) -> Result<Self, Stopped<M::Error>> {
        let around = variant.map(|variant| Around::begin(writer, variant)).transpose()?;
        writer.enter()?;
        let (start, first) = (writer.out.len(), writer.members.len());
        writer.out.push(b'{');
        Ok(Self { writer, around, start, first, name: (0, 0) })
    }

    pub(super) fn add<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Done<M> {
        self.begin_name();
        write_string(name, &mut self.writer.out);
        self.end_name();
        self.value(value)
    }

    pub(super) fn finish(self) -> Done<M> {
        self.writer.end_object(self.start, self.first)?;
        self.around.map_or(Ok(()), |around| around.end(self.writer))
    }

    fn begin_name(&mut self) {
        if self.writer.members.len() > self.first {
            self.writer.out.push(b',');
        }
        self.name.0 = self.writer.out.len();
    }

    fn end_name(&mut self) {
        self.name.1 = self.writer.out.len();
        self.writer.out.push(b':');
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done<M> {
        let (start, name_end) = self.name;
        self.writer.steps.push(Step::Name(start, name_end));
        value.serialize(&mut *self.writer)?;
        self.writer.steps.pop();
        let member = self.writer.member(start, name_end);
        self.writer.members.push(member);
        Ok(())
    }
}

macro_rules! items {
    ($($of:ident $method:ident),*) => {$(
        impl<M: Markers> $of for Items<'_, '_, M> {
            type Ok = ();
            type Error = Stopped<M::Error>;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done<M> {
                self.add(value)
            }

            fn end(self) -> Done<M> {
                self.finish()
            }
        }
    )*};
}

items!(SerializeSeq serialize_element, SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

macro_rules! members {
    ($($of:ident),*) => {$(
        impl<M: Markers> $of for Members<'_, '_, M> {
            type Ok = ();
            type Error = Stopped<M::Error>;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Done<M> {
                self.add(name, value)
            }

            fn end(self) -> Done<M> {
                self.finish()
            }
        }
    )*};
}

members!(SerializeStruct, SerializeStructVariant);

impl<M: Markers> SerializeMap for Members<'_, '_, M> {
    type Ok = ();
    type Error = Stopped<M::Error>;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done<M> {
        self.begin_name();
        key.serialize(Key(&mut self.writer.out)).map_err(Stopped::Canonical)?;
        self.end_name();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done<M> {
        self.value(value)
    }

    fn end(self) -> Done<M> {
        self.finish()
    }
}
