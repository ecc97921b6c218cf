//! Planted defects that change what is read or written on the way: each takes one piece of JSON and
//! leaves it wrong.

use serde_json::Value;

fn spoil(bytes: &mut Vec<u8>, wrong: impl FnOnce(&mut Value) -> Option<()>) {
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else { return };
    if wrong(&mut value).is_some()
        && let Ok(spoilt) = serde_json::to_vec(&value)
    {
        *bytes = spoilt;
    }
}

/// An answer that rests on an override says that it was approved.
pub fn call_approved(leaf: &mut Vec<u8>) {
    spoil(leaf, |entry| {
        let data = entry.get_mut("data")?;
        let grant = data.get_mut("grant")?.as_object_mut()?;
        grant.remove("override_id")?;
        *data.get_mut("code")? = Value::from("approved");
        Some(())
    });
}

/// A delegation is over before it begins: nobody acts for anybody.
pub fn end_delegation(leaf: &mut Vec<u8>) {
    spoil(leaf, |entry| {
        if entry.get("kind")?.as_str()? != "delegation_made" {
            return None;
        }
        let data = entry.get_mut("data")?;
        let from = data.get("from")?.clone();
        *data.get_mut("until")? = from;
        Some(())
    });
}

/// An item is in no set.
pub fn leave_set(snapshot: &mut Vec<u8>) {
    spoil(snapshot, |change| change.as_object_mut()?.remove("set").map(|_| ()));
}

/// Whether somebody is told of an append, and of its one entry: what time sets off is told nobody.
pub(crate) fn tells_one(append: &store::Append) -> bool {
    let [entry] = append.entries.as_slice() else { return false };
    let leaf: Option<Value> = serde_json::from_slice(&entry.leaf).ok();
    leaf.is_some_and(|leaf| leaf.pointer("/actor/type").and_then(Value::as_str) != Some("system"))
}
