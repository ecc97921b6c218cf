//! Windows' names of time zones, as Outlook and Exchange write them into feeds.

const TABLE: &str = include_str!("../../data/windows-zones.txt");

/// The IANA zone a Windows name means, such as `W. Europe Standard Time`.
pub(super) fn iana_name(windows: &str) -> Option<&'static str> {
    let rows = TABLE.lines().filter_map(|line| line.split_once('\t'));
    rows.into_iter().find(|(name, _)| *name == windows).map(|(_, iana)| iana)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_means_a_zone_that_exists() {
        let rows: Vec<_> = TABLE.lines().filter_map(|line| line.split_once('\t')).collect();
        assert!(rows.len() > 100);
        for (name, iana) in rows {
            assert_eq!(iana_name(name), Some(iana));
            assert!(crate::zone(iana).is_some(), "{iana}");
        }
    }
}
