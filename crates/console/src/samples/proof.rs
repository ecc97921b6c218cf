//! A real leaf with a real proof, so that checking it in the browser succeeds.

/// Its position.
pub(super) const INDEX: u64 = 4711;
/// The size of the tree.
pub(super) const TREE_SIZE: u64 = 4713;
/// The leaf's bytes, base64.
pub(super) const LEAF: &str = "eyJhY3RvciI6eyJpZCI6InByc18wMWpkOHZmdzNrNnEweDNtemgyYnEwYTduZSIsInR5cGUiOiJwZXJzb24ifSwiZGF0YSI6eyJjaGFuZ2UiOiJjaGdfMDFqZDh3MG16NWM1ZzB4MmQxbjd3NHMwcHEiLCJkZWNpc2lvbiI6ImFwcHJvdmUiLCJqdXN0aWZpY2F0aW9uIjp7IiRjb21taXRtZW50IjoiNXZRazBtRGsxbzhjSDFkMHczbUYxbzZyVWUwT2UweVlkN242aFh5UW0xWT0ifSwicmV2aXNpb24iOjMsInJvbGUiOiJzZXJ2aWNlLW93bmVyIn0sImtpbmQiOiJ2b3RlX3JlY29yZGVkIiwic3RyZWFtIjoiY2hhbmdlL2NoZ18wMWpkOHcwbXo1YzVnMHgyZDFuN3c0czBwcSIsInRpbWUiOiIyMDI2LTExLTIyVDA5OjQxOjA3LjIxM1oiLCJ2IjoxfQ==";
/// The leaf as people read it.
pub(super) const LEAF_PRETTY: &str = r#"{
  "actor": {
    "id": "prs_01jd8vfw3k6q0x3mzh2bq0a7ne",
    "type": "person"
  },
  "data": {
    "change": "chg_01jd8w0mz5c5g0x2d1n7w4s0pq",
    "decision": "approve",
    "justification": {
      "$commitment": "5vQk0mDk1o8cH1d0w3mF1o6rUe0Oe0yYd7n6hXyQm1Y="
    },
    "revision": 3,
    "role": "service-owner"
  },
  "kind": "vote_recorded",
  "stream": "change/chg_01jd8w0mz5c5g0x2d1n7w4s0pq",
  "time": "2026-11-22T09:41:07.213Z",
  "v": 1
}"#;
/// Its RFC 6962 hash.
pub(super) const HASH: &str = "ABuhedM7ur0tuMDZofjkHXo7OlzrQjkCTELTfmwgI5c=";
/// The tree's root.
pub(super) const ROOT: &str = "6A4JwXFya8YVM+/7uIJgWUQJ0PNyXAiY5bTo/ljkkHM=";
/// The proof from leaf to root.
pub(super) const PROOF: &[&str] = &[
    "KlPxA5ONeF8C2gaYov6PUO1O67sqzyJ1+JJFTvakLaA=",
    "bVGnmh5GRXI6CIen2yaD4Tb2ZosQ8FGfAr5iWnG7I+Y=",
    "V4FDvfDcmB9Nw/6E1o+0IsUjiwy6CSFnLZP9tntd/Uo=",
    "BbCZE3PkmHLA101MhNRVLfsu/aZ+Z4sSWY0HVxwChuk=",
    "YdCiNq/W5SQBFuv5rptl4VxHuRutbFKKvbAYIyGItYY=",
    "WZ0ViDXy9yX5ZCeoFoo9AJChd6BXIRfj/hIMudSucmY=",
    "m4WDfh4MmBYhbioi7wZjhKyt5MBAk82eeeJedvLakQQ=",
    "6qq+d8O5c6mUkhXDHW5XUYICP/Aa/vNdJQA6JQUGjUc=",
];
