//! Where this user's files are: the XDG folders, or their fall-backs.

use std::path::PathBuf;

use super::Environment;

const NO_HOME: &str = "/nonexistent";

/// Where this user's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`.
    pub config: PathBuf,
    /// `credentials.toml`.
    pub credentials: PathBuf,
    /// What this machine must remember: unsent outcomes, checkpoints seen.
    pub state: PathBuf,
}

impl Paths {
    /// The paths, from `XDG_CONFIG_HOME`, `XDG_STATE_HOME` and the home folder.
    pub fn of(environment: Environment<'_>) -> Self {
        let folder =
            |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
        // Without a home there are no files. The working folder must not stand in for it: whoever
        // wrote the checked-out sources would choose the server that gets the token.
        let home = folder("HOME").or_else(|| folder("USERPROFILE"));
        let home = home.unwrap_or_else(|| PathBuf::from(NO_HOME));
        let config = folder("XDG_CONFIG_HOME").unwrap_or_else(|| home.join(".config"));
        let state = folder("XDG_STATE_HOME").unwrap_or_else(|| home.join(".local").join("state"));
        let config = config.join("countersign");
        Self {
            config: config.join("config.toml"),
            credentials: config.join("credentials.toml"),
            state: state.join("countersign"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Paths {
        Paths::of(&|name| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
    }

    #[test]
    fn without_a_home_no_file_of_the_working_folder_is_read() {
        for paths in [of(&[]), of(&[("HOME", ".")])] {
            assert!(paths.config.is_absolute() && paths.state.is_absolute());
        }
    }

    #[test]
    fn files_are_in_the_usual_places() {
        let paths = of(&[("HOME", "/home/ada")]);
        assert_eq!(paths.config, PathBuf::from("/home/ada/.config/countersign/config.toml"));
        assert_eq!(paths.state, PathBuf::from("/home/ada/.local/state/countersign"));
        let paths =
            of(&[("HOME", "/home/ada"), ("XDG_CONFIG_HOME", "/c"), ("XDG_STATE_HOME", "s")]);
        assert_eq!(paths.credentials, PathBuf::from("/c/countersign/credentials.toml"));
        assert_eq!(paths.state, PathBuf::from("/home/ada/.local/state/countersign"));
    }
}
