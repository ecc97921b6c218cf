//! Every page, rendered from its samples, is held to the rules of the console: accessible by construction,
//! nothing inline, forms where `routes` says they are.

mod html;

use std::collections::HashSet;

use console::routes::{FORMS, PAGES};
use console::samples;
use html::{Element, parse};

fn each(check: impl Fn(&str, &[Element]) -> Vec<String>) {
    let mut wrong = Vec::new();
    for (name, page) in samples::all() {
        match parse(&page) {
            Ok(elements) => {
                wrong.extend(
                    check(name, &elements).into_iter().map(|line| format!("{name}: {line}")),
                );
            }
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_renders_and_is_well_formed() {
    let samples = samples::all();
    assert!(samples.len() >= 30);
    for (name, page) in samples {
        assert!(page.len() > 2000, "{name} is empty or cut");
        parse(&page).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn every_page_has_a_language_a_title_landmarks_and_a_skip_link() {
    each(|_, elements| {
        let mut wrong = Vec::new();
        for (tag, count) in [("html", 1), ("title", 1), ("main", 1), ("header", 1), ("h1", 1)] {
            let found = elements.iter().filter(|e| e.tag == tag && !e.inside("article")).count();
            let inside = elements.iter().filter(|e| e.tag == tag).count();
            if found != count && inside != count {
                wrong.push(format!("{inside} × <{tag}>"));
            }
        }
        if !elements.iter().any(|e| e.tag == "html" && e.get("lang") == Some("en")) {
            wrong.push("no language".to_owned());
        }
        if !elements.iter().any(|e| e.tag == "a" && e.get("href") == Some("#main")) {
            wrong.push("no skip link".to_owned());
        }
        wrong
    });
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    each(|_, elements| {
        let mut ids = HashSet::new();
        let mut wrong = Vec::new();
        for id in elements.iter().filter_map(|e| e.get("id")) {
            if !ids.insert(id) {
                wrong.push(format!("id `{id}` twice"));
            }
        }
        for element in elements {
            let targets = ["for", "aria-labelledby", "aria-describedby"]
                .iter()
                .filter_map(|a| element.get(a));
            for id in targets.flat_map(str::split_whitespace) {
                if !ids.contains(id) {
                    wrong.push(format!("<{}> refers to `{id}`, which isn't there", element.tag));
                }
            }
            let fragment = element.get("href").and_then(|href| href.strip_prefix('#'));
            if fragment.is_some_and(|id| !id.is_empty() && !ids.contains(id)) {
                wrong.push(format!("a link to `#{}` leads nowhere", fragment.unwrap_or_default()));
            }
        }
        wrong
    });
}

#[test]
fn every_field_has_a_label() {
    each(|_, elements| {
        let labels: HashSet<&str> =
            elements.iter().filter(|e| e.tag == "label").filter_map(|e| e.get("for")).collect();
        let is_field = |e: &&Element| {
            ["input", "select", "textarea"].contains(&e.tag.as_str())
                && e.get("type") != Some("hidden")
        };
        elements
            .iter()
            .filter(is_field)
            .filter(|e| !e.get("id").is_some_and(|id| labels.contains(id)))
            .map(|e| format!("<{} name={:?}> has no label", e.tag, e.get("name")))
            .collect()
    });
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    each(|_, elements| {
        let mut last = 0;
        let mut wrong = Vec::new();
        for element in elements {
            let Some(level) = element.tag.strip_prefix('h').and_then(|n| n.parse::<u32>().ok())
            else {
                continue;
            };
            if level > last + 1 {
                wrong.push(format!("h{level} after h{last}"));
            }
            last = level;
        }
        wrong
    });
}

#[test]
fn tables_have_captions_and_their_headers_a_scope() {
    each(|_, elements| {
        let tables = elements.iter().filter(|e| e.tag == "table").count();
        let captions = elements.iter().filter(|e| e.tag == "caption").count();
        let mut wrong = Vec::new();
        if tables != captions {
            wrong.push(format!("{tables} tables, {captions} captions"));
        }
        if elements.iter().any(|e| e.tag == "th" && e.get("scope").is_none()) {
            wrong.push("a <th> without scope".to_owned());
        }
        wrong
    });
}

#[test]
fn e07_e08_nothing_is_inline_and_everything_comes_from_this_site() {
    each(|_, elements| {
        let mut wrong = Vec::new();
        for element in elements {
            for (name, value) in &element.attributes {
                if name == "style" || name.starts_with("on") {
                    wrong.push(format!("<{}> has the attribute {name}", element.tag));
                }
                let loads = ["src", "action", "formaction"].contains(&name.as_str())
                    || (element.tag == "link" && name == "href");
                if loads && !value.starts_with('/') {
                    wrong.push(format!("<{}> {name} leaves this site: {value}", element.tag));
                }
                if name == "href" && value.to_lowercase().starts_with("javascript:") {
                    wrong.push(format!("<{}> runs a script", element.tag));
                }
            }
            let is_inline =
                element.tag == "style" || (element.tag == "script" && element.get("src").is_none());
            if is_inline {
                wrong.push(format!("inline <{}>", element.tag));
            }
        }
        wrong
    });
}

#[test]
fn e07_the_policy_allows_no_framing_and_nothing_inline() {
    let policy = console::CONTENT_SECURITY_POLICY;
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(policy.contains("form-action 'self'") && policy.contains("base-uri 'none'"));
    assert!(!policy.contains("unsafe"));
}

fn matches(pattern: &str, path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if pattern == "/policy/source/{file}" && path.starts_with("/policy/source/") {
        return true;
    }
    let pattern: Vec<&str> = pattern.split('/').collect();
    let path: Vec<&str> = path.split('/').collect();
    pattern.len() == path.len()
        && pattern.iter().zip(&path).all(|(p, s)| p.starts_with('{') && !s.is_empty() || p == s)
}

#[test]
fn forms_post_where_the_routes_say_with_those_fields_and_the_csrf_token() {
    let mut seen = HashSet::new();
    for (name, page) in samples::all() {
        let elements = parse(&page).unwrap();
        for (at, form) in elements.iter().enumerate().filter(|(_, e)| e.tag == "form") {
            let action = form.get("action").unwrap_or_default();
            if form.get("method") != Some("post") {
                continue;
            }
            let route = FORMS
                .iter()
                .filter(|route| matches(route.path, action))
                .min_by_key(|route| route.path.matches('{').count())
                .unwrap_or_else(|| panic!("{name}: no route for {action}"));
            let fields: HashSet<&str> = elements
                .iter()
                .filter(|e| e.parents.contains(&at))
                .filter_map(|e| e.get("name"))
                .collect();
            assert!(fields.contains("csrf"), "{name}: {action} has no csrf");
            for field in fields.iter().filter(|field| **field != "csrf") {
                let known = route.fields.iter().any(|known| known.trim_end_matches('+') == *field);
                assert!(known, "{name}: {action} sends `{field}`, which routes doesn't list");
                seen.insert((route.path, (*field).to_owned()));
            }
            seen.insert((route.path, String::new()));
        }
    }
    for route in FORMS {
        assert!(
            seen.contains(&(route.path, String::new())),
            "no sample shows the form {}",
            route.path
        );
        for field in route.fields.iter().map(|field| field.trim_end_matches('+')) {
            let needed = !["template", "expected_revision", "supersedes"].contains(&field);
            assert!(
                !needed || seen.contains(&(route.path, field.to_owned())),
                "{} never sends {field}",
                route.path
            );
        }
    }
}

#[test]
fn links_lead_to_pages_that_the_routes_list() {
    each(|_, elements| {
        let is_known =
            |path: &str| path.starts_with("/v1/") || PAGES.iter().any(|page| matches(page, path));
        elements
            .iter()
            .filter(|e| e.tag == "a")
            .filter_map(|e| e.get("href"))
            .filter(|href| href.starts_with('/') && !is_known(href))
            .map(|href| format!("{href} is no known page"))
            .collect()
    });
}

#[test]
fn forms_keep_what_was_typed() {
    let samples = samples::all();
    let page = |wanted: &str| samples.iter().find(|(name, _)| *name == wanted).unwrap().1.as_str();
    let value = |page: &str, id: &str| {
        let elements = parse(page).unwrap();
        elements
            .iter()
            .find(|e| e.get("id") == Some(id))
            .and_then(|e| e.get("value"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(value(page("setup"), "organisation"), "Northwind Pay");
    assert_eq!(value(page("setup"), "name"), "Mara Lindqvist");
    assert_eq!(value(page("setup"), "user_name"), "Mara L");
    assert_eq!(value(page("service_accounts"), "name"), "ci-payouts");
    assert_eq!(value(page("new_change_errors"), "artifact_digest_0"), "4.12.0");
    assert!(
        page("new_change_errors")
            .contains(">\nRETRY_LIMIT=1\nFEATURE=&lt;b&gt;on&lt;/b&gt;</textarea>")
    );
}

#[test]
fn a16_a17_hostile_text_reaches_the_page_visible_and_inert() {
    let (_, page) = samples::all().into_iter().find(|(name, _)| *name == "change_hostile").unwrap();
    assert!(!page.contains("<script>alert"), "markup is escaped");
    assert!(!page.contains("href=\"javascript:"), "scripts are no link targets");
    for c in ['\u{202e}', '\u{200b}', '\u{1b}'] {
        assert!(!page.contains(c), "U+{:04X} is shown as a marker", u32::from(c));
    }
    assert!(page.contains("contains unusual characters") && page.contains("⟦U+202E⟧"));
}

#[test]
fn templates_never_mark_text_as_safe_by_hand() {
    let mut folders = vec![std::path::PathBuf::from("templates")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).unwrap();
            assert!(
                !text.contains("|safe") && !text.contains("| safe"),
                "{}",
                entry.path().display()
            );
        }
    }
}
