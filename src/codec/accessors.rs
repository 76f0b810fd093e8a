//! Methods that return the members of a response's parts.

/// Implements a method for each member of a response's parts.
///
/// A line names the method, what it returns in an `Option`, and the place of the member: how it is
/// read, its part and its field. If several parts have the member, the earlier places are in
/// brackets.
macro_rules! accessors {
    ($name:ident $(
        $(#[$docs:meta])*
        $method:ident: $returns:ty =
            $([$early_read:ident $early_part:ident.$early:ident])*
            $read:ident $part:ident.$member:ident;
    )*) => {
        impl $name {
            $(
                $(#[$docs])*
                #[inline]
                pub fn $method(&self) -> Option<$returns> {
                    $(
                        if let Some(part) = &self.$early_part {
                            let member: Option<$returns> =
                                $crate::codec::accessors::accessors!(@$early_read part $early);
                            if member.is_some() {
                                return member;
                            }
                        }
                    )*
                    let part = self.$part.as_ref()?;
                    $crate::codec::accessors::accessors!(@$read part $member)
                }
            )*
        }
    };

    (@copied $part:ident $member:ident) => { Some($part.$member) };
    (@borrowed $part:ident $member:ident) => { Some(&$part.$member) };
    (@optional_copied $part:ident $member:ident) => { $part.$member };
    (@optional_borrowed $part:ident $member:ident) => { $part.$member.as_ref() };
    (@optional_dereferenced $part:ident $member:ident) => { $part.$member.as_deref() };
}

pub(crate) use accessors;

#[cfg(test)]
mod tests {
    struct Response {
        body: Option<Box<Body>>,
        metadata: Option<Metadata>,
    }

    struct Body {
        size: i64,
        name: String,
        owner: Option<i64>,
    }

    struct Metadata {
        owner: Option<i64>,
        labels: Option<Vec<String>>,
        parent: Option<Box<Response>>,
        config: Option<serde_json::Value>,
    }

    accessors! {
        Response
        config: &serde_json::Value = optional_borrowed metadata.config;
        labels: &[String] = optional_dereferenced metadata.labels;
        name_: &str = borrowed body.name;
        owner: i64 = [optional_copied body.owner] optional_copied metadata.owner;
        parent: &Response = optional_dereferenced metadata.parent;
        size: i64 = copied body.size;
    }

    fn response(body_owner: Option<i64>) -> Response {
        let body = Body {
            size: 1,
            name: "a".to_owned(),
            owner: body_owner,
        };
        let metadata = Metadata {
            owner: Some(2),
            labels: Some(vec!["x".to_owned()]),
            parent: None,
            config: Some(serde_json::json!({})),
        };
        Response {
            body: Some(Box::new(body)),
            metadata: Some(metadata),
        }
    }

    #[test]
    fn members_are_found_in_their_parts() {
        let response = response(None);
        assert_eq!((response.size(), response.name_()), (Some(1), Some("a")));
        assert_eq!(response.labels(), Some(&["x".to_owned()][..]));
        assert_eq!(response.config(), Some(&serde_json::json!({})));
        assert!(response.parent().is_none());
    }

    #[test]
    fn members_of_a_missing_part_are_none() {
        let response = Response {
            body: None,
            metadata: None,
        };
        assert_eq!((response.size(), response.name_()), (None, None));
        assert!(response.labels().is_none() && response.config().is_none());
    }

    #[test]
    fn a_shared_member_comes_from_the_first_part_that_has_it() {
        assert_eq!(response(Some(1)).owner(), Some(1));
        assert_eq!(response(None).owner(), Some(2));
        let hidden = Response {
            body: None,
            ..response(Some(1))
        };
        assert_eq!(hidden.owner(), Some(2));
    }
}
