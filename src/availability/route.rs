//! Which routes does not every supported server have?

use http::Method;

use super::release::Versions;
use super::rule::Rule;

/// A route that not all supported servers have, or have with the same parts.
#[derive(Debug, Clone)]
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{}` for each parameter.
    pub path: &'static str,
    /// The versions that have it.
    pub versions: Versions,
    /// Whether only a Pro workspace has it.
    pub pro: bool,
    /// The parts of its requests that not all supported servers know.
    pub rules: &'static [Rule],
}

impl Route {
    /// Returns the route of a path, which may be a template. Routes are sorted by path, so that a
    /// segment that equals the path's is found before a parameter.
    pub(crate) fn find<'a>(routes: &'a [Self], method: &Method, path: &str) -> Option<&'a Self> {
        // A proxy may write the method in upper case.
        let method = method.as_str();
        let is_it = |route: &&Self| {
            route.method.as_str().eq_ignore_ascii_case(method) && matches(route.path, path)
        };
        routes.iter().find(is_it)
    }
}

fn matches(template: &str, path: &str) -> bool {
    let mut segments = path.split('/');
    let mut templates = template.split('/');
    loop {
        match (templates.next(), segments.next()) {
            (None, None) => return true,
            (Some("{}"), Some(segment)) if !segment.is_empty() => {}
            (Some(template), Some(segment)) if template == segment => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &'static str) -> Route {
        Route {
            method: Method::POST,
            path,
            versions: Versions {
                since: None,
                removed: None,
            },
            pro: false,
            rules: &[],
        }
    }

    #[test]
    fn a_path_or_a_template_finds_its_route() {
        let routes = [
            route("/api/v1/snapshots/prune"),
            route("/api/v1/snapshots/{}"),
            route("/api/v1/snapshots/{}/runs"),
        ];
        let find = |path| Route::find(&routes, &Method::POST, path).map(|route| route.path);
        assert_eq!(
            find("/api/v1/snapshots/prune"),
            Some("/api/v1/snapshots/prune")
        );
        assert_eq!(find("/api/v1/snapshots/5"), Some("/api/v1/snapshots/{}"));
        assert_eq!(
            find("/api/v1/snapshots/{id}/runs"),
            Some("/api/v1/snapshots/{}/runs")
        );
        assert_eq!(find("/api/v1/snapshots"), None);
        assert_eq!(find("/api/v1/snapshots//runs"), None);
        assert!(Route::find(&routes, &Method::GET, "/api/v1/snapshots/5").is_none());
    }
}
