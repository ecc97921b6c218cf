//! A small strict reader of the HTML that the templates write: every element closed, in order.

const VOID: &[&str] = &["meta", "link", "input", "br", "hr", "img"];

/// An element with its attributes.
pub struct Element {
    pub tag: String,
    pub attributes: Vec<(String, String)>,
    /// Indexes of the elements around it.
    pub parents: Vec<usize>,
    parent_tags: Vec<String>,
}

impl Element {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn inside(&self, tag: &str) -> bool {
        self.parent_tags.iter().any(|parent| parent == tag)
    }
}

/// Reads a page; an element that isn't closed, or closed out of order, is an error.
pub fn parse(page: &str) -> Result<Vec<Element>, String> {
    let mut elements: Vec<Element> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!") {
            rest = after.split_once('>').ok_or("unclosed <!")?.1;
        } else if let Some(after) = rest.strip_prefix("</") {
            let (tag, after) = after.split_once('>').ok_or("unclosed end tag")?;
            let last = open.pop().ok_or(format!("</{tag}> closes nothing"))?;
            if elements[last].tag != tag {
                return Err(format!("</{tag}> closes <{}>", elements[last].tag));
            }
            rest = after;
        } else {
            let (mut element, self_closed, after) = start_tag(&rest[1..])?;
            element.parents = open.clone();
            element.parent_tags = open.iter().map(|at| elements[*at].tag.clone()).collect();
            rest = after;
            if element.tag == "textarea" {
                let end = rest.find("</textarea>").ok_or("unclosed <textarea>")?;
                rest = &rest[end..];
            }
            let stays_open = !self_closed && !VOID.contains(&element.tag.as_str());
            elements.push(element);
            if stays_open {
                open.push(elements.len() - 1);
            }
        }
    }
    match open.pop() {
        Some(at) => Err(format!("<{}> is never closed", elements[at].tag)),
        None => Ok(elements),
    }
}

fn start_tag(text: &str) -> Result<(Element, bool, &str), String> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).ok_or("a lone <")?;
    let mut element = Element {
        tag: text[..end].to_owned(),
        attributes: Vec::new(),
        parents: Vec::new(),
        parent_tags: Vec::new(),
    };
    if element.tag.is_empty() {
        return Err(format!("a lone < before {:?}", text.chars().take(20).collect::<String>()));
    }
    let mut rest = text[end..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("/>") {
            return Ok((element, true, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((element, false, after));
        }
        let end = rest.find(['=', '>', ' ', '\n', '/']).ok_or("unclosed tag")?;
        let name = rest[..end].to_owned();
        if name.is_empty() {
            return Err(format!("a broken attribute in <{}>", element.tag));
        }
        if element.get(&name).is_some() {
            return Err(format!("<{}> has {name} twice", element.tag));
        }
        rest = &rest[end..];
        let value = if let Some(after) = rest.strip_prefix("=\"") {
            let (value, after) = after.split_once('"').ok_or("unclosed attribute")?;
            rest = after;
            value
        } else {
            ""
        };
        element.attributes.push((name, value.to_owned()));
        rest = rest.trim_start();
    }
}
