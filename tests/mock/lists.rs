//! Lists are divided into the pages that a client asks for.

use zenml::mock::Server;
use zenml::workspace::types::TagResponse;
use zenml::{ErrorKind, Filter, List, Page};

fn tags(count: usize) -> Page<TagResponse> {
    let tags = (0..count).map(|number| {
        let mut tag = TagResponse::sample();
        tag.name = number.to_string();
        tag
    });
    tags.collect()
}

fn names(tags: &[TagResponse]) -> Vec<String> {
    tags.iter().map(|tag| tag.name.clone()).collect()
}

#[tokio::test]
async fn a_stream_reads_all_pages_of_a_list() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.list_tags()).returns(tags(250));
    let read = client.list_tags().stream().try_collect::<Vec<_>>().await;
    assert_eq!(names(&read.unwrap()), names(&tags(250).items));
}

#[tokio::test]
async fn pages_that_are_requested_ahead_belong_to_the_same_call() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.list_tags()).returns(tags(55));
    let stream = client.list_tags().size(10).stream().prefetch(4);
    let read = stream.try_collect::<Vec<_>>().await;
    assert_eq!(names(&read.unwrap()), names(&tags(55).items));
}

#[tokio::test]
async fn each_call_of_a_sequence_reads_a_list_of_its_own() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.list_tags())
        .returns_each([tags(0), tags(3), tags(1)]);
    let mut counts = Vec::new();
    for _ in 0..3 {
        let read = client.list_tags().size(1).stream();
        counts.push(read.try_collect::<Vec<_>>().await.unwrap().len());
    }
    assert_eq!(counts, [0, 3, 1]);
}

#[tokio::test]
async fn single_items_and_the_count_come_from_the_whole_list() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.list_tags()).returns(tags(30)).times(3);
    assert_eq!(client.list_tags().count().await.unwrap(), 30);
    assert_eq!(client.list_tags().first().await.unwrap().unwrap().name, "0");
    let error = client.list_tags().one().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().ends_with("and 26 more"), "{error}");
}

#[tokio::test]
async fn a_page_that_the_builder_selects_counts_as_a_call_of_its_own() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.list_tags().page(2).size(20))
        .returns(tags(30))
        .times(2);
    for _ in 0..2 {
        let page = client.list_tags().page(2).size(20).send().await.unwrap();
        assert_eq!((page.items.len(), page.index, page.total_pages), (10, 2, 2));
    }
}

#[tokio::test]
async fn a_page_that_says_that_there_are_others_is_sent_as_it_is() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let mut pages = [tags(2), tags(1)];
    for (index, page) in (1..).zip(&mut pages) {
        (page.index, page.total_pages, page.total) = (index, 2, 3);
    }
    server.expect(client.list_tags()).returns_each(pages);
    let read = client.list_tags().size(2).stream();
    assert_eq!(
        names(&read.try_collect::<Vec<_>>().await.unwrap()),
        ["0", "1", "0"]
    );
}

#[tokio::test]
async fn items_have_no_metadata_unless_the_request_hydrates_them() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let all = || client.list_tags();
    let expected = [
        (all(), false),
        (all().hydrate(false), false),
        (all().hydrate(true), true),
    ];
    for (call, has_metadata) in expected {
        server.expect(call.clone()).returns(tags(1));
        let tag = call.one().await.unwrap();
        assert_eq!(tag.metadata.is_some(), has_metadata);
        assert!(tag.body.is_some());
    }
    let steps = client.get_run_steps().run_id(crate::ID);
    let step = zenml::workspace::types::StepRunResponse::sample();
    server
        .expect(steps.clone())
        .returns(Page::from_iter([step]));
    let step = steps.one().await.unwrap();
    assert!(
        step.metadata.is_some(),
        "the operation has no such parameter"
    );
}

#[tokio::test]
async fn a_page_after_the_last_one_is_an_error_as_on_a_server() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.list_tags()).returns(tags(3));
    let page = |index| client.list_tags().size(2).page(index).send();
    assert_eq!(page(1).await.unwrap().total_pages, 2);
    assert_eq!(page(2).await.unwrap().items.len(), 1);
    let error = page(3).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let message = error.message();
    assert!(message.starts_with("Invalid page 3. "), "{message}");
    let rest = client.list_tags().size(2).stream().start_at(4);
    assert!(rest.try_collect::<Vec<_>>().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_expectation_of_a_page_takes_precedence_over_that_of_the_list() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(client.list_tags()).returns(tags(3));
    server
        .expect(client.list_tags().page(2))
        .fails(ErrorKind::Server);
    let list = client.list_tags().size(2);
    let mut stream = list.clone().stream();
    stream.next().await.unwrap().unwrap();
    stream.next().await.unwrap().unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    let rest = list.stream().start_at(stream.position());
    let rest = rest.try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(names(&rest), ["2"]);
}

#[tokio::test]
async fn the_default_project_of_a_client_fills_what_the_expectation_leaves_open() {
    let server = Server::start().await;
    let plain = server.workspace_client();
    let client = server.workspace_client_builder().project("vision");
    let client = client.build().unwrap();
    server
        .expect(plain.list_runs().name(Filter::equals("a")))
        .returns(Page::from_iter([]));
    client.list_runs().name("a").send().await.unwrap();
    server
        .expect(plain.list_runs().all_projects())
        .returns(Page::from_iter([]));
    client.list_runs().all_projects().send().await.unwrap();
    server
        .expect(client.list_runs())
        .returns(Page::from_iter([]));
    plain.list_runs().project("vision").send().await.unwrap();
}

#[cfg(feature = "pro")]
#[tokio::test]
async fn a_list_without_pages_is_read_from_its_offset() {
    use zenml::pro::types::OrganizationRead;

    let server = Server::start().await;
    let pro = server.pro_client();
    let organizations: Vec<_> = (0..150).map(|_| OrganizationRead::sample()).collect();
    let list: List<OrganizationRead> = organizations.into_iter().collect();
    server.expect(pro.list_organizations()).returns(list);
    let read = pro.list_organizations().stream();
    assert_eq!(read.try_collect::<Vec<_>>().await.unwrap().len(), 150);
}
