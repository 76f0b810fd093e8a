//! What happens when an expected request arrives?

use std::marker::PhantomData;
use std::time::Duration;

use super::exchange::Shared;
use super::expect::Expect;
use super::failing::failing;
use super::fault::Fault;
use super::reply::Reply;
use super::script::Expected;
use super::times::Times;
use crate::ErrorKind;

/// An expectation of a [`Server`](super::Server), created by [`Server::expect`](super::Server::expect).
///
/// It needs a response: [`returns`](Self::returns), [`returns_each`](Self::returns_each),
/// [`fails`](Self::fails) or [`replies`](Self::replies). By default, it is for one call, and the test
/// fails if that call is not made. The attempts of a call count as one call, and so do the pages of a
/// list.
pub struct Expectation<'s, E> {
    shared: &'s Shared,
    index: usize,
    expect: PhantomData<fn(E)>,
}

impl<'s, E: Expect> Expectation<'s, E> {
    pub(super) fn new(shared: &'s Shared, index: usize) -> Self {
        Self {
            shared,
            index,
            expect: PhantomData,
        }
    }

    fn change(self, change: impl FnOnce(&mut Expected)) -> Self {
        let mut state = self.shared.state();
        if let Some(expected) = state.script.expected.get_mut(self.index) {
            change(expected);
        }
        drop(state);
        self
    }

    /// Sets the response: the result of the operation.
    ///
    /// A [`Page`](crate::Page) or [`List`](crate::List) of all items is divided into the pages that
    /// the client asks for. As on a server, the items of a page have no `metadata` unless the request has
    /// `hydrate(true)`. A page that mentions other pages is sent unchanged.
    ///
    /// ```
    /// # async fn example(server: zenml::mock::Server, client: zenml::WorkspaceClient) {
    /// use zenml::Page;
    /// use zenml::workspace::types::StackResponse;
    ///
    /// server.expect(client.list_stacks()).returns(Page::from_iter([StackResponse::sample()]));
    /// # }
    /// ```
    ///
    /// # Panics
    /// If the value cannot be encoded.
    #[track_caller]
    pub fn returns(self, response: impl Into<E::Response>) -> Self {
        self.returns_each([response])
    }

    /// Sets the responses of several calls, one after the other. Each is used once, unless
    /// [`times`](Self::times) says otherwise: further calls then get the last one.
    ///
    /// # Panics
    /// If a value cannot be encoded.
    #[track_caller]
    pub fn returns_each<R: Into<E::Response>>(
        self,
        responses: impl IntoIterator<Item = R>,
    ) -> Self {
        let mut replies = Vec::new();
        for response in responses {
            replies.push(E::reply(response.into()));
        }
        self.change(|expected| expected.replies = replies)
    }

    /// Makes the call fail with an error of this kind. All attempts of the call fail.
    ///
    /// # Panics
    /// If no response causes such an error, as for [`ErrorKind::Tls`].
    #[track_caller]
    pub fn fails(self, kind: ErrorKind) -> Self {
        self.replies(failing(kind))
    }

    /// Sets the response in all detail, whatever the operation returns.
    pub fn replies(self, reply: Reply) -> Self {
        self.change(|expected| expected.replies = vec![reply])
    }

    /// Sets the number of calls: a number or a range. Defaults to the number of responses, which is 1
    /// except for [`returns_each`](Self::returns_each).
    ///
    /// The test fails if there are fewer or more calls.
    pub fn times(self, times: impl Into<Times>) -> Self {
        let times = times.into();
        self.change(|expected| expected.times = Some(times))
    }

    /// Delays the responses. Defaults to no delay.
    ///
    /// A client that the server creates skips the delay: the test does not wait, but the time limits of the
    /// call apply. Other clients really wait.
    pub fn after(self, delay: Duration) -> Self {
        self.change(|expected| expected.delay = delay)
    }

    /// Adds a fault before the response. Several faults follow one another, one for each attempt.
    pub fn fault(self, fault: Fault) -> Self {
        self.change(|expected| expected.faults.push_back(fault))
    }
}
