//! What the signed checkpoint of a stored head says, and whether it may be believed.
